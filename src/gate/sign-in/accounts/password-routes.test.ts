// Signing in with name and password, as a browser does it; and everything that is not let through.
import { describe, expect, test } from 'bun:test'
import { alice, alicePassword, fakeDesk, hiddenField, signInWith, testOrigin } from './fake-desk.ts'

const path = '/_gatehouse/sign-in/accounts'

describe('the sign-in form', () => {
  test('opens a session for the right password and goes where the person wanted to', async () => {
    const desk = fakeDesk()
    const response = await signInWith(desk.browser(), {
      name: 'alice',
      password: alicePassword,
      rd: `${testOrigin}/_gatehouse/account`,
    })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`${testOrigin}/_gatehouse/account`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(desk.opened).toHaveLength(1)
    expect(desk.opened[0]).toMatchObject({
      identity: {
        user: 'Alice',
        name: 'Alice Example',
        email: 'alice@example.com',
        groups: ['staff'],
        provider: 'accounts',
      },
      userAgent: 'Test browser',
      idToken: '',
    })
    expect(desk.outcomes).toEqual(['success'])
  })

  const foreign = ['https://evil.test/', '//evil.test', 'javascript:alert(1)', 'https:evil.test']
  for (const rd of foreign)
    test(`goes to the portal when asked to go to ${rd}`, async () => {
      const desk = fakeDesk()
      const browser = desk.browser()
      const html = await (await browser.get(`${path}?rd=${encodeURIComponent(rd)}`)).text()
      const form = hiddenField(html, 'form')
      const fields = { form, rd, name: 'alice', password: alicePassword }
      const response = await browser.post(path, fields)
      expect(response.headers.get('location')).toBe(`${testOrigin}/_gatehouse/`)
    })

  for (const name of ['Alice', 'ALICE', ' alice ', 'ａｌｉｃｅ'])
    test(`knows alice as "${name}"`, async () => {
      const desk = fakeDesk()
      const response = await signInWith(desk.browser(), { name, password: alicePassword })
      expect(response.status).toBe(303)
      expect(desk.opened[0]?.identity.user).toBe('Alice')
    })

  test('sets one host cookie on the form and none when the browser has it', async () => {
    const browser = fakeDesk().browser()
    const first = await browser.get(path)
    expect(first.headers.getSetCookie()).toHaveLength(1)
    expect(first.headers.getSetCookie()[0]).toStartWith('__Host-gatehouse-binding=')
    expect((await browser.get(path)).headers.getSetCookie()).toHaveLength(0)
  })

  test('is marked up for password managers and screen readers', async () => {
    const desk = fakeDesk()
    const html = await (await desk.browser().get(path)).text()
    expect(html).toContain('<form method="post"')
    expect(html).toContain('autocomplete="username"')
    expect(html).toContain('autocomplete="current-password"')
    expect(html).toContain('<label for="password">')
    expect(html).not.toContain('aria-invalid')
    const again = await signInWith(desk.browser(), { name: 'alice', password: 'wrong' })
    const problem = await again.text()
    expect(problem).toContain('role="alert"')
    expect(problem).toContain('aria-invalid="true"')
    expect(problem).toContain('aria-describedby="problem"')
  })

  test('changes the session id at sign-in and ends the one that was there (E6)', async () => {
    const desk = fakeDesk()
    const browser = desk.browser()
    browser.cookies.set('session', '999')
    await signInWith(browser, { name: 'alice', password: alicePassword })
    expect(browser.cookies.get('session')).toBe('1')
    await signInWith(browser, { name: 'alice', password: alicePassword })
    expect(browser.cookies.get('session')).toBe('2')
    expect(await desk.context.sessions.find('session=1')).toEqual({ kind: 'none' })
  })
})

describe('a wrong password', () => {
  test('is answered as an unknown name is: same status, page and headers (G1)', async () => {
    const desk = fakeDesk()
    const known = await signInWith(desk.browser(), { name: 'alice', password: 'wrong' })
    const unknown = await signInWith(desk.browser(), { name: 'alicf', password: 'wrong' })
    expect(known.status).toBe(422)
    expect(unknown.status).toBe(422)
    const comparable = async (response: Response, name: string) => {
      const headers = [...response.headers].filter(([key]) => key !== 'set-cookie')
      const html = (await response.text())
        .replace(name, 'NAME')
        .replaceAll(/value="[\w-]{40,}"/g, '')
      return { headers, html }
    }
    expect(await comparable(unknown, 'alicf')).toEqual(await comparable(known, 'alice'))
    expect(desk.opened).toHaveLength(0)
    expect(desk.outcomes).toEqual(['bad-credentials', 'bad-credentials'])
  })

  test('takes as long for an unknown name as for a known one (G1)', async () => {
    const hash = await Bun.password.hash(alicePassword, {
      algorithm: 'argon2id',
      memoryCost: 19_456,
      timeCost: 2,
    })
    const desk = fakeDesk({ people: [{ ...alice, passwordHash: hash }], attemptsMax: 1000 })
    const timeOf = async (name: string): Promise<number> => {
      const browser = desk.browser()
      const form = hiddenField(await (await browser.get(path)).text(), 'form')
      const start = performance.now()
      await browser.post(path, { form, rd: '', name, password: 'wrong' })
      return performance.now() - start
    }
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] }
    for (let i = 0; i < 8; i++) {
      times.known.push(await timeOf('alice'))
      times.unknown.push(await timeOf(`nobody${i}`))
    }
    // The least of several is what the work costs; the rest is noise of the machine. Without a decoy
    // an unknown name would be answered about fifty times as fast.
    const ratio = Math.min(...times.unknown) / Math.min(...times.known)
    expect(ratio).toBeGreaterThan(0.2)
    expect(ratio).toBeLessThan(5)
  })

  const oddNames = [
    '',
    ' ',
    'a'.repeat(500),
    'alice\0',
    'alice\r\nX: y',
    '<script>',
    '\u{1F600}',
    '\ud800',
  ]
  for (const name of oddNames)
    test(`is answered the same for the odd name ${JSON.stringify(name.slice(0, 20))}`, async () => {
      const desk = fakeDesk()
      const response = await signInWith(desk.browser(), { name, password: alicePassword })
      expect(response.status).toBe(422)
      expect(await response.text()).not.toContain('<script>')
    })

  for (const password of ['', ' ', '\0', 'x'.repeat(60_000)])
    test(`is refused when it is ${JSON.stringify(password.slice(0, 5))}, ${password.length} long`, async () => {
      const desk = fakeDesk()
      const response = await signInWith(desk.browser(), { name: 'alice', password })
      expect(response.status).toBe(422)
    })

  test('is never logged, and neither is a name that nobody has', async () => {
    const desk = fakeDesk()
    await signInWith(desk.browser(), {
      name: 'hunter2 typed into the wrong field',
      password: 's3cr3t',
    })
    await signInWith(desk.browser(), { name: 'alice', password: 's3cr3t' })
    await signInWith(desk.browser(), { name: 'alice', password: alicePassword })
    const text = JSON.stringify(desk.world.log.lines)
    expect(text).not.toContain('hunter2')
    expect(text).not.toContain('s3cr3t')
    expect(text).not.toContain(alicePassword)
    const lines = desk.world.log.lines.map(({ event, fields }) => [
      fields['user'],
      fields['reason'] ?? event,
    ])
    expect(lines).toEqual([
      [null, 'bad-credentials'],
      ['Alice', 'bad-credentials'],
      ['Alice', 'signed-in'],
    ])
  })
})

describe('a form that is not ours', () => {
  const good = { rd: '', name: 'alice', password: alicePassword }

  test('is refused from another site, whatever it holds', async () => {
    const desk = fakeDesk()
    const browser = desk.browser()
    const form = hiddenField(await (await browser.get(path)).text(), 'form')
    const response = await browser.post(path, { ...good, form }, { 'sec-fetch-site': 'cross-site' })
    expect(response.status).toBe(403)
    expect(desk.opened).toHaveLength(0)
  })

  test('is refused with the token of another browser (login CSRF)', async () => {
    const desk = fakeDesk()
    const form = hiddenField(await (await desk.browser().get(path)).text(), 'form')
    const victim = desk.browser()
    await victim.get(path)
    expect((await victim.post(path, { ...good, form })).status).toBe(400)
    expect(desk.opened).toHaveLength(0)
  })

  test('is refused without our cookie, and says what to do', async () => {
    const desk = fakeDesk()
    const browser = desk.browser()
    const form = hiddenField(await (await browser.get(path)).text(), 'form')
    browser.cookies.clear()
    const response = await browser.post(path, { ...good, form })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('allow cookies')
    expect(desk.outcomes).toEqual(['no-binding'])
  })

  test('is refused an hour later, with a fresh form to try again', async () => {
    const desk = fakeDesk()
    const browser = desk.browser()
    const form = hiddenField(await (await browser.get(path)).text(), 'form')
    desk.world.clock.advance(3_600_000)
    const response = await browser.post(path, { ...good, form })
    expect(response.status).toBe(400)
    const again = hiddenField(await response.text(), 'form')
    expect((await browser.post(path, { ...good, form: again })).status).toBe(303)
  })

  for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', ''])
    test(`is refused as ${type === '' ? 'no type at all' : type}`, async () => {
      const desk = fakeDesk()
      const browser = desk.browser()
      const form = hiddenField(await (await browser.get(path)).text(), 'form')
      const response = await browser.post(path, { ...good, form }, { 'content-type': type })
      expect(response.status).toBe(415)
    })

  for (const form of ['', 'AAAA', 'x'.repeat(9000), '"', '{}'])
    test(`is refused with the token ${JSON.stringify(form.slice(0, 8))}`, async () => {
      const desk = fakeDesk()
      const browser = desk.browser()
      await browser.get(path)
      expect((await browser.post(path, { ...good, form })).status).toBe(400)
    })

  test('is never taken from the address: GET signs nobody in', async () => {
    const desk = fakeDesk()
    const query = new URLSearchParams(good).toString()
    const response = await desk.browser().get(`${path}?${query}`)
    expect(response.status).toBe(200)
    expect(desk.opened).toHaveLength(0)
    expect(await response.text()).not.toContain(alicePassword)
  })
})

describe('people who change', () => {
  const person = (groups: string): string =>
    `- { user: bob, groups: [${groups}], password_hash: "${alice.passwordHash}" }\n`

  test('lose their sessions when their groups change or they are removed', () => {
    const desk = fakeDesk({ people: [], peopleFile: person('staff, admins') })
    desk.world.files.writeAtomic('/people.yaml', person('staff'), 0o600)
    desk.world.clock.advance(1000)
    expect(desk.revoked).toEqual(['bob'])
    desk.world.files.writeAtomic('/people.yaml', '[]\n', 0o600)
    desk.world.clock.advance(1000)
    expect(desk.revoked).toEqual(['bob', 'bob'])
  })

  test('keep them when nothing of theirs changed or the file is broken', () => {
    const desk = fakeDesk({ people: [], peopleFile: person('staff') })
    desk.world.files.writeAtomic('/people.yaml', `# a remark\n${person('staff')}`, 0o600)
    desk.world.clock.advance(1000)
    desk.world.files.writeAtomic('/people.yaml', '- { user: bob }', 0o600)
    desk.world.clock.advance(1000)
    expect(desk.revoked).toEqual([])
    expect(desk.world.log.lines.at(-1)?.event).toBe('accounts-file-refused')
  })
})

describe('accounts that a reload has turned off', () => {
  test('sign nobody in, with a form that was open or a new one', async () => {
    const desk = fakeDesk()
    const browser = desk.browser()
    const form = hiddenField(await (await browser.get(path)).text(), 'form')
    desk.turnOff()
    const late = await browser.post(path, { form, rd: '', name: 'alice', password: alicePassword })
    expect(late.headers.get('location')).toBe('/_gatehouse/sign-in')
    expect((await browser.get(path)).status).toBe(303)
    expect(desk.opened).toHaveLength(0)
  })
})
