// A small estate for tests of the core: the matrix of the study, and rounds in which chosen elements fail.
import type { ElementId } from '../../model/layer.ts'
import { parseHost } from '../../model/host.ts'
import type { AuthTier } from '../../model/service.ts'
import { must } from '../../std/assert.ts'
import type { Effect, Input, WatchCore } from '../core.ts'
import type { AnswerClass, Door, Observation, Vantage } from '../door.ts'
import type { Change, IncidentEvent } from '../incident/incident.ts'
import type { ProbeMatrix } from '../locate/matrix.ts'
import { createWatchCore } from './create.ts'

/** 2026-04-16 16:00 UTC. */
export const startAt = Date.UTC(2026, 3, 16, 16)
/** One minute, ms. */
export const minuteMs = 60_000

const rows: Readonly<Record<string, readonly ElementId[]>> = {
  control_inet: ['prober'],
  dns: ['prober', 'dns'],
  edge_anon_open: ['prober', 'dns', 'edge', 'ingress', 'upstream/open.example'],
  edge_anon_fwd: ['prober', 'dns', 'edge', 'ingress', 'gate_new'],
  origin_anon_open: ['prober', 'ingress', 'upstream/open.example'],
  origin_anon_fwd: ['prober', 'ingress', 'gate_new'],
  gate_anon: ['prober', 'gate_new'],
  idp: ['prober', 'idp'],
  idp_jwks: ['prober', 'idp'],
  edge_auth: ['prober', 'dns', 'edge', 'ingress', 'gate_check', 'upstream/app.example'],
  origin_auth: ['prober', 'ingress', 'gate_check', 'upstream/app.example'],
  up_direct: ['prober', 'upstream/app.example'],
  up_direct_open: ['prober', 'upstream/open.example'],
}

/** The matrix of the study, section 4.3, with two services. */
export const studyMatrix: ProbeMatrix = {
  rows: Object.entries(rows).map(([probe, elements]) => ({
    probe,
    crosses: Object.fromEntries(elements.map((element) => [element, 1])),
  })),
  control: 'control_inet',
}

/** A round at a time, in which every probe through a broken element fails. */
export function roundAt(at: number, broken: readonly ElementId[] = []): Input {
  const observations = Object.entries(rows).map(([probe, elements]): Observation => {
    const ok = !elements.some((element) => broken.includes(element))
    return {
      probe,
      door: null,
      vantage: null,
      replica: null,
      at,
      ms: 5,
      class: ok ? 'REDIRECT_IDP' : 'GATE_4XX',
      status: ok ? 302 : 400,
      ok,
      detail: ok ? 'As promised' : 'Found 400 of the gate, wanted a redirect to sign in',
    }
  })
  return {
    kind: 'round',
    round: { at, results: new Map(observations.map(({ ok, probe }) => [probe, ok])) },
    observations,
  }
}

/** A door of a host. */
export function doorOf(host: string, tier: AuthTier = 'required'): Door {
  const parsed = parseHost(host)
  return {
    id: `${host}/`,
    host: must(parsed.ok ? parsed.value.host : null, 'A test names a host'),
    path: '/',
    headers: {},
    tier,
    statuses: [],
    marker: null,
    upstream: null,
  }
}

/** One check of a door. */
export function checkOf(
  door: Door,
  seen: {
    readonly at: number
    readonly vantage: Vantage
    readonly ok: boolean
    readonly class?: AnswerClass
  },
): Observation {
  const { at, ok, vantage } = seen
  return {
    probe: `door:${door.id}@${vantage}`,
    door,
    vantage,
    replica: null,
    at,
    ms: 5,
    class: seen.class ?? (ok ? 'REDIRECT_IDP' : 'UPSTREAM_5XX'),
    status: ok ? 302 : 502,
    ok,
    detail: ok ? 'As promised' : 'Found 502 of the service, wanted a redirect to sign in',
  }
}

/** A change with the usual fields. */
export function changeOf(id: string, at: number, touches: readonly ElementId[]): Change {
  return { id, at, touches, source: 'declared', title: `Change ${id}`, actor: 'operator' }
}

/** A core and what it has said. */
export interface Bench {
  readonly core: WatchCore
  readonly events: IncidentEvent[]
  readonly effects: Effect[]
  take(...inputs: readonly Input[]): void
  /** `count` rounds, one a minute from `from`, with these elements broken; gives the time after them. */
  rounds(from: number, count: number, broken?: readonly ElementId[]): number
  /** Events as `opened 2026-04-16-gate-new #1`. */
  said(): readonly string[]
}

/** A bench around a core; without one, around a new one over the matrix of the study. */
export function benchOf(
  core: WatchCore = createWatchCore({ matrix: studyMatrix, stores: [] }),
): Bench {
  const events: IncidentEvent[] = []
  const effects: Effect[] = []
  const take = (...inputs: readonly Input[]): void => {
    for (const input of inputs)
      for (const effect of core.take(input)) {
        effects.push(effect)
        if (effect.kind === 'say') events.push(effect.event)
      }
  }
  return {
    core,
    events,
    effects,
    take,
    rounds: (from, count, broken = []) => {
      for (let i = 0; i < count; i++) take(roundAt(from + i * minuteMs, broken))
      return from + count * minuteMs
    },
    said: () => events.map(({ incident, kind, sequence }) => `${kind} ${incident.id} #${sequence}`),
  }
}
