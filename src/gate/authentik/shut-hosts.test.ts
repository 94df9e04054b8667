// Hosts of providers that cannot be read: shut, whatever is wrong and whatever else would answer for them.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseExternalHost } from './external-host.ts'
import type { OutpostConfig } from './outpost.ts'
import { type Element, sampleElement, sampleElements } from './samples.fixture.ts'
import { answerFor, readProviders } from './snapshot.fixture.ts'

describe('hosts of an unusable provider', () => {
  const good = readProviders(sampleElements())

  function afterChange(change: (element: Element) => unknown, index = 0): OutpostConfig {
    return readProviders(
      sampleElements().map((one_, i) => (i === index ? change(one_) : one_)),
      good,
    )
  }

  test('stay shut while its address can be read', () => {
    const config = afterChange((element) => ({ ...element, client_secret: null }))
    expect(answerFor(config, 'app.example.com')).toBe('shut')
    expect(answerFor(config, 'other.example.com')).toBe('wide')
  })

  test('stay shut by what was known before', () => {
    const config = afterChange((element) => ({ ...element, external_host: 17 }))
    expect(answerFor(config, 'app.example.com')).toBe('shut')
    expect(answerFor(config, 'other.example.com')).toBe('wide')
    // And by what was known before that.
    const again = readProviders(
      sampleElements().map((element, i) => (i === 0 ? { pk: 1 } : element)),
      config,
    )
    expect(answerFor(again, 'app.example.com')).toBe('shut')
    expect(answerFor(again, 'other.example.com')).toBe('wide')
  })

  test('shut every host that nobody names when nothing is known', () => {
    for (const element of [null, { pk: 77 }, { pk: 77, external_host: 'https://x.org', mode: 5 }]) {
      const config = readProviders([...sampleElements(), element], good)
      expect(answerFor(config, 'other.example.com')).toBe('shut')
      expect(answerFor(config, 'app.example.com')).toBe('app')
    }
  })

  test('are not mixed up by a pk that is there twice', () => {
    const config = afterChange((element) => ({ ...element, pk: 2, external_host: null }))
    expect(answerFor(config, 'app.example.com')).not.toBe('wide')
  })

  test('include its domain', () => {
    const inner = sampleElement({
      ...{ pk: 4, name: 'inner', client_id: 'client-4', mode: 'forward_domain' },
      ...{ external_host: 'https://auth.inner.example.com', cookie_domain: 'inner.example.com' },
    })
    const before = readProviders([...sampleElements(), inner])
    for (const over of [{ client_id: 5 }, { cookie_domain: 5 }, { mode: 'x' }, { mode: null }]) {
      const config = readProviders([...sampleElements(), { ...inner, ...over }], before)
      expect([over, answerFor(config, 'a.inner.example.com')]).toEqual([over, 'shut'])
      expect([over, answerFor(config, 'a.example.com')]).toEqual([over, 'wide'])
    }
  })
})

/** Values that no server should send where these stand. */
const junk = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(null, '', 0, -1, true, [], {}, 'https://', 'x'.repeat(10_000), { pk: 1 }),
)
const fieldNames = Object.keys(sampleElement())
const mutation = fc.record({
  index: fc.nat({ max: 2 }),
  field: fc.constantFrom(...fieldNames),
  value: fc.option(junk, { nil: undefined }),
})

/** Hosts by the index of the provider that has them for itself. */
const guarded = [
  [0, 'app.example.com'],
  [2, 'wiki.example.com'],
] as const

test('no fault in any field lets the wide provider answer for the host of another', () => {
  const good = readProviders(sampleElements())
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(mutations, fc.boolean(), (faults, isKnown) => {
      const elements = sampleElements()
      for (const { index, field, value } of faults) {
        const element = elements[index] ?? {}
        if (value === undefined) delete element[field]
        else element[field] = value
      }
      const config = readProviders(elements, isKnown ? good : null)
      for (const [index, host] of guarded) {
        const address = elements[index]?.['external_host']
        const isMoved =
          typeof address === 'string' && (parseExternalHost(address)?.host ?? host) !== host
        // A good address in place of another is no fault: then the old one is free.
        if (!isMoved) expect(config.providerFor(host).kind).toBeOneOf(['host', 'unusable'])
      }
    }),
    { numRuns: 3000 },
  )
})
