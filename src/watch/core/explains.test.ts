// Which failing doors are explained by what is broken before them: every layer against every way.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type ElementId, layers } from '../../model/layer.ts'
import { authTiers } from '../../model/service.ts'
import { type DoorWay, explains } from './explains.ts'

const way = (more: Partial<DoorWay> = {}): DoorWay => ({
  host: 'a.example',
  tier: 'required',
  vantage: 'edge',
  replica: null,
  ...more,
})

const vantages = ['edge', 'ingress', 'gate', 'upstream'] as const

/** Vantages at which a door of each tier has to fail, or may. */
const table: Readonly<
  Record<string, Readonly<Partial<Record<(typeof authTiers)[number], readonly string[]>>>>
> = {
  prober: { required: vantages, none: vantages, app: vantages, public: vantages },
  dns: { required: ['edge'], none: ['edge'], app: ['edge'], public: ['edge'] },
  edge: { required: ['edge'], none: ['edge'], app: ['edge'], public: ['edge'] },
  ingress: {
    required: ['edge', 'ingress'],
    none: ['edge', 'ingress'],
    app: ['edge', 'ingress'],
    public: ['edge', 'ingress'],
  },
  gate_new: {
    required: ['edge', 'ingress', 'gate'],
    none: ['gate'],
    app: ['gate'],
    public: ['edge', 'ingress', 'gate'],
  },
  gate_check: { required: [], none: [], app: [], public: [] },
  idp: {
    required: ['edge', 'ingress', 'gate'],
    none: [],
    app: [],
    public: ['edge', 'ingress', 'gate'],
  },
}

describe('explains()', () => {
  for (const [layer, tiers] of Object.entries(table))
    for (const tier of authTiers)
      for (const vantage of vantages) {
        const wanted = tiers[tier]?.includes(vantage)
        if (wanted === undefined) continue
        test(`${layer} ${wanted ? 'explains' : 'does not explain'} ${tier} over ${vantage}`, () => {
          const element = layers.find((each) => each === layer)
          expect(element !== undefined && explains(element, way({ tier, vantage }))).toBe(wanted)
        })
      }

  test.each<[ElementId, Partial<DoorWay>, boolean]>([
    ['upstream/a.example', {}, true],
    ['upstream/b.example', {}, false],
    ['upstream', {}, false],
    ['ingress/10.0.20.5', { vantage: 'ingress', replica: '10.0.20.5' }, true],
    ['ingress/10.0.20.5', { vantage: 'ingress', replica: '10.0.20.5:443' }, true],
    ['ingress/10.0.20.5', { vantage: 'ingress', replica: '10.0.20.6' }, false],
    ['ingress/10.0.20.5', { vantage: 'ingress', replica: '10.0.20.50' }, false],
    // Nobody knows which replica it went through.
    ['ingress/10.0.20.5', { vantage: 'ingress', replica: null }, true],
    ['ingress/10.0.20.5', { vantage: 'edge', replica: null }, true],
    ['ingress/10.0.20.5', { vantage: 'upstream', replica: '10.0.20.5' }, false],
  ])('%p and a way of %j: %p', (element, more, wanted) => {
    expect(explains(element, way(more))).toBe(wanted)
  })

  test('a whole layer explains all that one replica of it does', () => {
    fc.assert(
      fc.property(
        fc.record({
          host: fc.constant('a.example'),
          tier: fc.constantFrom(...authTiers),
          vantage: fc.constantFrom(...vantages),
          replica: fc.constantFrom(null, '10.0.20.5', '10.0.20.6:443'),
        }),
        (door) => {
          if (explains('ingress/10.0.20.5', door)) expect(explains('ingress', door)).toBe(true)
        },
      ),
    )
  })
})
