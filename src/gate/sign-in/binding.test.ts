// The browser's binding: one cookie, and the memory that notices a loop.
import { describe, expect, test } from 'bun:test'
import { seededRandom } from '../../world/random.ts'
import { createSealer } from '../seal.ts'
import {
  type Binding,
  bindingCookie,
  bindingCookieName,
  bindingDigest,
  freshBinding,
  judgeLoop,
  loopPassagesMax,
  readBinding,
  withoutPassages,
  withPassage,
} from './binding.ts'

const random = seededRandom(1)
const sealer = createSealer(new Uint8Array(32).fill(1), random)
const secure = { secure: true, sealer }
const now = 1_800_000_000_000

function cookieHeader(binding: Binding): string {
  return bindingCookie(binding, secure).split(';')[0] ?? ''
}

function walked(kind: 'opened' | 'passed', times: number, target = 'https://a.test/'): Binding {
  let binding = freshBinding(random)
  for (let i = 0; i < times; i++)
    binding = withPassage(binding, { kind, target, now: now + i * 1000 })
  return binding
}

describe('bindingCookie', () => {
  test('is a host cookie that no script reads and no other host can set', () => {
    const line = bindingCookie(freshBinding(random), secure)
    expect(line).toStartWith('__Host-gatehouse-binding=')
    for (const attribute of ['Path=/', 'HttpOnly', 'SameSite=Lax', 'Secure', 'Max-Age=86400'])
      expect(line.split('; ')).toContain(attribute)
    expect(line).not.toContain('Domain')
  })

  test('carries no prefix on a gate without https, where a browser would not keep it', () => {
    const line = bindingCookie(freshBinding(random), { secure: false, sealer })
    expect(line).toStartWith('gatehouse-binding=')
    expect(line).not.toContain('Secure')
  })

  test('stays under 600 bytes however long the past is', () => {
    expect(bindingCookie(walked('opened', 100), secure).length).toBeLessThan(600)
  })
})

describe('readBinding', () => {
  test('gives back what bindingCookie wrote, among other cookies', () => {
    const binding = walked('opened', 3)
    expect(readBinding(`a=b; ${cookieHeader(binding)}; c=d`, secure)).toEqual(binding)
  })

  test('takes the first genuine value where a false one stands before it', () => {
    const binding = freshBinding(random)
    const header = `${bindingCookieName(true)}=forged; ${cookieHeader(binding)}`
    expect(readBinding(header, secure)).toEqual(binding)
  })

  test('gives null for none, a changed one, one of another secret, and a header that is too long', () => {
    const line = cookieHeader(freshBinding(random))
    const other = createSealer(new Uint8Array(32).fill(2), random)
    expect(readBinding(null, secure)).toBeNull()
    expect(readBinding('', secure)).toBeNull()
    expect(readBinding(`${line}A`, secure)).toBeNull()
    expect(readBinding(line, { secure: true, sealer: other })).toBeNull()
    expect(readBinding(`${'x'.repeat(20_000)}; ${line}`, secure)).toBeNull()
    expect(readBinding(`gatehouse-binding=${sealer.seal('form', '["x",[]]')}`, secure)).toBeNull()
  })
})

describe('bindingDigest', () => {
  test('does not change with the past of the browser, and differs between browsers', () => {
    const binding = freshBinding(random)
    const later = withPassage(binding, { kind: 'opened', target: 'x', now })
    expect(bindingDigest(later)).toBe(bindingDigest(binding))
    expect(bindingDigest(freshBinding(random))).not.toBe(bindingDigest(binding))
    expect(bindingDigest(binding)).not.toContain(binding.id)
  })
})

describe('judgeLoop', () => {
  const target = 'https://a.test/'

  test('calls the fourth return without a session a loop, not the third', () => {
    const at = { now: now + 5000, target: 'https://elsewhere.test/', signedIn: false }
    expect(judgeLoop(walked('opened', loopPassagesMax - 1), at)).toBe('none')
    expect(judgeLoop(walked('opened', loopPassagesMax), at)).toBe('session-not-kept')
  })

  test('forgets what is more than a minute ago', () => {
    const binding = walked('opened', loopPassagesMax)
    expect(judgeLoop(binding, { now: now + 62_000, target, signedIn: false })).toBe('none')
  })

  test('calls the fourth passage to the same target with a session a loop', () => {
    const at = { now: now + 5000, target, signedIn: true }
    expect(judgeLoop(walked('passed', loopPassagesMax - 1), at)).toBe('none')
    expect(judgeLoop(walked('passed', loopPassagesMax), at)).toBe('session-not-seen')
  })

  test('lets any number of tabs pass to targets of their own', () => {
    let binding = freshBinding(random)
    for (let i = 0; i < 20; i++)
      binding = withPassage(binding, { kind: 'passed', target: `https://a.test/${i}`, now })
    expect(judgeLoop(binding, { now, target: 'https://a.test/21', signedIn: true })).toBe('none')
    expect(judgeLoop(binding, { now, target: 'https://a.test/19', signedIn: true })).toBe('none')
  })

  test('starts anew after a sign-out', () => {
    const binding = withoutPassages(walked('opened', 8))
    expect(judgeLoop(binding, { now, target, signedIn: false })).toBe('none')
  })
})
