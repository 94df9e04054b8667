// Random policies and questions from a small world, so that rules meet often.
import fc from 'fast-check'
import { parseHost } from '../../src/model/host.ts'
import { must } from '../../src/std/assert.ts'
import { rule, service } from './policy.ts'

const hosts = ['a.test', 'b.a.test', 'c.b.a.test', 'xa.test', 'test', 'd.c.b.a.test', 'b.test']
const hostPatterns = ['a.test', '*.a.test', '*.b.a.test', 'b.a.test', '*.test', '*.c.b.a.test']
const addresses = [null, '10.0.0.1', '10.1.0.1', '192.168.0.1', 'fd00::1', '::ffff:10.0.0.1']
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH']

const patternArbitrary = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'A', 'b', 'cc', '*', '__proto__'), { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([segments, rest]) => `/${[...segments, ...(rest ? ['**'] : [])].join('/')}`)

const ruleArbitrary = fc.record({
  path: patternArbitrary,
  methods: fc.oneof(
    fc.constant([]),
    fc.uniqueArray(fc.constantFrom('GET', 'HEAD', 'POST'), { maxLength: 2 }),
  ),
  networks: fc.oneof(
    fc.constant([]),
    fc.subarray(['10.0.0.0/8', '10.1.0.0/16', '192.168.0.0/16', 'fd00::/8'], { maxLength: 2 }),
  ),
})

/** Up to five services with up to eight rules each, every pattern well formed. Ties may occur. */
export const policyArbitrary = fc
  .uniqueArray(
    fc.record({
      host: fc.constantFrom(...hostPatterns),
      rules: fc.array(ruleArbitrary, { maxLength: 8 }),
      caseInsensitivePaths: fc.boolean(),
    }),
    { selector: ({ host }) => host, minLength: 1, maxLength: 5 },
  )
  .map((declared) =>
    declared.map(({ host, rules, caseInsensitivePaths }) =>
      service(
        host,
        rules.map(({ path, ...rest }, i) => rule(path, { ...rest, id: `${host} ${i}` })),
        { caseInsensitivePaths },
      ),
    ),
  )

const pathArbitrary = fc
  .tuple(
    fc.array(
      fc.constantFrom('a', 'A', 'b', 'cc', 'x', 'a.', 'b ', 'a. .', '...', '.a', '*', '__proto__'),
      { maxLength: 4 },
    ),
    fc.boolean(),
  )
  .map(([segments, slash]) =>
    segments.length === 0 ? '/' : `/${segments.join('/')}${slash ? '/' : ''}`,
  )

/** Questions that such policies answer in all four ways. */
export const questionArbitrary = fc.record({
  host: fc.constantFrom(...hosts).map((host) => {
    const parsed = parseHost(host)
    return must(parsed.ok ? parsed.value.host : null, `"${host}" is a host`)
  }),
  path: pathArbitrary,
  method: fc.constantFrom(...methods),
  clientAddress: fc.constantFrom(...addresses),
})
