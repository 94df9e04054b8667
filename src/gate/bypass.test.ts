// No spelling of a path gets around a rule: whatever a service may read into the target, the rule
// that let it pass covers that reading too, or the request is refused (CVE-2026-40575 and its kind).
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { rule, service } from '../../test/support/policy.ts'
import type { Identity } from '../model/identity.ts'
import { foldAsciiCase } from './policy/path-pattern.ts'
import { buildAccessRequest } from './canonical.ts'
import { type Presence, decide } from './decide.ts'
import { compilePolicy } from './policy/compile.ts'

const rules = [
  rule('/public/**', { auth: 'none' }),
  rule('/admin/**', { groups: ['admins'] }),
  rule('/**', { groups: ['staff'] }),
]
const policy = compilePolicy([
  service('app.example.com', rules),
  service('folding.example.com', rules, { caseInsensitivePaths: true }),
])

const staff: Identity = {
  user: 'alice',
  name: '',
  email: '',
  groups: ['staff'],
  provider: 'accounts',
}
const nobody: Presence = { kind: 'none' }
const alice: Presence = { kind: 'found', identity: staff }

/** Decision over a raw request target, the way a proxy hands it on. */
function ask(target: string, presence: Presence, host = 'app.example.com'): string {
  const read = buildAccessRequest({
    scheme: 'https',
    host,
    target,
    method: 'GET',
    clientAddress: null,
    cookie: null,
    navigation: true,
  })
  if (!read.ok) return `refuse ${read.error.reason}`
  const decision = decide(policy.match(read.value), presence)
  return `${decision.kind} ${decision.reason}`
}

describe('paths that try to look like a public one', () => {
  const protectedPath = 'sign-in no-session'
  const ambiguous = 'refuse ambiguous-path'
  // The numbers are those of the field's own list of attacks; each is a request of nobody.
  const cases: readonly (readonly [number: string, target: string, expected: string])[] = [
    ['C1', '/public/../admin', ambiguous],
    ['C2', '/public/%2e%2e/admin', ambiguous],
    ['C2', '/public/.%2E/admin', ambiguous],
    ['C3', '/public/..%2fadmin', ambiguous],
    ['C3', '/public%2F..%2Fadmin', ambiguous],
    ['C3', '/public/..%5cadmin', ambiguous],
    ['C3', '/public\\..\\admin', ambiguous],
    ['C5', '//admin', ambiguous],
    ['C5', '///admin', ambiguous],
    ['C5', '/public//../admin', ambiguous],
    ['C7', '/admin/', protectedPath],
    ['C7', '/admin/.', ambiguous],
    ['C7', '/admin%20', ambiguous],
    ['C7', '/admin%00', ambiguous],
    ['C7', '/admin.', ambiguous],
    ['C8', '/ADMIN', protectedPath],
    ['C9', '/admin?x=/public/', protectedPath],
    ['C9', '/?/public/x', protectedPath],
    ['C9', '/admin#/public/', ambiguous],
    ['C9', '/admin%23/public/', protectedPath],
    ['C10', '/public', 'allow open'],
    ['C10', '/publicity', protectedPath],
    ['C10', '/public.evil', protectedPath],
    ['C12', '/public/\t../admin', ambiguous],
    ['C12', '/public/ x', ambiguous],
    ['C12', '/public/é', ambiguous],
    ['C12', '/public/%C2%9B2J', ambiguous],
    ['C12', '/public/%C2%A0', 'allow open'],
  ]
  test.each(cases)('%s %j', (_number, target, expected) => {
    expect(ask(target, nobody)).toBe(expected)
  })

  test('C8 /ADMIN is /admin for a service that ignores case', () => {
    expect(ask('/ADMIN', alice, 'folding.example.com')).toBe('forbid not-member')
    expect(ask('/ADMIN', alice)).toBe('allow member')
  })

  test('C13 a path too long or of too many segments is refused, the longest allowed is quick', () => {
    expect(ask(`/${'x'.repeat(65_536)}`, nobody)).toBe('refuse too-long')
    expect(ask('/x'.repeat(10_000), nobody)).toBe('refuse too-long')
    const durations = Array.from({ length: 20 }, () => {
      const startedAt = performance.now()
      expect(ask('/x'.repeat(4096), nobody)).toBe(protectedPath)
      return performance.now() - startedAt
    })
    // The quickest of many, so that a busy machine cannot fail it: 20 ms is 200 times what it takes.
    expect(Math.min(...durations)).toBeLessThan(20)
  })

  test('C13 a long run of dots or blanks is judged as quickly as any other path', () => {
    const runs = ['.'.repeat(8100), '. '.repeat(2000).replaceAll(' ', '%20'), '%20'.repeat(2600)]
    for (const run of runs) {
      const durations = Array.from({ length: 20 }, () => {
        const startedAt = performance.now()
        expect(ask(`/${run}x/a.`, nobody)).toBe(protectedPath)
        return performance.now() - startedAt
      })
      expect(Math.min(...durations)).toBeLessThan(20)
    }
  })
})

/** What a service may do to a target before it looks at it. Each is the habit of some real server. */
interface Habits {
  readonly decodings: number
  readonly backslashes: boolean
  readonly parameters: boolean
  readonly trims: boolean
  readonly stopsAtNul: boolean
}

function decodeOnce(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => {
    const bytes = Uint8Array.fromHex(escapes.replaceAll('%', ''))
    // Overlong UTF-8, as lenient decoders take it: C0 AE is a dot, C0 AF a slash.
    const lenient = Buffer.from(bytes).toString('latin1')
    return lenient.replaceAll('\u00c0\u00ae', '.').replaceAll('\u00c0\u00af', '/')
  })
}

/** Segments of the path as such a server reads it, dot segments resolved, empty ones dropped. */
function readAs(target: string, habits: Habits): readonly string[] {
  let path = target.split(/[?#]/)[0] ?? ''
  for (let i = 0; i < habits.decodings; i++) path = decodeOnce(path)
  if (habits.stopsAtNul) path = path.split('\0')[0] ?? ''
  if (habits.backslashes) path = path.replaceAll('\\', '/')
  const resolved: string[] = []
  for (const raw of path.split('/')) {
    const named = habits.parameters ? (raw.split(';')[0] ?? '') : raw
    if (named === '..') resolved.pop()
    else {
      const segment = habits.trims ? named.replace(/[. ]+$/, '') : named
      if (segment !== '' && segment !== '.') resolved.push(segment)
    }
  }
  return resolved
}

const yesOrNo = [false, true] as const
const everyHabit: readonly Habits[] = [0, 1, 2].flatMap((decodings) =>
  yesOrNo.flatMap((backslashes) =>
    yesOrNo.flatMap((parameters) =>
      yesOrNo.flatMap((trims) =>
        yesOrNo.map((stopsAtNul) => ({ decodings, backslashes, parameters, trims, stopsAtNul })),
      ),
    ),
  ),
)

/** What every server does, and nothing more. */
const decodesOnce: Habits = {
  decodings: 1,
  backslashes: false,
  parameters: false,
  trims: false,
  stopsAtNul: false,
}

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('/public', '/admin', '/x', '/', 'public', 'admin') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('%61dmin', '%70ublic', 'ADMIN', '%41dmin', 'é', '%c3%a9'),
  },
  { weight: 3, arbitrary: fc.constantFrom('.', '..', '%2e', '%2E.', '%252e', '. ', '%20', '.%20') },
  { weight: 2, arbitrary: fc.constantFrom('%2f', '%2F', '\\', '%5c', '%255c', '%252f', '%c0%af') },
  { weight: 2, arbitrary: fc.constantFrom(';', ';a=b', '%3b', '?', '#', '%3f', '%23', '%', '%25') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('%00', '\0', '\t', '%0a', ' ', '+', '%zz', '%c0%ae', '*'),
  },
)
const targets = fc
  .array(piece, { minLength: 1, maxLength: 7 })
  .map((pieces) => `/${pieces.join('')}`.replace(/^\/\//, '/'))

const casesCount = 100_000

test('no spelling lets anybody in where another reading of it falls under a stricter rule', () => {
  const seen = { open: 0, member: 0, refused: 0, shut: 0 }
  fc.assert(
    fc.property(targets, fc.boolean(), (target, folding) => {
      const host = folding ? 'folding.example.com' : 'app.example.com'
      const anonymous = ask(target, nobody, host)
      const signedIn = ask(target, alice, host)
      if (signedIn.startsWith('refuse')) seen.refused++
      else if (anonymous === 'allow open') seen.open++
      else if (signedIn === 'allow member') seen.member++
      else seen.shut++
      if (!signedIn.startsWith('allow')) return
      for (const habits of everyHabit) {
        const [first = ''] = readAs(target, habits)
        const name = folding ? foldAsciiCase(first) : first
        // A server that does not decode at all looks for the escaped name, and finds nothing there.
        if (habits.decodings === 0 && target.includes('%')) continue
        if (anonymous.startsWith('allow')) expect(name).toBe('public')
        else expect(name).not.toBe('admin')
      }
    }),
    { numRuns: casesCount },
  )
  // All four outcomes must have come up often enough to have been tried.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(casesCount / 100)
}, 60_000)

test('an accepted target gets what the plain spelling of its path gets', () => {
  fc.assert(
    fc.property(targets, (target) => {
      const decision = ask(target, nobody)
      fc.pre(!decision.startsWith('refuse'))
      const [path = ''] = target.split('?')
      const plain = `/${readAs(target, decodesOnce).join('/')}`
      const respelled = encodeURI(Buffer.from(plain, 'latin1').toString('utf8'))
      expect(path).not.toContain('//')
      expect(ask(respelled.replace(/[?#]/g, encodeURIComponent), nobody)).toBe(decision)
    }),
    { numRuns: 5000 },
  )
})
