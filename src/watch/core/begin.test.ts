// A store and the layer that fails for it: one incident, one cause, whichever of the two is seen first.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { ElementId } from '../../model/layer.ts'
import { must } from '../../std/assert.ts'
import { readJson } from '../../std/shape.ts'
import type { WatchedStore } from '../config.ts'
import type { Input, WatchCore } from '../core.ts'
import { watchedShm } from '../forecast/store-simulation.fixture.ts'
import type { Incident } from '../incident/incident.ts'
import { recordShape } from '../incident/record-shape.ts'
import { wordNotice } from '../notify/wording.ts'
import { createWatchCore } from './create.ts'
import { type Bench, benchOf, minuteMs, roundAt, startAt, studyMatrix } from './testing.ts'

const total = 16_384
const full = 16_200
const half = 8000
const hours = 60

/** Kept so short that no rate fills it: the only alarm is that it is full. */
const brief = { retentionMs: minuteMs }
/** Three stores behind the gate, one of which keeps what it gets for a week, and one behind another layer. */
const stores: readonly WatchedStore[] = [
  watchedShm(brief),
  watchedShm({ ...brief, name: 'second' }),
  watchedShm({ name: 'slow' }),
  watchedShm({ ...brief, name: 'accounts', layer: 'idp' }),
]

function sample(at: number, used: number, store = 'shm'): Input {
  return {
    kind: 'sample',
    sample: {
      ...{ store, at, source: 'statfs', usedBlocks: used, totalBlocks: total, blockBytes: 4096 },
      ...{ usedInodes: null, totalInodes: null, created: null, createdAt: null },
      emptyEntries: null,
    },
  }
}

/** An estate that is told minute by minute what is broken and how full each store is. */
class Estate {
  bench: Bench = benchOf(createWatchCore({ matrix: studyMatrix, stores }))
  at = startAt
  broken: readonly ElementId[] = []
  readonly levels = new Map<string, number>([['shm', half]])

  /** Lets minutes pass; the store is read before or after the round. */
  pass(minutes: number, order: 'store first' | 'round first' = 'store first'): this {
    for (let i = 0; i < minutes; i++, this.at += minuteMs) {
      const readings = [...this.levels].map(([store, used]) => sample(this.at, used, store))
      const round = roundAt(this.at, this.broken)
      this.bench.take(...(order === 'store first' ? [...readings, round] : [round, ...readings]))
    }
    return this
  }

  level(used: number, store = 'shm'): this {
    this.levels.set(store, used)
    return this
  }

  breaks(...broken: readonly ElementId[]): this {
    this.broken = broken
    return this
  }

  /** Another process: what it knows went through the disk. */
  restart(): this {
    const kept = this.bench.core.snapshot()
    const records = kept.records.map((record) =>
      must(readJson(JSON.stringify(record), recordShape) ?? null, 'A record reads back'),
    )
    const core: WatchCore = createWatchCore({
      ...{ matrix: studyMatrix, stores },
      restored: { ...kept, records },
    })
    const before = this.bench
    const now = benchOf(core)
    this.bench = { ...now, said: () => [...before.said(), ...now.said()] }
    this.bench.events.unshift(...before.events)
    return this
  }

  said(): readonly string[] {
    return this.bench.events.map(
      ({ incident, kind, wakes }) =>
        `${kind} ${incident.cause} ${incident.phase}${wakes ? ', wakes' : ''}`,
    )
  }

  open(): readonly Incident[] {
    return this.bench.core.incidents().filter(({ closedAt }) => closedAt === null)
  }
}

/** `opened` with the title as the incident stands. */
function titles(estate: Estate): readonly string[] {
  return estate.open().map(({ title }) => title)
}

const outageTitle =
  'The gate, for whoever has no session yet, fails; store shm: 98 % of the blocks are used'

interface Story {
  readonly name: string
  tell(estate: Estate): void
  readonly said: readonly string[]
}

const stories: readonly Story[] = [
  {
    name: 'the store first, then its layer: the warning becomes the failure',
    tell: (estate) => estate.pass(20).level(full).pass(5).breaks('gate_new').pass(10),
    said: ['opened store:shm warning, wakes', 'changed store:shm failing'],
  },
  {
    name: 'both in the same minute',
    tell: (estate) => estate.pass(20).level(full).breaks('gate_new').pass(10),
    said: ['opened store:shm warning, wakes', 'changed store:shm failing'],
  },
  {
    name: 'the layer first, then the store: it is told why, once',
    tell: (estate) => estate.pass(20).breaks('gate_new').pass(10).level(full).pass(30),
    said: ['opened layer:gate_new failing, wakes', 'changed layer:gate_new failing'],
  },
  {
    name: 'a store of another layer has a cause of its own',
    tell: (estate) => {
      estate.level(half, 'accounts').pass(20).level(full, 'accounts').pass(5)
      estate.breaks('gate_new').pass(10)
    },
    said: ['opened store:accounts warning, wakes', 'opened layer:gate_new failing, wakes'],
  },
  {
    name: 'a store of the other half of the gate is one of the same process',
    tell: (estate) => estate.pass(20).level(full).pass(5).breaks('gate_check').pass(10),
    said: ['opened store:shm warning, wakes', 'changed store:shm failing'],
  },
  {
    name: 'a store with room is not why its layer fails',
    tell: (estate) => estate.pass(20).breaks('gate_new').pass(10),
    said: ['opened layer:gate_new failing, wakes'],
  },
  {
    name: 'repaired with room made: over at once',
    tell: (estate) => {
      estate.pass(20).level(full).pass(5).breaks('gate_new').pass(10)
      estate.level(100).breaks().pass(30)
    },
    said: [
      'opened store:shm warning, wakes',
      'changed store:shm failing',
      'closed store:shm failing',
    ],
  },
  {
    name: 'the layer works again while the store is as full: a warning again, and open',
    tell: (estate) => {
      estate.pass(20).level(full).pass(5).breaks('gate_new').pass(10)
      estate.breaks().pass(60)
    },
    said: [
      'opened store:shm warning, wakes',
      'changed store:shm failing',
      'changed store:shm recovered',
    ],
  },
  {
    name: 'and over when the store fits as well',
    tell: (estate) => {
      estate.pass(20).level(full).pass(5).breaks('gate_new').pass(10)
      estate
        .breaks()
        .pass(60)
        .level(100)
        .pass(2 * hours)
    },
    said: [
      'opened store:shm warning, wakes',
      'changed store:shm failing',
      'changed store:shm recovered',
      'closed store:shm recovered',
    ],
  },
  {
    name: 'the store is emptied while the layer is still down: open until that works',
    tell: (estate) => {
      estate.pass(20).level(full).pass(5).breaks('gate_new').pass(10)
      estate.level(100).pass(3 * hours)
    },
    said: ['opened store:shm warning, wakes', 'changed store:shm failing'],
  },
  {
    name: 'the layer told first recovers while its store is full: a warning of the same cause',
    tell: (estate) => {
      estate.pass(20).breaks('gate_new').pass(10).level(full).pass(5).breaks().pass(20)
    },
    said: [
      'opened layer:gate_new failing, wakes',
      'changed layer:gate_new failing',
      'changed layer:gate_new recovered',
    ],
  },
  {
    name: 'it fails again within the grace though the store has room by now: the same',
    tell: (estate) => {
      estate.pass(20).level(full).pass(5).breaks('gate_new').pass(10).breaks().pass(10)
      estate.level(half).breaks('gate_new').pass(10)
    },
    said: [
      'opened store:shm warning, wakes',
      'changed store:shm failing',
      'changed store:shm recovered',
      'changed store:shm failing',
    ],
  },
  {
    name: 'two stores behind one layer: the one that is full is told, the other is part of it',
    tell: (estate) => {
      estate.level(half, 'second').pass(20)
      estate.level(full).pass(5).level(full, 'second').pass(5).breaks('gate_new').pass(10)
    },
    said: [
      'opened store:shm warning, wakes',
      'opened store:second warning, wakes',
      'changed store:shm failing',
      'closed store:second warning',
    ],
  },
  {
    name: 'the second store fills while the layer is down: told as a change, no incident of its own',
    tell: (estate) => {
      estate.level(half, 'second').pass(20).level(full).pass(5).breaks('gate_new').pass(10)
      estate.level(full, 'second').pass(10)
    },
    said: [
      'opened store:shm warning, wakes',
      'changed store:shm failing',
      'changed store:shm failing',
    ],
  },
  {
    name: 'after it is over the same store within the grace is the same incident',
    tell: (estate) => {
      estate.pass(20).level(full).pass(5).breaks('gate_new').pass(10)
      estate.level(100).breaks().pass(15).level(full).pass(5)
    },
    said: [
      'opened store:shm warning, wakes',
      'changed store:shm failing',
      'closed store:shm failing',
      'changed store:shm recovered, wakes',
    ],
  },
]

describe('a store and its layer are one incident', () => {
  for (const { name, said, tell } of stories)
    test(name, () => {
      const estate = new Estate()
      tell(estate)
      expect(estate.said()).toEqual([...said])
    })

  for (const order of ['store first', 'round first'] as const)
    test(`whichever comes first in a minute: ${order}`, () => {
      const estate = new Estate()
      estate.pass(20, order).level(full).pass(5, order).breaks('gate_new').pass(10, order)
      expect(estate.open().map(({ cause }) => cause)).toEqual(['store:shm'])
      expect(titles(estate)).toEqual([outageTitle])
    })

  test('it says in title, advice and times what fails and why', () => {
    const estate = new Estate()
    estate.pass(20).level(full).pass(5).breaks('gate_new').pass(10)
    const [incident] = estate.open()
    expect(incident).toMatchObject({
      ...{ title: outageTitle, urgency: 'page', elements: ['gate_new'] },
      openedAt: startAt + 20 * minuteMs,
      firstSymptomAt: startAt + 25 * minuteMs,
    })
    expect(incident?.verdict?.leader.elements).toEqual(['gate_new'])
    expect(incident?.masking.join()).toContain('Holders of a live session see nothing')
    expect(incident?.advice[0]).toContain('gatehouse doctor')
    estate.breaks().pass(10)
    expect(titles(estate)).toEqual([
      'The gate, for whoever has no session yet, works again; store shm: 98 % of the blocks are used',
    ])
    const recovered = estate.open()[0]?.timeline.filter(({ kind }) => kind === 'recovered')
    expect(recovered?.map(({ text }) => text)).toEqual(['Verified: 5 clean rounds in a row'])
  })

  test('that the store is emptied meanwhile is a line of it, told once', () => {
    const estate = new Estate()
    estate.pass(20).level(full).pass(5).breaks('gate_new').pass(10).level(100).pass(60)
    const lines = estate.open()[0]?.timeline.filter(({ text }) => text === 'shm fits again')
    expect(lines).toHaveLength(1)
  })

  test('a store that is linked for its warning and fills up then is part of the failure', () => {
    const estate = new Estate()
    // Small first, so that it warns of what it comes to without being full.
    for (let i = 0; i < 90; i++) estate.level(1000 + i * 20, 'slow').pass(1)
    expect(estate.open().map(({ cause, phase }) => [cause, phase])).toEqual([
      ['store:slow', 'warning'],
    ])
    estate.breaks('gate_new').pass(5)
    expect(
      estate
        .open()
        .map(({ cause }) => cause)
        .toSorted(),
    ).toEqual(['layer:gate_new', 'store:slow'])
    estate.level(full, 'slow').pass(5)
    expect(estate.open().map(({ cause }) => cause)).toEqual(['layer:gate_new'])
    const layer = estate.bench.core.records().find(({ incident }) => incident.closedAt === null)
    expect(layer?.progress.stores.map(({ store }) => store)).toEqual(['slow'])
    expect(layer?.evidence.stores.length).toBeGreaterThan(0)
  })

  test('each recovery takes twice the clean rounds of the one before', () => {
    const estate = new Estate()
    estate.pass(20).level(full).pass(5)
    const took: number[] = []
    for (let i = 0; i < 3; i++) {
      estate.breaks('gate_new').pass(5).breaks()
      const from = estate.at
      while (estate.open()[0]?.phase !== 'recovered') estate.pass(1)
      took.push((estate.at - from) / minuteMs)
    }
    expect(took[1]).toBeGreaterThan(took[0] ?? 0)
    expect(took[2]).toBeGreaterThan(took[1] ?? 0)
  })
})

describe('a restart in between', () => {
  for (const { name, said, tell } of stories)
    test(`changes nothing of what is said: ${name}`, () => {
      const estate = new Estate()
      const pass = estate.pass.bind(estate)
      // Ends every stretch with another process.
      estate.pass = (minutes, order) => {
        pass(minutes, order)
        return estate.restart()
      }
      tell(estate)
      // A tracker that has just started cannot call a store well for a while: that end comes later.
      const late = said.filter((line) => line !== 'closed store:shm recovered')
      expect(estate.said().filter((line) => line !== 'closed store:shm recovered')).toEqual(late)
    })

  test('that leaves a store out of the configuration ends its warning', () => {
    const estate = new Estate()
    estate.pass(20).level(full).pass(5).breaks('gate_new').pass(10).breaks().pass(10)
    const core = createWatchCore({
      ...{ matrix: studyMatrix, stores: [] },
      restored: estate.bench.core.snapshot(),
      isWatched: () => false,
    })
    const bench = benchOf(core)
    bench.take(roundAt(estate.at))
    expect(
      bench.events.map(({ incident, kind }) => [kind, incident.timeline.at(-1)?.text]),
    ).toEqual([['closed', 'Not watched any more: whether it is over is not known']])
  })

  test('and out of it while its layer is down ends nothing before that works', () => {
    const estate = new Estate()
    estate.pass(20).level(full).pass(5).breaks('gate_new').pass(10)
    const bench = benchOf(
      createWatchCore({
        ...{ matrix: studyMatrix, stores: [] },
        restored: estate.bench.core.snapshot(),
        isWatched: () => false,
      }),
    )
    const at = bench.rounds(estate.at, 10, ['gate_new'])
    expect(bench.events).toEqual([])
    bench.rounds(at, 10)
    expect(bench.events.map(({ kind, incident }) => [kind, incident.cause])).toEqual([
      ['closed', 'store:shm'],
    ])
  })
})

describe('whatever happens', () => {
  const step = fc.record({
    broken: fc.constantFrom<readonly ElementId[]>([], ['gate_new'], ['gate_new', 'gate_check']),
    shm: fc.constantFrom(100, half, full, total),
    second: fc.constantFrom(100, half, full),
    minutes: fc.integer({ min: 1, max: 12 }),
    isRestart: fc.boolean(),
  })

  function live(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): Estate {
    const estate = new Estate()
    estate.level(half, 'second').pass(20)
    for (const { broken, isRestart, minutes, second, shm } of steps) {
      estate
        .level(shm)
        .level(second, 'second')
        .breaks(...broken)
        .pass(minutes)
      if (isRestart) estate.restart()
    }
    return estate
  }

  test('no cause is open twice, and no store is in two incidents', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const estate = live(steps)
        const open = estate.bench.core
          .records()
          .filter(({ incident }) => incident.closedAt === null)
        const causes = open.map(({ incident }) => incident.cause)
        expect(new Set(causes).size).toBe(causes.length)
        const owned = open.flatMap(({ progress }) => progress.stores.map(({ store }) => store))
        expect(new Set(owned).size).toBe(owned.length)
        const failing = open.filter(({ incident }) => incident.phase === 'failing')
        expect(failing.length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 15 },
    )
  })

  test('the events of an incident count up from one, and it wakes once for each time that it begins', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const byId = Map.groupBy(live(steps).bench.events, ({ incident }) => incident.id)
        for (const events of byId.values()) {
          expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1))
          let awake = false
          for (const { incident, kind, wakes } of events) {
            const pages = kind !== 'closed' && incident.urgency === 'page'
            expect(wakes).toBe(pages && !awake)
            awake = pages
          }
        }
      }),
      { numRuns: 15 },
    )
  })

  test('while it pages it is one alert: its labels do not move', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const pages = live(steps).bench.events.filter(
          ({ incident, kind }) =>
            kind !== 'closed' &&
            incident.urgency === 'page' &&
            incident.cause.startsWith('store:') &&
            incident.elements[0] === 'gate_new',
        )
        const labels = new Map<string, Set<string>>()
        for (const event of pages) {
          const seen = labels.get(event.incident.id) ?? new Set()
          labels.set(event.incident.id, seen.add(JSON.stringify(wordNotice(event).labels)))
        }
        for (const seen of labels.values()) expect([...seen]).toHaveLength(1)
      }),
      { numRuns: 15 },
    )
  })
})
