// Passkeys end to end in one process: adding one, signing in with it, and every dishonest answer.
import { describe, expect, test } from 'bun:test'
import { type Bent, type FakePasskey, fakePasskey } from './fake-authenticator.ts'
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

const account = '/_gatehouse/account'
const signIn = '/_gatehouse/sign-in/accounts'

interface Offer {
  readonly options: { readonly challenge: string; readonly user: { readonly id: string } }
  readonly challenge: string
  readonly form: string
}

async function offer(browser: FakeBrowser, page: string, options: string): Promise<Offer> {
  const form = hiddenField(await (await browser.get(page)).text(), 'form')
  const response = await browser.post(options, { form })
  expect(response.status).toBe(200)
  return { ...(await response.json()), form }
}

const addOffer = (browser: FakeBrowser) => offer(browser, account, `${account}/passkey-options`)
const signInOffer = (browser: FakeBrowser) => offer(browser, signIn, `${signIn}/passkey-options`)

/** Signs alice in with her password and adds a passkey. */
async function withPasskey(desk: FakeDesk): Promise<FakePasskey> {
  const browser = desk.browser()
  await signInWith(browser, { name: 'alice', password: alicePassword })
  const passkey = fakePasskey(testOrigin)
  const { options, challenge, form } = await addOffer(browser)
  const credential = passkey.create(options)
  const fields = { form, challenge, credential, title: 'Laptop' }
  const response = await browser.post(`${account}/passkey-add`, fields)
  expect(response.status).toBe(303)
  return passkey
}

async function signInWithPasskey(browser: FakeBrowser, passkey: FakePasskey, bent: Bent = {}) {
  const { options, challenge, form } = await signInOffer(browser)
  const credential = passkey.get(options, bent)
  return browser.post(`${signIn}/passkey`, { form, rd: '', challenge, credential })
}

describe('a passkey', () => {
  test('is added by a person and signs them in, without name or password', async () => {
    const desk = fakeDesk()
    const passkey = await withPasskey(desk)
    const response = await signInWithPasskey(desk.browser(), passkey)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`${testOrigin}/_gatehouse/`)
    expect(desk.opened.at(-1)?.identity.user).toBe('Alice')
    expect(desk.outcomes).toEqual(['success', 'success'])
    const page = await (await desk.browser().get(signIn)).text()
    expect(page).toContain('data-passkey="sign-in"')
  })

  test('signs in again and again, with a rising counter or none', async () => {
    const desk = fakeDesk()
    const passkey = await withPasskey(desk)
    for (let i = 0; i < 3; i++)
      expect((await signInWithPasskey(desk.browser(), passkey)).status).toBe(303)
    const still = fakeDesk()
    const uncounted = await withPasskey(still)
    for (let i = 0; i < 3; i++)
      expect((await signInWithPasskey(still.browser(), uncounted, { counter: 0 })).status).toBe(303)
  })

  test('is enough where one-time codes are on: it is two factors by itself', async () => {
    const desk = fakeDesk()
    const passkey = await withPasskey(desk)
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    const [person] = desk.accounts.directory.list()
    if (person === undefined) throw new TypeError('Alice is missing')
    desk.accounts.database.enrolCodes(person.canonical, { secret, lastStep: 0 }, [])
    const password = await signInWith(desk.browser(), { name: 'alice', password: alicePassword })
    expect(password.status).toBe(200)
    expect((await signInWithPasskey(desk.browser(), passkey)).status).toBe(303)
  })

  test('asks the authenticator for a discoverable credential and user verification', async () => {
    const desk = fakeDesk()
    const browser = desk.browser()
    await signInWith(browser, { name: 'alice', password: alicePassword })
    const add = await addOffer(browser)
    expect(add.options).toMatchObject({
      rp: { id: 'auth.example.com' },
      user: { name: 'Alice', displayName: 'Alice Example' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    const get = await signInOffer(desk.browser())
    expect(get.options).toMatchObject({ rpId: 'auth.example.com', userVerification: 'required' })
    expect(get.options).not.toHaveProperty('allowCredentials.0')
  })
})

describe('an answer with a passkey is refused', () => {
  const bends: readonly (readonly [name: string, bent: Bent])[] = [
    ['from another origin', { origin: 'https://auth.example.com.evil.test' }],
    ['from a service beside us', { origin: 'https://app.example.com' }],
    ['from the same host without TLS', { origin: 'http://auth.example.com' }],
    ['for another relying party', { rpId: 'example.com' }],
    ['with another challenge', { challenge: 'A'.repeat(43) }],
    ['that is a registration', { type: 'webauthn.create' }],
    ['without user verification', { flags: 0x01 }],
    ['without user presence', { flags: 0x04 }],
    ['of another user handle', { userHandle: 'AAAA' }],
  ]
  for (const [name, bent] of bends)
    test(name, async () => {
      const desk = fakeDesk()
      const passkey = await withPasskey(desk)
      const response = await signInWithPasskey(desk.browser(), passkey, bent)
      expect(response.status).toBe(422)
      expect(desk.opened).toHaveLength(1)
      expect(desk.outcomes.at(-1)).toBe('bad-credentials')
    })

  test('with no more than a line about it in the log, whatever the browser sent', async () => {
    const desk = fakeDesk()
    const passkey = await withPasskey(desk)
    const origin = `https://${'x'.repeat(5000)}.test`
    expect((await signInWithPasskey(desk.browser(), passkey, { origin })).status).toBe(422)
    const line = desk.world.log.lines.at(-1)
    expect(line).toMatchObject({
      event: 'sign-in-refused',
      fields: { user: 'Alice', method: 'passkey' },
    })
    expect(JSON.stringify(line).length).toBeLessThan(600)
  })

  test('when it was used before, in the same browser and within its time', async () => {
    const desk = fakeDesk()
    const passkey = await withPasskey(desk)
    const browser = desk.browser()
    const { options, challenge, form } = await signInOffer(browser)
    const credential = passkey.get(options, { counter: 0 })
    const fields = { form, rd: '', challenge, credential }
    const both = await Promise.all([
      browser.post(`${signIn}/passkey`, fields),
      browser.post(`${signIn}/passkey`, fields),
    ])
    expect(both.map((response) => response.status).sort()).toEqual([303, 422])
    expect((await browser.post(`${signIn}/passkey`, fields)).status).toBe(422)
    expect(desk.opened).toHaveLength(2)
  })

  test('when the challenge is two minutes old', async () => {
    const desk = fakeDesk()
    const passkey = await withPasskey(desk)
    const browser = desk.browser()
    const { options, challenge, form } = await signInOffer(browser)
    const credential = passkey.get(options)
    desk.world.clock.advance(120_000)
    const response = await browser.post(`${signIn}/passkey`, {
      form,
      rd: '',
      challenge,
      credential,
    })
    expect(response.status).toBe(422)
    expect(desk.outcomes.at(-1)).toBe('expired')
  })

  test('when the challenge was given to another browser', async () => {
    const desk = fakeDesk()
    const passkey = await withPasskey(desk)
    const { options, challenge } = await signInOffer(desk.browser())
    const other = desk.browser()
    const { form } = await signInOffer(other)
    const credential = passkey.get(options)
    const response = await other.post(`${signIn}/passkey`, { form, rd: '', challenge, credential })
    expect(response.status).toBe(422)
  })

  test('when the challenge was given for adding a passkey', async () => {
    const desk = fakeDesk()
    const passkey = await withPasskey(desk)
    const browser = desk.browser()
    await signInWith(browser, { name: 'alice', password: alicePassword })
    const { options, challenge } = await addOffer(browser)
    const { form } = await signInOffer(browser)
    const credential = passkey.get(options)
    const response = await browser.post(`${signIn}/passkey`, {
      form,
      rd: '',
      challenge,
      credential,
    })
    expect(response.status).toBe(422)
  })

  test('when the signature counter went back: a copy of the authenticator is about', async () => {
    const desk = fakeDesk()
    const passkey = await withPasskey(desk)
    expect((await signInWithPasskey(desk.browser(), passkey, { counter: 9 })).status).toBe(303)
    expect((await signInWithPasskey(desk.browser(), passkey, { counter: 8 })).status).toBe(422)
  })

  test('when nobody has the passkey, or its person is gone', async () => {
    const desk = fakeDesk()
    await withPasskey(desk)
    expect(
      (await signInWithPasskey(desk.browser(), fakePasskey(testOrigin), { userHandle: 'AA' }))
        .status,
    ).toBe(422)
    const gone = fakeDesk({ people: [], peopleFile: personYaml })
    const passkey = await withPasskey(gone)
    gone.world.files.writeAtomic('/people.yaml', '[]', 0o600)
    gone.world.clock.advance(1000)
    expect((await signInWithPasskey(gone.browser(), passkey)).status).toBe(422)
  })

  for (const credential of ['', 'null', '{}', '[]', '{"id":1}', 'x'.repeat(20_000)])
    test(`when it is ${JSON.stringify(credential.slice(0, 8))}, and never as a defect of ours`, async () => {
      const desk = fakeDesk()
      const browser = desk.browser()
      const { challenge, form } = await signInOffer(browser)
      const response = await browser.post(`${signIn}/passkey`, {
        form,
        rd: '',
        challenge,
        credential,
      })
      expect(response.status).toBe(422)
    })

  test('from another site', async () => {
    const desk = fakeDesk()
    const passkey = await withPasskey(desk)
    const browser = desk.browser()
    const { options, challenge, form } = await signInOffer(browser)
    const fields = { form, rd: '', challenge, credential: passkey.get(options) }
    const response = await browser.post(`${signIn}/passkey`, fields, {
      'sec-fetch-site': 'cross-site',
    })
    expect(response.status).toBe(403)
  })
})

const personYaml = `- { user: alice, password_hash: "${alice.passwordHash}" }\n`

describe('adding a passkey', () => {
  test('is for signed-in people: everyone else is sent to sign in, and the script told so', async () => {
    const desk = fakeDesk()
    const browser = desk.browser()
    const page = await browser.get(account)
    expect(page.status).toBe(303)
    expect(page.headers.get('location')).toStartWith(`${signIn}?rd=`)
    expect((await browser.post(`${account}/passkey-options`, {})).status).toBe(403)
    expect((await browser.post(`${account}/passkey-add`, {})).status).toBe(303)
  })

  test('refuses the same answer twice and a passkey that someone else has', async () => {
    const bob = { ...alice, user: 'bob' }
    const desk = fakeDesk({ people: [alice, bob] })
    const passkey = await withPasskey(desk)
    const browser = desk.browser()
    await signInWith(browser, { name: 'bob', password: alicePassword })
    const { options, challenge, form } = await addOffer(browser)
    const fields = { form, challenge, credential: passkey.create(options), title: '' }
    expect((await browser.post(`${account}/passkey-add`, fields)).status).toBe(422)
    const own = { ...fields, credential: fakePasskey(testOrigin).create(options) }
    expect((await browser.post(`${account}/passkey-add`, own)).status).toBe(422)
  })

  test('refuses an answer to a challenge that another person was given in the same browser', async () => {
    const bob = { ...alice, user: 'bob' }
    const desk = fakeDesk({ people: [alice, bob] })
    const browser = desk.browser()
    await signInWith(browser, { name: 'alice', password: alicePassword })
    const { options, challenge, form } = await addOffer(browser)
    await signInWith(browser, { name: 'bob', password: alicePassword })
    const fields = {
      form,
      challenge,
      credential: fakePasskey(testOrigin).create(options),
      title: '',
    }
    expect((await browser.post(`${account}/passkey-add`, fields)).status).toBe(422)
  })

  test('ends at twenty passkeys', async () => {
    const desk = fakeDesk()
    const browser = desk.browser()
    await signInWith(browser, { name: 'alice', password: alicePassword })
    for (let i = 0; i < 20; i++) {
      const { options, challenge, form } = await addOffer(browser)
      const fields = { form, challenge, credential: fakePasskey(testOrigin).create(options) }
      expect((await browser.post(`${account}/passkey-add`, fields)).status).toBe(303)
    }
    const form = hiddenField(await (await browser.get(account)).text(), 'form')
    expect((await browser.post(`${account}/passkey-options`, { form })).status).toBe(409)
  })

  test('needs a recent sign-in', async () => {
    const desk = fakeDesk()
    const browser = desk.browser()
    await signInWith(browser, { name: 'alice', password: alicePassword })
    const { options, challenge, form } = await addOffer(browser)
    desk.world.clock.advance(900_000)
    const fields = { form, challenge, credential: fakePasskey(testOrigin).create(options) }
    const response = await browser.post(`${account}/passkey-add`, fields)
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('sign in again')
  })
})

describe('the list of passkeys', () => {
  async function listed(desk: FakeDesk) {
    await withPasskey(desk)
    const browser = desk.browser()
    await signInWith(browser, { name: 'alice', password: alicePassword })
    const html = await (await browser.get(account)).text()
    const fields = { form: hiddenField(html, 'form'), passkey: hiddenField(html, 'passkey') }
    return { browser, html, fields }
  }

  test('shows names and days, renames and removes', async () => {
    const desk = fakeDesk()
    const { browser, html, fields } = await listed(desk)
    expect(html).toContain('Laptop')
    expect(html).toContain('added 2026-01-01, never used')
    const renamed = await browser.post(account, { ...fields, act: 'rename', title: '<b>Key</b>\0' })
    expect(renamed.status).toBe(303)
    const after = await (await browser.get(account)).text()
    expect(after).toContain('&lt;b>Key&lt;/b>')
    await browser.post(account, { ...fields, act: 'remove' })
    expect(await (await browser.get(account)).text()).toContain('None yet')
  })

  test('leaves the passkeys of others alone', async () => {
    const desk = fakeDesk({ people: [alice, { ...alice, user: 'mallory' }] })
    const { fields } = await listed(desk)
    const browser = desk.browser()
    await signInWith(browser, { name: 'mallory', password: alicePassword })
    const form = hiddenField(await (await browser.get(account)).text(), 'form')
    await browser.post(account, { form, passkey: fields.passkey, act: 'remove' })
    await browser.post(account, { form, passkey: fields.passkey, act: 'rename', title: 'mine' })
    const found = desk.accounts.database.findPasskey(fields.passkey)
    expect(found.ok && found.value?.title).toBe('Laptop')
  })
})
