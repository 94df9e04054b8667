// Attempts to guess a password through the form: what shuts, for whom, and what does not.
import { describe, expect, test } from 'bun:test'
import { alice, alicePassword, fakeDesk, hiddenField, signInWith } from './fake-desk.ts'

const path = '/_gatehouse/sign-in/accounts'

describe('limits on attempts', () => {
  test('shut one account from one network, with the same page for unknown names', async () => {
    const desk = fakeDesk({ attemptsMax: 3 })
    const statuses: Record<string, number[]> = { alice: [], nobody: [] }
    for (const name of ['alice', 'nobody'])
      for (let i = 0; i < 5; i++) {
        const response = await signInWith(desk.browser(), { name, password: `wrong ${i}` })
        statuses[name]?.push(response.status)
        if (response.status === 429) expect(response.headers.get('retry-after')).toBe('300')
      }
    expect(statuses).toEqual({
      alice: [422, 422, 422, 429, 429],
      nobody: [422, 422, 422, 429, 429],
    })
    const right = await signInWith(desk.browser(), { name: 'alice', password: alicePassword })
    expect(right.status).toBe(429)
  })

  test('leave the person a way in from another network', async () => {
    const desk = fakeDesk({ attemptsMax: 3 })
    const attacker = desk.browser('198.51.100.9')
    for (let i = 0; i < 5; i++) await signInWith(attacker, { name: 'alice', password: 'wrong' })
    const home = await signInWith(desk.browser('203.0.113.7'), {
      name: 'alice',
      password: alicePassword,
    })
    expect(home.status).toBe(303)
  })

  test('count variants of a name as one (Authelia CVE-2026-47203)', async () => {
    const desk = fakeDesk({ attemptsMax: 3 })
    const statuses = []
    for (const name of ['alice', 'ALICE', ' Alice', 'ａｌｉｃｅ', 'alicE'])
      statuses.push((await signInWith(desk.browser(), { name, password: 'wrong' })).status)
    expect(statuses).toEqual([422, 422, 422, 429, 429])
  })

  test('count neighbours in one network together: a whole /64 and a whole /24', async () => {
    const desk = fakeDesk({ attemptsMax: 2 })
    const statuses = []
    for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8::ffff:1', '2001:db8:0:1::1'])
      statuses.push(
        (await signInWith(desk.browser(address), { name: 'alice', password: 'no' })).status,
      )
    expect(statuses).toEqual([422, 422, 429, 422])
  })

  test('start again after a success', async () => {
    const desk = fakeDesk({ attemptsMax: 3 })
    for (let round = 0; round < 3; round++) {
      await signInWith(desk.browser(), { name: 'alice', password: 'wrong' })
      await signInWith(desk.browser(), { name: 'alice', password: 'wrong' })
      const right = await signInWith(desk.browser(), { name: 'alice', password: alicePassword })
      expect(right.status).toBe(303)
    }
  })

  test('are not reset for others by an account of one’s own', async () => {
    const mallory = { ...alice, user: 'mallory' }
    const desk = fakeDesk({ people: [alice, mallory], attemptsMax: 3 })
    const statuses = []
    for (let i = 0; i < 4; i++) {
      statuses.push((await signInWith(desk.browser(), { name: 'alice', password: 'wrong' })).status)
      await signInWith(desk.browser(), { name: 'mallory', password: alicePassword })
    }
    expect(statuses).toEqual([422, 422, 422, 429])
  })

  test('shut a network that tries many names, ten times later than one name', async () => {
    const desk = fakeDesk({ attemptsMax: 3 })
    const statuses = []
    for (let i = 0; i < 31; i++)
      statuses.push((await signInWith(desk.browser(), { name: `name${i}`, password: 'no' })).status)
    expect(statuses.indexOf(429)).toBe(30)
    const other = await signInWith(desk.browser('198.51.100.1'), { name: 'x', password: 'no' })
    expect(other.status).toBe(422)
  })

  test('hold their memory under ten thousand bogus names, and alice still signs in (G3)', async () => {
    const desk = fakeDesk()
    const { byAccount, byNetwork } = desk.accounts.limits
    // Each name from a network of its own, which is the worst for the tables; the hash itself is left
    // out, since it leaves nothing behind.
    for (let i = 0; i < 50_000; i++) {
      const network = `2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}::/64`
      byNetwork.begin(network)
      byAccount.begin(`${desk.accounts.decoys.keyOf(`bogus${i}`)} ${network}`)
    }
    expect(byAccount.size).toBe(20_000)
    expect(byNetwork.size).toBe(20_000)
    const response = await signInWith(desk.browser(), { name: 'alice', password: alicePassword })
    expect(response.status).toBe(303)
  })

  test('answer a hundred at once with 429 beyond the bound, and count only what was checked (G9)', async () => {
    const desk = fakeDesk({ hashesMax: 2, hashQueueMax: 8, attemptsMax: 1000 })
    const browser = desk.browser()
    const form = hiddenField(await (await browser.get(path)).text(), 'form')
    const responses = await Promise.all(
      Array.from({ length: 100 }, () =>
        browser.post(path, { form, rd: '', name: 'alice', password: 'wrong' }),
      ),
    )
    const checked = responses.filter((response) => response.status === 422)
    const busy = responses.filter((response) => response.status === 429)
    expect(checked).toHaveLength(10)
    expect(busy).toHaveLength(90)
    expect(Number(busy[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(desk.outcomes.filter((outcome) => outcome === 'busy')).toHaveLength(90)
    expect((await signInWith(browser, { name: 'alice', password: alicePassword })).status).toBe(303)
  })
})
