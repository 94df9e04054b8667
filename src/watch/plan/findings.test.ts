// What check says of a watch: what it cannot tell apart, and which store its probes would fill.
import { describe, expect, test } from 'bun:test'
import type { Layer } from '../../model/layer.ts'
import type { WatchConfig, WatchedStore } from '../config.ts'
import { watchFindings } from './findings.ts'
import { planOf } from './plan.ts'
import { closedDoor, openDoor, sampleDoor, sampleWatch } from './samples.fixture.ts'

function found(over: Partial<WatchConfig>) {
  const config = sampleWatch(over)
  return watchFindings(config, planOf(config))
}

const ids = (over: Partial<WatchConfig>): readonly string[] => found(over).map(({ id }) => id)

const shm: WatchedStore = {
  name: 'shm',
  layer: 'gate_new',
  sizeBytes: 64 * 1024 ** 2,
  blockBytes: 4096,
  entryBytes: 1500,
  retentionMs: 7 * 86_400_000,
  restartMs: null,
  path: null,
  files: 'session_*',
  declaredPerMs: null,
  probesLeaveEntries: false,
}

describe('watchFindings()', () => {
  test('has nothing to say of a watch that can tell every layer', () => {
    expect(found({})).toEqual([])
  })

  const noUpstream = {
    canaries: { open: openDoor, protected: sampleDoor('app.example.com', { upstream: null }) },
  }
  const missing: readonly [id: string, over: Partial<WatchConfig>][] = [
    ['no-control-probe', { control: [] }],
    ['no-ingress-vantage', { edge: false, ingress: [] }],
    ['no-gate-vantage', { gates: [] }],
    ['no-vantage', { edge: false, ingress: [], gates: [] }],
    ['no-open-canary', { canaries: { open: null, protected: closedDoor } }],
    ['no-protected-canary', { canaries: { open: openDoor, protected: null } }],
    ['no-robot', { robot: null }],
  ]
  test.each(missing)('says %s with something to do about it', (id, over) => {
    const finding = found(over).find((one) => one.id === id)
    expect(finding?.severity).toBe('warning')
    expect(finding?.fix).not.toBe('')
    expect(finding?.message).toMatch(/^[A-Z].*[^.]$/)
  })

  const alike: readonly [
    layers: readonly Layer[],
    probes: readonly string[],
    over: Partial<WatchConfig>,
  ][] = [
    [['edge', 'ingress'], ['origin_anon_open'], { ingress: [] }],
    [['gate_check', 'upstream'], ['up_direct'], noUpstream],
    [
      ['ingress', 'gate_new'],
      ['gate_anon'],
      { gates: [], robot: null, openAsksGate: true, ingress: sampleWatch().ingress },
    ],
    [
      ['edge', 'ingress', 'gate_new'],
      ['origin_anon_open', 'gate_anon'],
      { gates: [], ingress: [], robot: null, openAsksGate: true },
    ],
  ]
  test.each(alike)(
    'refuses a watch in which %p look alike, and names %p',
    (layers, probes, over) => {
      const findings = found(over)
      const [refused, ...others] = findings.filter(({ severity }) => severity === 'error')
      expect(others).toEqual([])
      expect(findings[0]).toBe(refused ?? findings[0])
      expect(refused?.id).toBe('layers-look-alike')
      for (const probe of probes) expect(refused?.fix).toContain(`"${probe}"`)
      expect(refused?.fix).toContain(`"layers_as_one: [[${layers.join(', ')}]]"`)
      // What is refused is not said once more as a part that is missing.
      expect(findings.map(({ id }) => id)).not.toContain('no-ingress-vantage')

      const accepted = found({ ...over, layersAsOne: [layers] })
      expect(accepted.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(accepted.map(({ id }) => id)).not.toContain('layers-told-apart')
      const byPairs = layers.slice(1).map((layer, i) => [layers[i] ?? layer, layer])
      expect(found({ ...over, layersAsOne: byPairs })).toEqual(accepted)
      const other = found({ ...over, layersAsOne: [['dns', 'idp']] })
      expect(other.filter(({ severity }) => severity === 'error')).toHaveLength(1)
    },
  )

  test('says of what is accepted as one that the probes tell it apart by now', () => {
    const layersAsOne = [['edge', 'ingress']] as const
    expect(found({ layersAsOne })).toMatchObject([
      { id: 'layers-told-apart', severity: 'warning', path: ['layers_as_one', 0] },
    ])
    // Nobody signs in here: nothing is told apart.
    const ids = found({ robot: null, layersAsOne: [['gate_check', 'idp']] }).map(({ id }) => id)
    expect(ids).not.toContain('layers-told-apart')
  })

  test('reckons what is declared against a store before anything runs', () => {
    const perMinute = (rate: number) => rate / 60_000
    // The record: 64 MiB of blocks, seven days, 8.63 a minute come to 5.3 times what it holds.
    const [finding] = found({ stores: [{ ...shm, declaredPerMs: perMinute(8.63) }] })
    expect(finding).toMatchObject({ id: 'store-will-fill', path: ['stores', 0] })
    expect(finding?.message).toContain('"5.31" of its capacity')
    expect(finding?.message).toContain('"0" of them from this watch')
    expect(finding?.fix).toContain('at most "0.81" a minute')
    expect(ids({ stores: [{ ...shm, declaredPerMs: perMinute(0.5) }] })).toEqual([])
  })

  test('counts its own probes where they leave entries', () => {
    const stores = [{ ...shm, probesLeaveEntries: true }]
    const [finding] = found({ stores })
    // edge_anon_fwd, origin_anon_fwd and gate_anon each minute, one protected door over three vantages
    // every five minutes, a sign-in every fifteen.
    expect(finding?.message).toContain('"3.67" of them from this watch')
    expect(ids({ stores: [shm] })).toEqual([])
    const big = { ...shm, sizeBytes: 4 * 1024 ** 3, probesLeaveEntries: true }
    expect(ids({ stores: [big] })).toEqual([])
    expect(ids({ stores: [{ ...shm, sizeBytes: null, probesLeaveEntries: true }] })).toEqual([])
  })

  test('says of a store that keeps everything that it fills without end', () => {
    const [finding] = found({ stores: [{ ...shm, retentionMs: null, declaredPerMs: 1e-6 }] })
    expect(finding?.message).toContain('"without end"')
  })
})
