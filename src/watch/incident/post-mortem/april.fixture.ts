// The incident of 2026-04-18 as the record tells it, minute by minute, through the core as it is.
import type { AuthTier } from '../../../model/service.ts'
import { must } from '../../../std/assert.ts'
import type { IncidentRecord, Input } from '../../core.ts'
import { createWatchCore } from '../../core/create.ts'
import { checkOf, doorOf, roundAt, studyMatrix } from '../../core/testing.ts'
import type { Door, Vantage } from '../../door.ts'
import type { StoreSample } from '../../forecast/sample.ts'
import { poissonSource, watchedShm } from '../../forecast/store-simulation.fixture.ts'
import type { Change } from '../incident.ts'
import type { CaughtRow, PostMortemExtra } from './facts.ts'

const minuteMs = 60_000
const at = (day: number, hour: number, minute: number): number =>
  Date.UTC(2026, 3, day, hour, minute)

/** The outpost's pod starts with an empty memory disk; its store is full 31.65 h later. */
const podStartedAt = at(15, 9, 18)
const enlargedAt = at(18, 12, 40)
const endsAt = at(18, 13, 0)
const filesMax = 16_384
const filesAfter = 131_072
/** Files a minute: 44 monitors every five minutes and a few people; more of them from the second evening on. */
const rateFirst = 8.63
const rateLater = 18
const moreMonitorsAt = at(17, 19, 0)
const seed = 20_260_418

const tiers: readonly (readonly [AuthTier, number])[] = [
  ['required', 88],
  ['none', 53],
  ['app', 20],
  ['public', 2],
]

const changes: readonly Change[] = [
  {
    id: 'c69eba9b',
    at: at(14, 18, 40),
    source: 'declared',
    title: 'Monitors accept every status from 200 to 499',
    touches: [],
    actor: 'operator',
  },
  {
    id: 'ff360a88',
    at: at(14, 19, 4),
    source: 'declared',
    title: '96 external monitors every 300 s, 44 of them on hosts behind the gate',
    touches: ['gate_new'],
    actor: 'operator',
  },
  {
    id: 'outpost-pod',
    at: podStartedAt,
    source: 'kubernetes',
    title: 'The pod of the embedded outpost started',
    touches: ['gate_new', 'gate_check'],
    actor: 'cluster',
  },
  {
    id: 'opt-out-sync',
    at: moreMonitorsAt,
    source: 'declared',
    title: 'Monitors are made for every host that does not opt out: 26 to 124',
    touches: ['gate_new'],
    actor: 'operator',
  },
  {
    id: 'rybbit-worker',
    at: at(17, 21, 26),
    source: 'declared',
    title: 'A Worker that injects the analytics script was deployed',
    touches: ['edge'],
    actor: 'operator',
  },
]

/** Rules that stood beside, held against the same series by reading them. */
const caught: readonly CaughtRow[] = [
  {
    rule: 'External monitors (81 hosts behind the gate)',
    at: null,
    why: 'They accept 200 to 499, and a 400 is within',
  },
  {
    rule: 'AuthentikOutpostDevShmFull',
    at: null,
    why: 'Its metric container_fs_usage_bytes is dropped when it is scraped',
  },
  {
    rule: 'AuthentikOutpostForwardAuth400Spike',
    at: null,
    why: 'It counts requests of a service; a refusal by the middleware never reaches one',
  },
  {
    rule: 'AuthentikOutpostMemoryHigh',
    at: null,
    why: 'It waits for 1.5 GiB; the disk holds 64 MiB',
  },
  { rule: 'NodeFilesystemFull', at: null, why: 'It leaves out file systems of type tmpfs' },
  {
    rule: 'ForwardAuthFallbackActive',
    at: null,
    why: 'The fallback steps in for 502 to 504, not for a 400',
  },
]

/** The record of that incident and what belongs to it. */
export interface Replay {
  readonly record: IncidentRecord
  readonly extra: PostMortemExtra
  /** All that was said: `opened 2026-04-16-gate-new #1`. */
  readonly said: readonly string[]
}

/** Runs it: 76 hours of rounds, doors and readings of the store. Always the same. */
export function replayApril(generator: string): Replay {
  const core = createWatchCore({
    matrix: studyMatrix,
    stores: [watchedShm({ name: 'outpost-shm' })],
  })
  const said: string[] = []
  const take = (input: Input): void => {
    for (const effect of core.take(input))
      if (effect.kind === 'say')
        said.push(`${effect.event.kind} ${effect.event.incident.id} #${effect.event.sequence}`)
  }
  const store = createStore()
  const doors = tiers.flatMap(([tier, count]) =>
    Array.from({ length: count }, (_, i) => doorOf(`${tier}${i}.example`, tier)),
  )
  for (const change of changes.filter((each) => each.at < podStartedAt))
    take({ kind: 'change', change })
  for (let now = podStartedAt; now <= endsAt; now += minuteMs) {
    for (const change of changes)
      if (change.at >= now && change.at < now + minuteMs && change.at >= podStartedAt)
        take({ kind: 'change', change })
    const isFull = store.minute(now)
    const minute = (now - podStartedAt) / minuteMs
    if (minute % 5 === 0) {
      take({ kind: 'sample', sample: store.sample(now) })
      take({
        kind: 'doors',
        at: now,
        observations: doors.flatMap((door) => checks(door, now, isFull)),
      })
    }
    take(roundAt(now, isFull ? ['gate_new'] : []))
    noted(
      core.incidents().find(({ elements }) => elements[0] === 'gate_new')?.id ?? null,
      now,
      take,
    )
  }
  const records = core.records()
  const record = must(
    records.find(({ incident }) => incident.cause === 'layer:gate_new'),
    'The replay has an incident of the gate',
  )
  return {
    record,
    said,
    extra: {
      generator,
      at: endsAt,
      linked: records.filter(({ incident }) => record.evidence.linked.includes(incident.id)),
      names: [],
      notObservable: [
        'The real inflow: this is a replay of the record, in which files arrive at random at the mean rate that the record implies',
        'Real answers of the estate: doors and probes answer as the record says that they did',
      ],
      caught,
    },
  }
}

/** What only people knew, at the time they knew it. */
function noted(id: string | null, now: number, take: (input: Input) => void): void {
  if (id === null) return
  if (now === at(17, 10, 30))
    take({
      kind: 'note',
      at: now,
      incident: id,
      note: 'report',
      text: 'A member of the household reports that one site answers 400; it is taken for a fault of that person',
    })
  if (now === enlargedAt)
    take({
      kind: 'note',
      at: now,
      incident: id,
      note: 'mitigation',
      text: 'The outpost gets a memory volume of 512 MiB and is started again',
    })
}

interface Store {
  /** Lets a minute pass; true while nothing more fits. */
  minute(now: number): boolean
  sample(now: number): StoreSample
}

function createStore(): Store {
  const arrive = poissonSource(seed)
  let files = 0
  let created = 0
  let capacity = filesMax
  return {
    minute: (now) => {
      if (now === enlargedAt) {
        files = 0
        created = 0
        capacity = filesAfter
      }
      const arrived = arrive(now < moreMonitorsAt ? rateFirst : rateLater)
      const written = Math.min(arrived, capacity - files)
      files += written
      created += written
      return files >= capacity
    },
    sample: (now) => ({
      store: 'outpost-shm',
      at: now,
      source: 'statfs',
      usedBlocks: files,
      totalBlocks: capacity,
      blockBytes: 4096,
      usedInodes: null,
      totalInodes: null,
      created: {
        people: Math.floor(created / 90),
        probes: created - Math.floor(created / 90),
        machines: 0,
      },
      createdAt: null,
      emptyEntries: null,
    }),
  }
}

function checks(door: Door, now: number, isFull: boolean) {
  const gated = door.tier === 'required' || door.tier === 'public'
  const vantages: readonly Vantage[] = gated ? ['edge', 'ingress', 'gate'] : ['edge', 'ingress']
  return vantages.map((vantage) => {
    const ok = !(gated && isFull)
    return { ...checkOf(door, { at: now, vantage, ok, class: 'GATE_4XX' }), status: ok ? 302 : 400 }
  })
}
