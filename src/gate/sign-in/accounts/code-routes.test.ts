// One-time codes from enrolment to sign-in: what a half session may not do, and which codes are taken.
import { describe, expect, test } from 'bun:test'
import { TOTP, Secret } from 'otpauth'
import {
  type FakeBrowser,
  type FakeDesk,
  alice,
  alicePassword,
  fakeDesk,
  hiddenField,
  signInWith,
  testOrigin,
} from './fake-desk.ts'

const codePath = '/_gatehouse/sign-in/accounts/code'
const codesPath = '/_gatehouse/account/codes'
const account = '/_gatehouse/account'

/** The code of an authenticator app at the desk's time, some steps away from now. */
function codeAt(desk: FakeDesk, secret: string, steps = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) })
  return totp.generate({ timestamp: desk.world.clock.now() + steps * 30_000 })
}

/** Signs in and turns codes on; gives the secret and the recovery codes. */
async function enrol(desk: FakeDesk): Promise<{ secret: string; recovery: string[] }> {
  const browser = desk.browser()
  await signInWith(browser, { name: 'alice', password: alicePassword })
  const html = await (await browser.get(codesPath)).text()
  const secret = /data-secret[^>]*>([A-Z2-7 ]+)</.exec(html)?.[1]?.replaceAll(' ', '') ?? ''
  const fields = { form: hiddenField(html, 'form'), secret: hiddenField(html, 'secret') }
  const done = await browser.post(codesPath, { ...fields, code: codeAt(desk, secret) })
  expect(done.status).toBe(200)
  const recovery = [...(await done.text()).matchAll(/<code>([a-z2-7-]{19})<\/code>/g)].map(
    (match) => match[1] ?? '',
  )
  desk.world.clock.advance(60_000)
  return { secret, recovery }
}

/** Shows the password and gives the hidden fields of the code page. */
async function halfSignIn(browser: FakeBrowser): Promise<Record<'form' | 'half' | 'rd', string>> {
  const response = await signInWith(browser, { name: 'alice', password: alicePassword })
  expect(response.status).toBe(200)
  expect(response.headers.getSetCookie()).toEqual([])
  const html = await response.text()
  return {
    form: hiddenField(html, 'form'),
    half: hiddenField(html, 'half'),
    rd: hiddenField(html, 'rd'),
  }
}

describe('signing in with a one-time code', () => {
  test('opens a session only after password and code (E7)', async () => {
    const desk = fakeDesk()
    const { secret } = await enrol(desk)
    const browser = desk.browser()
    const fields = await halfSignIn(browser)
    expect(desk.opened).toHaveLength(1)
    expect(await desk.context.sessions.find(cookiesOf(browser))).toEqual({ kind: 'none' })
    expect((await browser.get(account)).status).toBe(303)
    expect((await browser.get(codesPath)).status).toBe(303)

    const response = await browser.post(codePath, { ...fields, code: codeAt(desk, secret) })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`${testOrigin}/_gatehouse/`)
    expect(desk.opened).toHaveLength(2)
  })

  test('works with a secret of the people file, and lists it as the operator’s', async () => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    const peopleFile = `- { user: alice, password_hash: "${alice.passwordHash}", totp_secret: ${secret} }`
    const desk = fakeDesk({ people: [], peopleFile })
    const browser = desk.browser()
    const fields = await halfSignIn(browser)
    const response = await browser.post(codePath, { ...fields, code: codeAt(desk, secret) })
    expect(response.status).toBe(303)
    expect(await (await browser.get(account)).text()).toContain('Set up by the operator')
    expect((await browser.get(codesPath)).status).toBe(303)
    expect((await browser.post(codePath, { ...fields, code: codeAt(desk, secret) })).status).toBe(
      422,
    )
  })

  const steps: readonly (readonly [steps: number, status: number])[] = [
    [-2, 422],
    [-1, 303],
    [0, 303],
    [1, 303],
    [2, 422],
  ]
  for (const [offset, status] of steps)
    test(`answers ${status} to a code ${offset} steps away`, async () => {
      const desk = fakeDesk()
      const { secret } = await enrol(desk)
      desk.world.clock.advance(120_000)
      const browser = desk.browser()
      const fields = await halfSignIn(browser)
      const response = await browser.post(codePath, {
        ...fields,
        code: codeAt(desk, secret, offset),
      })
      expect(response.status).toBe(status)
    })

  test('refuses a code that was used, an older one, and the one of the enrolment', async () => {
    const desk = fakeDesk()
    const { secret } = await enrol(desk)
    const browser = desk.browser()
    const fields = await halfSignIn(browser)
    const now = codeAt(desk, secret)
    const before = codeAt(desk, secret, -1)
    expect((await browser.post(codePath, { ...fields, code: now })).status).toBe(303)
    const again = await halfSignIn(browser)
    expect((await browser.post(codePath, { ...again, code: now })).status).toBe(422)
    expect((await browser.post(codePath, { ...again, code: before })).status).toBe(422)
    const next = codeAt(desk, secret, 1)
    expect((await browser.post(codePath, { ...again, code: next })).status).toBe(303)
  })

  test('takes a code once when it comes twice at the same time', async () => {
    const desk = fakeDesk()
    const { secret } = await enrol(desk)
    const browser = desk.browser()
    const fields = await halfSignIn(browser)
    const code = codeAt(desk, secret)
    const both = await Promise.all([
      browser.post(codePath, { ...fields, code }),
      browser.post(codePath, { ...fields, code }),
    ])
    expect(both.map((response) => response.status).sort()).toEqual([303, 422])
  })

  test('shuts after five wrong codes, from wherever they come, and says so', async () => {
    const desk = fakeDesk()
    const { secret, recovery } = await enrol(desk)
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) {
      const browser = desk.browser(`198.51.${i}.1`)
      const fields = await halfSignIn(browser)
      statuses.push((await browser.post(codePath, { ...fields, code: '000000' })).status)
    }
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429])
    const browser = desk.browser()
    const fields = await halfSignIn(browser)
    expect((await browser.post(codePath, { ...fields, code: codeAt(desk, secret) })).status).toBe(
      429,
    )
    // The person has other ways in.
    const rescued = await browser.post(codePath, { ...fields, code: recovery[0] ?? '' })
    expect(rescued.status).toBe(303)
  })

  test('does not shut in people whose clock was ahead once', async () => {
    const desk = fakeDesk()
    const { secret } = await enrol(desk)
    desk.world.clock.jump(3_600_000)
    const ahead = desk.browser()
    const first = await halfSignIn(ahead)
    expect((await ahead.post(codePath, { ...first, code: codeAt(desk, secret) })).status).toBe(303)
    desk.world.clock.jump(-3_600_000)
    const browser = desk.browser()
    const fields = await halfSignIn(browser)
    expect((await browser.post(codePath, { ...fields, code: codeAt(desk, secret) })).status).toBe(
      303,
    )
  })
})

describe('a recovery code', () => {
  test('signs in once', async () => {
    const desk = fakeDesk()
    const { recovery } = await enrol(desk)
    expect(recovery).toHaveLength(10)
    const code = (recovery[3] ?? '').toUpperCase().replaceAll('-', ' ')
    const browser = desk.browser()
    const fields = await halfSignIn(browser)
    expect((await browser.post(codePath, { ...fields, code })).status).toBe(303)
    expect(await (await browser.get(account)).text()).toContain('Recovery codes left: <b>9</b>')
    const again = await halfSignIn(browser)
    expect((await browser.post(codePath, { ...again, code })).status).toBe(422)
  })

  test('is replaced, all ten, when the person asks for new ones', async () => {
    const desk = fakeDesk()
    const { recovery, secret } = await enrol(desk)
    const browser = desk.browser()
    const fields = await halfSignIn(browser)
    await browser.post(codePath, { ...fields, code: codeAt(desk, secret) })
    const form = hiddenField(await (await browser.get(account)).text(), 'form')
    const page = await browser.post(account, { form, act: 'recovery' })
    const fresh = /<code>([a-z2-7-]{19})<\/code>/.exec(await page.text())?.[1] ?? ''
    const half = await halfSignIn(browser)
    expect((await browser.post(codePath, { ...half, code: recovery[0] ?? '' })).status).toBe(422)
    expect((await browser.post(codePath, { ...half, code: fresh })).status).toBe(303)
  })

  test('is kept as a hash only', async () => {
    const desk = fakeDesk()
    const { recovery } = await enrol(desk)
    const kept = Buffer.from(JSON.stringify(desk.world.log.lines)).toString()
    for (const code of recovery) expect(kept).not.toContain(code)
  })
})

describe('a half session', () => {
  test('is over after five minutes', async () => {
    const desk = fakeDesk()
    const { secret } = await enrol(desk)
    const browser = desk.browser()
    const fields = await halfSignIn(browser)
    desk.world.clock.advance(300_000)
    const response = await browser.post(codePath, { ...fields, code: codeAt(desk, secret) })
    expect(response.status).toBe(400)
    expect(desk.outcomes.at(-1)).toBe('expired')
  })

  test('does not last longer for every code that is tried', async () => {
    const desk = fakeDesk()
    const { secret } = await enrol(desk)
    const browser = desk.browser()
    let fields = await halfSignIn(browser)
    desk.world.clock.advance(200_000)
    const wrong = await browser.post(codePath, { ...fields, code: '000000' })
    const html = await wrong.text()
    fields = { ...fields, form: hiddenField(html, 'form'), half: hiddenField(html, 'half') }
    desk.world.clock.advance(200_000)
    const late = await browser.post(codePath, { ...fields, code: codeAt(desk, secret) })
    expect(late.status).toBe(400)
  })

  test('is worth nothing in another browser', async () => {
    const desk = fakeDesk()
    const { secret } = await enrol(desk)
    const { half } = await halfSignIn(desk.browser())
    const other = desk.browser()
    const fields = await halfSignIn(other)
    const response = await other.post(codePath, { ...fields, half, code: codeAt(desk, secret) })
    expect(response.status).toBe(400)
  })

  for (const half of ['', 'AAAA', 'x'.repeat(9000)])
    test(`cannot be made up: ${JSON.stringify(half.slice(0, 6))}`, async () => {
      const desk = fakeDesk()
      const { secret } = await enrol(desk)
      const browser = desk.browser()
      const fields = await halfSignIn(browser)
      const response = await browser.post(codePath, { ...fields, half, code: codeAt(desk, secret) })
      expect(response.status).toBe(400)
    })

  test('cannot be replaced by a sealed text of another purpose', async () => {
    const desk = fakeDesk()
    const { secret } = await enrol(desk)
    const browser = desk.browser()
    const fields = await halfSignIn(browser)
    const code = codeAt(desk, secret)
    const response = await browser.post(codePath, { ...fields, half: fields.form, code })
    expect(response.status).toBe(400)
  })

  test('ends when the password changes', async () => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    const person = (hash: string): string =>
      `- { user: alice, password_hash: "${hash}", totp_secret: ${secret} }\n`
    const desk = fakeDesk({ people: [], peopleFile: person(alice.passwordHash) })
    const browser = desk.browser()
    const fields = await halfSignIn(browser)
    const other = await Bun.password.hash('another password', {
      algorithm: 'argon2id',
      memoryCost: 7168,
      timeCost: 1,
    })
    desk.world.files.writeAtomic('/people.yaml', person(other), 0o600)
    desk.world.clock.advance(1000)
    const response = await browser.post(codePath, { ...fields, code: codeAt(desk, secret) })
    expect(response.status).toBe(400)
  })

  test('shows the form again when its address is loaded', async () => {
    const response = await fakeDesk().browser().get(codePath)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/_gatehouse/sign-in/accounts')
  })
})

describe('enrolment', () => {
  async function begun(desk: FakeDesk) {
    const browser = desk.browser()
    await signInWith(browser, { name: 'alice', password: alicePassword })
    const html = await (await browser.get(codesPath)).text()
    return { browser, html, form: hiddenField(html, 'form'), secret: hiddenField(html, 'secret') }
  }

  test('shows a QR code, the secret in groups and a link for an app on the device', async () => {
    const { html } = await begun(fakeDesk())
    expect(html).toContain('<svg role="img"')
    expect(html).toMatch(/data-secret[^>]*>([A-Z2-7]{4} ){7}[A-Z2-7]{4}</)
    expect(html).toContain('otpauth://totp/auth.example.com')
  })

  test('keeps nothing until the first code is right, and shows the same secret again', async () => {
    const desk = fakeDesk()
    const { browser, form, secret, html } = await begun(desk)
    const wrong = await browser.post(codesPath, { form, secret, code: '000000' })
    expect(wrong.status).toBe(422)
    const shown = (text: string) => /data-secret[^>]*>([A-Z2-7 ]+)</.exec(text)?.[1]
    expect(shown(await wrong.text())).toBe(shown(html))
    const direct = await signInWith(desk.browser(), { name: 'alice', password: alicePassword })
    expect(direct.status).toBe(303)
  })

  test('does not take a secret that is old, or of another browser or person', async () => {
    const desk = fakeDesk({ people: [alice, { ...alice, user: 'mallory' }] })
    const first = await begun(desk)
    const other = await begun(desk)
    const stolen = await other.browser.post(codesPath, {
      form: other.form,
      secret: first.secret,
      code: '000000',
    })
    expect(stolen.status).toBe(400)
    await signInWith(first.browser, { name: 'mallory', password: alicePassword })
    const fields = { form: first.form, secret: first.secret, code: '000000' }
    expect((await first.browser.post(codesPath, fields)).status).toBe(400)
  })

  test('is turned off by the person, soon after signing in', async () => {
    const desk = fakeDesk()
    const { secret } = await enrol(desk)
    const browser = desk.browser()
    const half = await halfSignIn(browser)
    await browser.post(codePath, { ...half, code: codeAt(desk, secret) })
    const form = hiddenField(await (await browser.get(account)).text(), 'form')
    expect((await browser.post(account, { form, act: 'codes-off' })).status).toBe(303)
    const direct = await signInWith(desk.browser(), { name: 'alice', password: alicePassword })
    expect(direct.status).toBe(303)
  })

  test('is not for people of other providers', async () => {
    const desk = fakeDesk()
    const browser = desk.browser()
    const identity = { user: 'Alice', name: '', email: '', groups: [], provider: 'keycloak' }
    const facts = {
      identity,
      providerSid: '',
      providerSub: '',
      userAgent: '',
      address: '',
      idToken: '',
    }
    await desk.context.sessions.open(facts, null)
    browser.cookies.set('session', '1')
    for (const path of [account, codesPath]) expect((await browser.get(path)).status).toBe(403)
  })
})

describe('when the database fails', () => {
  test('nobody with codes gets in on the password alone: 503', async () => {
    const desk = fakeDesk()
    await enrol(desk)
    desk.accounts.database.close()
    const response = await signInWith(desk.browser(), { name: 'alice', password: alicePassword })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).not.toBeNull()
    expect(desk.opened).toHaveLength(1)
  })
})

function cookiesOf(browser: FakeBrowser): string {
  return [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
