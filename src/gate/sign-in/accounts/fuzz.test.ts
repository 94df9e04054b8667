// Whatever is sent to whichever page of the accounts: an answer of ours, and never a session for it.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  type FakeBrowser,
  alice,
  alicePassword,
  fakeDesk,
  hiddenField,
  signInWith,
} from './fake-desk.ts'
import { accountsPaths } from './paths.ts'
import { readPeople } from './people-file.ts'

const paths = Object.values(accountsPaths)

/** Names of every field that some form has, and one that none has. */
const fieldNames = [
  'form',
  'rd',
  'name',
  'password',
  'half',
  'code',
  'secret',
  'challenge',
  'credential',
  'passkey',
  'title',
  'act',
  'other',
]

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    'null',
    '{}',
    '[]',
    '"',
    '__proto__',
    'alice',
    alicePassword,
    'rename',
    'remove',
    'recovery',
    'codes-off',
    'AAAA',
    '000000',
    '-1',
    '\0',
    '\ud800',
    '<script>alert(1)</script>',
    'x'.repeat(9000),
  ),
)

const hostileFields = fc.dictionary(fc.constantFrom(...fieldNames), hostileText, {
  maxKeys: fieldNames.length,
})

/** Texts that were sealed for this browser, to be put where they do not belong. */
async function sealedTexts(browser: FakeBrowser): Promise<readonly string[]> {
  const html = await (await browser.get(accountsPaths.signIn)).text()
  const form = hiddenField(html, 'form')
  const options = await browser.post(accountsPaths.passkeySignInOptions, { form })
  const { challenge }: { challenge: string } = await options.json()
  return [form, challenge, browser.cookies.get('__Host-gatehouse-binding') ?? '']
}

describe('pages of the accounts, given anything', () => {
  test('answer a stranger with one of a few statuses, and open no session', async () => {
    const desk = fakeDesk({ attemptsMax: 1_000_000, people: [{ ...alice, user: 'somebody' }] })
    const browser = desk.browser()
    const sealed = await sealedTexts(browser)
    const fields = fc.tuple(
      hostileFields,
      fc.dictionary(fc.constantFrom(...fieldNames), fc.constantFrom(...sealed)),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fields, async (path, [hostile, known]) => {
        const response = await browser.post(path, { ...hostile, ...known })
        expect([200, 303, 400, 403, 404, 422]).toContain(response.status)
        const text = await response.text()
        expect(text).not.toContain('<script>alert')
        expect(text).not.toContain(alicePassword)
      }),
      { numRuns: 200 },
    )
    expect(desk.opened).toHaveLength(0)
    expect(desk.outcomes).not.toContain('success')
  }, 60_000)

  test('answer someone who is signed in, and leave them as they were but for what they own', async () => {
    const desk = fakeDesk({ people: [alice, { ...alice, user: 'bob' }] })
    const bob = desk.browser()
    await signInWith(bob, { name: 'bob', password: alicePassword })
    const browser = desk.browser()
    await signInWith(browser, { name: 'alice', password: alicePassword })
    const form = hiddenField(await (await browser.get(accountsPaths.account)).text(), 'form')
    const own = [accountsPaths.account, accountsPaths.codes, accountsPaths.passkeyAdd]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...own), hostileFields, async (path, hostile) => {
        const response = await browser.post(path, { ...hostile, form })
        expect([200, 303, 400, 422]).toContain(response.status)
        expect(await response.text()).not.toContain('<script>alert')
      }),
      { numRuns: 200 },
    )
    expect(await (await bob.get(accountsPaths.account)).text()).toContain('bob')
    expect(desk.opened).toHaveLength(2)
  }, 60_000)

  test('answer any query of a GET without a word of it unescaped', async () => {
    const browser = fakeDesk().browser()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), hostileFields, async (path, query) => {
        const response = await browser.get(`${path}?${new URLSearchParams(query).toString()}`)
        expect([200, 303, 404]).toContain(response.status)
        expect(response.headers.get('location') ?? '/').toStartWith('/')
        expect(await response.text()).not.toContain('<script>alert')
      }),
      { numRuns: 200 },
    )
  })
})

describe('readPeople, given anything', () => {
  const yaml = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json({ maxDepth: 4 }),
    fc
      .array(
        fc.dictionary(
          fc.constantFrom('user', 'name', 'email', 'groups', 'password_hash', 'totp_secret', 'x'),
          fc.oneof(hostileText, fc.integer(), fc.constant(null), fc.array(hostileText)),
        ),
      )
      .map((people) => JSON.stringify(people)),
  )

  test('gives people or mistakes, each with a message, and never throws', () => {
    fc.assert(
      fc.property(yaml, (text) => {
        const people = readPeople(text)
        if (people.ok) return
        expect(people.error.length).toBeGreaterThan(0)
        for (const { message, line } of people.error) {
          expect(message).toMatch(/^[A-Z]/)
          expect(line).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
