// The gate's own log as a witness: its private listener tells what was refused, for how many, and its store.
import { type Result, err, ok } from '../../std/result.ts'
import type { WitnessConfig } from '../config.ts'
import { type InflowKind, type StoreSample, inflowKinds } from '../forecast/sample.ts'
import { askJson } from '../../world/ask.ts'
import { countOf, fieldAt, fieldOf, isFields, listOf, textOf } from './fields.ts'
import {
  type BlindWitness,
  type ReasonCount,
  type Witness,
  type WitnessReport,
  type WitnessWorld,
  emptyReport,
} from './witness.ts'

type GateWitnessConfig = Extract<WitnessConfig, { kind: 'gate' }>

/** Most reason codes of an answer. */
const reasonsMax = 200
/** Longest reason code. */
const reasonLengthMax = 60

/** What the gate answers, read and checked. */
export interface GateEvidence {
  /** Number of the last whole minute that is counted. */
  readonly until: number
  readonly reasons: readonly ReasonCount[]
  readonly sample: StoreSample | null
}

/** A witness over `/evidence` of a gate; each reading asks for the minutes since the last one. */
export function gateWitness(config: GateWitnessConfig, world: WitnessWorld): Witness {
  let since: number | null = null
  const base = `${config.url.replace(/\/$/, '')}/evidence`
  return {
    name: config.name,
    read: async (): Promise<Result<WitnessReport, BlindWitness>> => {
      const url = since === null ? base : `${base}?since=${since}`
      const answer = await askJson(world.http, { url })
      if (!answer.ok) return err({ witness: config.name, detail: answer.error })
      const read = readEvidence(answer.value, config.name, world.clock.now())
      if (!read.ok) return err({ witness: config.name, detail: read.error })
      const { reasons, sample, until } = read.value
      since = until
      return ok({ ...emptyReport, reasons, samples: sample === null ? [] : [sample] })
    },
  }
}

/** Reads an answer; `store` names the sample of the session store. */
export function readEvidence(
  answer: unknown,
  store: string,
  at: number,
): Result<GateEvidence, string> {
  const until = countOf(fieldOf(answer, 'until'))
  const reasons = fieldOf(answer, 'reasons')
  if (until === null || !Array.isArray(reasons))
    return err('Its answer is none of a gate: it has no "until" and "reasons"')
  const read = listOf(reasons, reasonsMax).map(reasonOf)
  const counts = read.filter((reason) => reason !== null)
  if (counts.length < read.length) return err('Its answer has a reason that cannot be read')
  return ok({ until, reasons: counts, sample: sampleOf(fieldOf(answer, 'sessions'), store, at) })
}

function reasonOf(value: unknown): ReasonCount | null {
  const reason = textOf(fieldOf(value, 'reason'), reasonLengthMax)
  const [count, people, hosts, networks] = ['count', 'people', 'hosts', 'networks'].map((name) =>
    countOf(fieldOf(value, name)),
  )
  if (reason === null || count === null || count === undefined) return null
  return { reason, count, people: people ?? 0, hosts: hosts ?? 0, networks: networks ?? 0 }
}

/** Sessions as entries of a store that holds so many: its block is a session. */
function sampleOf(sessions: unknown, store: string, at: number): StoreSample | null {
  const stored = countOf(fieldOf(sessions, 'stored'))
  const most = countOf(fieldOf(sessions, 'most'))
  if (stored === null || most === null || most === 0) return null
  const opened = fieldOf(sessions, 'opened')
  const failed = countOf(fieldOf(sessions, 'faults'))
  return {
    store,
    at,
    source: 'gate',
    usedBlocks: stored,
    totalBlocks: most,
    blockBytes: 1,
    usedInodes: null,
    totalInodes: null,
    created: isFields(opened) ? createdOf(opened) : null,
    createdAt: null,
    emptyEntries: null,
    ...(failed === null ? {} : { failedWrites: failed }),
  }
}

function createdOf(opened: unknown): Readonly<Record<InflowKind, number>> {
  const created = { people: 0, probes: 0, machines: 0 }
  for (const kind of inflowKinds) created[kind] = countOf(fieldAt(opened, kind)) ?? 0
  return created
}
