// When a door shuts, and what the log says of it: enough for an operator, nothing that was typed.
import { expect, test } from 'bun:test'
import { alicePassword, fakeDesk, signInWith } from './fake-desk.ts'

const cases: readonly (readonly [what: string, address: string, hint: boolean])[] = [
  ['a client', '198.51.100.1', false],
  ['a proxy that forwards no address', '10.0.0.7', true],
]

for (const [what, address, hint] of cases)
  test(`a shut door is logged with its network, ${hint ? 'and' : 'without'} a hint, for ${what}`, async () => {
    const desk = fakeDesk({ attemptsMax: 1, trustedProxies: ['10.0.0.0/8'] })
    const browser = desk.browser(address)
    await signInWith(browser, { name: 'alice', password: 'wrong' })
    expect((await signInWith(browser, { name: 'alice', password: 'wrong' })).status).toBe(429)
    const fields = desk.world.log.lines.at(-1)?.fields ?? {}
    expect(fields).toMatchObject({ reason: 'limited', user: 'Alice', method: 'password' })
    expect(fields['network']).toBe(hint ? '10.0.0.0/24' : '198.51.100.0/24')
    expect(String(fields['detail'] ?? '')).toBe(
      hint ? 'The address is a trusted proxy, which has to send X-Forwarded-For' : '',
    )
  })

test('attempts shut an IPv6 site that takes another of its 65,536 networks for each attempt', async () => {
  const desk = fakeDesk({ attemptsMax: 3 })
  const statuses = []
  for (let i = 0; i < 31; i++) {
    const browser = desk.browser(`2001:db8:7:${i.toString(16)}::1`)
    statuses.push((await signInWith(browser, { name: 'alice', password: 'no' })).status)
  }
  expect(statuses.indexOf(429)).toBe(30)
  const elsewhere = desk.browser('2001:db8:8::1')
  const response = await signInWith(elsewhere, { name: 'alice', password: alicePassword })
  expect(response.status).toBe(303)
})
