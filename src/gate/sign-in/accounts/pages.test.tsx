// What the pages say and hold: words for every problem, marks for fields, a QR code that is one.
import { describe, expect, test } from 'bun:test'
import { renderToString } from 'preact-render-to-string'
import qrcode from 'qrcode-generator'
import { alicePassword, fakeDesk, signInWith } from './fake-desk.ts'
import { codeForm } from './code-form.tsx'
import { passkeyTitle } from './passkey-title.ts'
import { accountsPaths } from './paths.ts'
import {
  accountsUnavailable,
  enrolmentOver,
  formProblem,
  halfSessionOver,
  passkeyNotAdded,
  passkeysFull,
  signInTooOld,
  tooBusy,
  tooManyAttempts,
  wrongCode,
  wrongFirstCode,
  wrongPasskey,
  wrongPassword,
} from './problems.ts'
import { QrCode } from './qr-code.tsx'

describe('problems', () => {
  const all = [
    accountsUnavailable,
    enrolmentOver,
    halfSessionOver,
    passkeyNotAdded,
    passkeysFull,
    signInTooOld,
    tooBusy(3),
    tooManyAttempts(1),
    wrongCode,
    wrongFirstCode,
    wrongPasskey,
    wrongPassword,
    ...(['cross-site', 'not-a-form', 'no-binding', 'bad-token'] as const).map(formProblem),
  ]
  for (const { status, text, retryAfterSeconds } of all)
    test(`${status} "${text}" is a sentence of ours, and says when to come back where that helps`, () => {
      expect(text).toMatch(/^[A-Z][^.]+$/)
      expect(retryAfterSeconds !== null).toBe(status === 429 || status === 503)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).not.toBe(500)
    })

  const waits: readonly (readonly [ms: number, seconds: number, words: string])[] = [
    [1, 1, '1s'],
    [1000, 1, '1s'],
    [1001, 2, '2s'],
    [900_000, 900, '15m'],
    [7_200_000, 7200, '2h'],
  ]
  for (const [ms, seconds, words] of waits)
    test(`tooManyAttempts(${ms}) waits ${words}`, () => {
      const problem = tooManyAttempts(ms)
      expect(problem.retryAfterSeconds).toBe(seconds)
      expect(problem.text).toEndWith(`try again in ${words}`)
    })
})

describe('every page of the accounts', () => {
  test('carries a policy without inline script, is never kept, and has one heading', async () => {
    const desk = fakeDesk()
    const browser = desk.browser()
    await signInWith(browser, { name: 'alice', password: alicePassword })
    for (const path of [accountsPaths.signIn, accountsPaths.account, accountsPaths.codes]) {
      const response = await browser.get(path)
      const policy = response.headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toContain('unsafe')
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('x-frame-options')).toBe('DENY')
      const html = await response.text()
      expect(html.match(/<h1>/g)).toHaveLength(1)
      expect(html).not.toMatch(/ style=| on[a-z]+=|<script(?![^>]* src=)/)
      for (const id of html.matchAll(/<label for="([^"]+)"/g))
        expect(html).toContain(`id="${id[1] ?? ''}"`)
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1])
      expect(new Set(ids).size).toBe(ids.length)
    }
  })

  test('posts its forms to paths that are there, and only by POST', async () => {
    const desk = fakeDesk()
    const browser = desk.browser()
    await signInWith(browser, { name: 'alice', password: alicePassword })
    const posted = new Set(
      desk.routes.filter(({ method }) => method === 'POST').map(({ path }) => path),
    )
    for (const path of [accountsPaths.signIn, accountsPaths.account, accountsPaths.codes]) {
      const html = await (await browser.get(path)).text()
      const forms = [...html.matchAll(/<form method="(\w+)" action="([^"]+)"/g)]
      expect(forms.length).toBe((html.match(/<form/g) ?? []).length)
      for (const [, method, action] of forms) {
        expect(method).toBe('post')
        expect([...posted]).toContain(action ?? '')
      }
      for (const [, options] of html.matchAll(/data-options="([^"]+)"/g))
        expect([...posted]).toContain(options ?? '')
    }
  })

  test('has no field for a code where there is nothing to type one for', async () => {
    const target = '/_gatehouse/'
    const response = codeForm({
      token: '',
      half: '',
      target,
      requestId: 'r',
      problem: halfSessionOver,
    })
    expect(response.status).toBe(400)
    const html = await response.text()
    expect(html).not.toContain('<input')
    expect(html).toContain('Start again')
  })
})

describe('QrCode', () => {
  test('draws each dark module once, with the margin that readers need', () => {
    const text = 'otpauth://totp/auth.example.com:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    const code = qrcode(0, 'M')
    code.addData(text)
    code.make()
    const count = code.getModuleCount()
    const svg = renderToString(<QrCode text={text} label="A code" />)
    expect(svg).toContain(`viewBox="0 0 ${count + 8} ${count + 8}"`)
    const dark = new Set([...svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`))
    let expected = 0
    for (let row = 0; row < count; row++)
      for (let column = 0; column < count; column++) {
        if (!code.isDark(row, column)) continue
        expected++
        expect(dark.has(`${column + 4} ${row + 4}`)).toBe(true)
      }
    expect(dark.size).toBe(expected)
    expect(svg).not.toContain('style=')
  })
})

describe('passkeyTitle', () => {
  const cases: readonly (readonly [typed: string, title: string])[] = [
    ['Laptop', 'Laptop'],
    ['  Laptop  ', 'Laptop'],
    ['Lap\0top\n', 'Laptop'],
    ['', 'Passkey'],
    [' \t ', 'Passkey'],
    ['x'.repeat(100), 'x'.repeat(64)],
  ]
  for (const [typed, title] of cases)
    test(`of ${JSON.stringify(typed.slice(0, 12))} is "${title.slice(0, 12)}"`, () => {
      expect(passkeyTitle(typed)).toBe(title)
    })
})
