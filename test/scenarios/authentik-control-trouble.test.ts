// An authentik that is ill, or whatever answers in its place: the last good configuration stays in force.
import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { type Authentik, startAuthentik } from '../peers/authentik/authentik.ts'
import type { Fault } from '../peers/authentik/fault.ts'
import type { Endpoint } from '../peers/authentik/journal.ts'
import type { ProviderOptions } from '../peers/authentik/model.ts'
import { type TestPlane, startPlane } from '../support/outpost-plane.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close()
})

const providers: readonly ProviderOptions[] = [
  { name: 'app', external_host: 'https://app.example.com', certificate: 'mine' },
  {
    name: 'wide',
    external_host: 'https://auth.example.com',
    mode: 'forward_domain',
    cookie_domain: 'example.com',
  },
  {
    name: 'wiki',
    external_host: 'https://wiki.example.com',
    mode: 'proxy',
    internal_host: 'http://wiki:80',
  },
]

async function pair(): Promise<{ authentik: Authentik; one: TestPlane }> {
  const authentik = await startAuthentik({ providers, certificates: { mine: ['app.example.com'] } })
  open.push(authentik)
  const one = startPlane(authentik)
  open.push(one.plane)
  await one.ready()
  return { authentik, one }
}

/** Asks for a refresh and waits until it is over; true when it was good. */
async function refresh(one: TestPlane): Promise<boolean> {
  const { good, failed } = one.plane.state().refreshes
  one.plane.refresh()
  // Beyond the gap, and below the shortest interval.
  one.clock.advance(5000)
  const count = (): number => one.plane.state().refreshes.good + one.plane.state().refreshes.failed
  await one.until(() => count() > good + failed, 'the end of a refresh')
  return one.plane.state().refreshes.good > good
}

const everywhere: readonly (Endpoint | '*')[] = ['instances', 'proxy', '*']
const ills: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 403 },
  { kind: 'status', status: 204 },
  { kind: 'garbage' },
  { kind: 'garbage', body: '' },
  { kind: 'cut' },
  { kind: 'huge', bytes: 9 * 1024 * 1024 },
  { kind: 'json', value: null },
  { kind: 'json', value: [] },
  { kind: 'json', value: {} },
  { kind: 'json', value: { results: {}, pagination: {} } },
  { kind: 'json', value: { results: [] } },
  { kind: 'json', value: { results: [7], pagination: { next: 'x', count: 1 } } },
]

test.each(everywhere.flatMap((endpoint) => ills.map((fault) => [endpoint, fault] as const)))(
  'an answer of %p that is %j changes nothing, and is over when it is over',
  async (endpoint, fault) => {
    const { authentik, one } = await pair()
    const before = one.plane.current()
    authentik.control.fault(endpoint, fault)
    expect(await refresh(one)).toBe(false)
    expect(one.plane.current()).toBe(before)
    expect(one.plane.state()).toMatchObject({ source: 'live', failuresInRow: 1 })
    expect(one.plane.state().lastFault).toBeTruthy()
    authentik.control.heal()
    expect(await refresh(one)).toBe(true)
    expect(one.plane.state()).toMatchObject({ failuresInRow: 0, lastFault: null })
    expect(authentik.control.violations()).toEqual([])
  },
)

test('pages that run in a circle, or lose an element, are no list', async () => {
  const { authentik, one } = await pair()
  const before = one.plane.current()
  for (const next of [1, 3, 17]) {
    authentik.control.fault('proxy', { kind: 'set', path: 'pagination.next', value: next })
    expect(await refresh(one)).toBe(false)
    authentik.control.heal()
  }
  // The wide provider alone is left: without the count it would answer for the hosts of the others.
  authentik.control.fault('proxy', {
    kind: 'change',
    change: (body) => {
      const page = structuredClone(body) as { results: unknown[] }
      page.results = page.results.slice(1, 2)
      return page
    },
  })
  expect(await refresh(one)).toBe(false)
  expect(one.plane.current()).toBe(before)
})

test('a token that shows no outpost is told in words, and nothing is given up', async () => {
  const { authentik, one } = await pair()
  const before = one.plane.current()
  authentik.control.fault('instances', { kind: 'set', path: 'results', value: [] })
  expect(await refresh(one)).toBe(false)
  expect(one.plane.state().lastFault).toContain('No outpost is visible with this token')
  expect(one.plane.current()).toBe(before)
})

test('a provider that cannot be used is told by name, its host is shut, the others are served', async () => {
  const { authentik, one } = await pair()
  authentik.control.fault('proxy', { kind: 'set', path: 'results.0.client_secret', value: 17 })
  expect(await refresh(one)).toBe(true)
  const config = one.plane.current()
  expect(config?.providers.map(({ name }) => name)).toEqual(['wide', 'wiki'])
  expect(config?.providerFor('app.example.com')).toEqual({ kind: 'unusable', name: 'app' })
  expect(config?.providerFor('other.example.com').kind).toBe('domain')
  const told = one.log.lines.find(({ event }) => event === 'authentik-provider-unusable')
  expect(told?.fields).toEqual({
    provider: 'app',
    host: 'app.example.com',
    faults: ['Field "client_secret" is a number, wanted a text'],
  })
  authentik.control.heal()
  await refresh(one)
  expect(one.plane.current()?.providerFor('app.example.com').kind).toBe('host')
})

test('certificates that cannot be had are no reason not to serve', async () => {
  const { authentik, one } = await pair()
  const known = one.plane.current()?.providers[0]?.certificate
  expect(known).not.toBeNull()
  const bad: readonly (readonly [Endpoint, Fault])[] = [
    ['certificate', { kind: 'status', status: 404 }],
    ['view-private-key', { kind: 'set', path: 'data', value: 17 }],
    ['view-certificate', { kind: 'set', path: 'data', value: 'no certificate' }],
    ['view-private-key', { kind: 'unset', path: 'data' }],
  ]
  for (const [endpoint, fault] of bad) {
    authentik.control.rotateCertificate('mine', [], { announce: false })
    authentik.control.fault(endpoint, fault)
    expect(await refresh(one)).toBe(true)
    expect(one.plane.current()?.providers[0]?.certificate).toEqual(known ?? null)
    authentik.control.heal()
  }
  await refresh(one)
  const [app] = one.plane.current()?.providers ?? []
  expect(app?.certificate?.certificatePem).toBe(authentik.control.certificate('mine'))
})

test('an answer that is nested beyond all measure is read for what it is, and not kept', async () => {
  const { authentik, one } = await pair()
  const { pk } = authentik.control.outpost()
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  const outpost = `{"pk":"${pk}","name":"renamed","config":{},"extra":${deep}}`
  authentik.control.fault('instances', {
    kind: 'garbage',
    body: `{"pagination":{"next":0,"count":1},"results":[${outpost}]}`,
  })
  expect(await refresh(one)).toBe(true)
  expect(one.plane.current()?.outpost.name).toBe('renamed')
  const told = one.log.lines.filter(({ event }) => event === 'authentik-configuration-not-kept')
  expect(told).toHaveLength(1)
})

test('random faults in every field and list never crash it nor open a door', async () => {
  const { authentik, one } = await pair()
  const fields = Object.keys(authentik.control.provider('app'))
  const wire = [
    '',
    'oidc_configuration',
    'scopes_to_request',
    'access_token_validity',
    'external_host',
  ]
  const path = fc
    .tuple(fc.constantFrom('0', '1', '2', '*'), fc.constantFrom(...fields, ...wire))
    .map(([index, field]) => (field === '' ? `results.${index}` : `results.${index}.${field}`))
  const other = fc.constantFrom(
    'results',
    'pagination',
    'pagination.count',
    'results.*.oidc_configuration.issuer',
    'results.1.oidc_configuration.id_token_signing_alg_values_supported',
  )
  const fault = fc.oneof(
    fc.record({ kind: fc.constant('unset' as const), path: fc.oneof(path, other) }),
    fc.record({
      kind: fc.constant('set' as const),
      path: fc.oneof(path, other),
      value: fc.oneof(
        fc.jsonValue(),
        fc.constantFrom(
          null,
          '',
          17,
          [],
          {},
          'https://',
          'https://elsewhere.org',
          'x'.repeat(9000),
        ),
      ),
    }),
  )
  const endpoint = fc.constantFrom<Endpoint>('proxy', 'proxy', 'proxy', 'instances', 'certificate')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(endpoint, fault), { minLength: 1, maxLength: 3 }),
      async (faults) => {
        // Those of a run that failed are still there.
        authentik.control.heal()
        for (const [where, what] of faults) authentik.control.fault(where, what)
        const moves = faults.some(([, { path: at }]) => at.endsWith('external_host'))
        await refresh(one)
        const config = one.plane.current()
        for (const host of ['app.example.com', 'wiki.example.com']) {
          const match = config?.providerFor(host)
          // A provider that says it moved elsewhere leaves its host to whoever is there.
          if (!moves && match !== undefined)
            expect([faults, match.kind]).toEqual([
              faults,
              match.kind === 'host' ? 'host' : 'unusable',
            ])
        }
        expect(config?.providerFor('other.org').kind).toBeOneOf(['none', 'unusable'])
        authentik.control.heal()
        await refresh(one)
        expect(one.plane.current()?.providers).toHaveLength(3)
      },
    ),
    { numRuns: 60 },
  )
  expect(one.log.lines.filter(({ event }) => event === 'defect')).toEqual([])
}, 120_000)
