// A Prometheus server, asked over its HTTP API: file systems of the watched stores, and which targets are up.
import { type Result, err, ok } from '../../std/result.ts'
import type { WatchedStore, WitnessConfig } from '../config.ts'
import type { StoreSample } from '../forecast/sample.ts'
import { askJson, shown } from '../../world/ask.ts'
import { type Fields, fieldAt, fieldOf, isFields, listOf, textOf } from './fields.ts'
import { fullest, sampleOfBytes } from './filesystem.ts'
import { hostOf } from './host-of.ts'
import {
  type BlindWitness,
  type Testimony,
  type Witness,
  type WitnessReport,
  type WitnessWorld,
  emptyReport,
  testimoniesMax,
} from './witness.ts'

type PrometheusConfig = Extract<WitnessConfig, { kind: 'prometheus' }>

/** A series with its value now. */
interface Point {
  readonly labels: Fields
  readonly value: number
}

/** Statuses by which it says what is wrong with a question: bad data, and what cannot be executed. */
const refusals = [400, 422]

/** What node_exporter says of a file system. */
const filesystemNames = ['size_bytes', 'avail_bytes', 'files', 'files_free'] as const

/** A witness over instant queries: one for each store that has `series`, and `up`. */
export function prometheusWitness(
  config: PrometheusConfig,
  world: WitnessWorld,
  stores: readonly WatchedStore[],
): Witness {
  const url = `${config.url.replace(/\/$/, '')}/api/v1/query`
  const headers = config.bearer === null ? {} : { authorization: `Bearer ${config.bearer}` }
  const query = async (text: string): Promise<Result<readonly Point[], string>> => {
    const question = { url, headers, form: { query: text }, telling: refusals }
    const answer = await askJson(world.http, question)
    return answer.ok ? readVector(answer.value) : answer
  }
  return {
    name: config.name,
    read: async (): Promise<Result<WitnessReport, BlindWitness>> => {
      const samples: StoreSample[] = []
      for (const store of stores) {
        if (store.series === undefined) continue
        // oxlint-disable-next-line no-await-in-loop -- one question after the other: it is asked, not loaded
        const points = await query(filesystemQuery(store.series))
        if (!points.ok) return err({ witness: config.name, detail: points.error })
        samples.push(...readFilesystems(store, points.value, world.clock.now()))
      }
      const up = await query('up')
      if (!up.ok) return err({ witness: config.name, detail: up.error })
      return ok({ ...emptyReport, samples, testimonies: readTargets(up.value) })
    },
  }
}

function filesystemQuery(matchers: string): string {
  const name = `node_filesystem_(${filesystemNames.join('|')})`
  return `{__name__=~"${name}",${matchers.replace(/^\{|\}$/g, '')}}`
}

/**
 * The vector of an answer. An error is said in Prometheus' own words; warnings come with data that may
 * not be whole, and that is no ground to judge by.
 */
export function readVector(answer: unknown): Result<readonly Point[], string> {
  const status = textOf(fieldOf(answer, 'status'))
  if (status === 'error')
    return err(`It cannot answer: ${shown(textOf(fieldOf(answer, 'error')) ?? 'no reason given')}`)
  if (status !== 'success') return err('Its answer is none of the HTTP API of Prometheus')
  const [warning] = listOf(fieldOf(answer, 'warnings'), 1)
  if (warning !== undefined) return err(`Its answer is not whole: ${shown(textOf(warning) ?? '')}`)
  if (fieldAt(answer, 'data', 'resultType') !== 'vector') return err('Its answer is no vector')
  const result = fieldAt(answer, 'data', 'result')
  if (!Array.isArray(result)) return err('Its answer is no vector')
  if (result.length > testimoniesMax)
    return err(`Its answer has more than ${testimoniesMax} series`)
  return ok(result.flatMap((series: unknown) => pointOf(series) ?? []))
}

/** Values are texts, since JSON has no word for NaN and infinities. */
function pointOf(series: unknown): Point | null {
  const labels = fieldOf(series, 'metric')
  const [, text] = listOf(fieldOf(series, 'value'), 2)
  if (!isFields(labels) || typeof text !== 'string' || text.trim() === '') return null
  return { labels, value: Number(text) }
}

/** The fullest file system that matches: replicas of a store fill alike, the first one counts. */
export function readFilesystems(
  store: WatchedStore,
  points: readonly Point[],
  at: number,
): readonly StoreSample[] {
  const groups = new Map<string, Partial<Record<string, number>>>()
  for (const { labels, value } of points) {
    const { __name__: name, ...rest } = labels
    const key = JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const group = groups.get(key) ?? {}
    group[String(name).replace(/^node_filesystem_/, '')] = value
    groups.set(key, group)
  }
  return fullest(
    [...groups.values()].map((group) =>
      sampleOfBytes({ store, at, source: 'prometheus' }, [
        group['size_bytes'],
        group['avail_bytes'],
        group['files'],
        group['files_free'],
      ]),
    ),
  )
}

/** `up` by job and instance: 1 or 0; a value that is neither says nothing. */
export function readTargets(points: readonly Point[]): readonly Testimony[] {
  return points.flatMap(({ labels, value }): Testimony[] => {
    if (value !== 0 && value !== 1) return []
    const instance = textOf(fieldOf(labels, 'instance')) ?? ''
    const name = `${textOf(fieldOf(labels, 'job')) ?? ''}/${instance}`
    return [{ name, host: hostOf(instance), state: value === 1 ? 'up' : 'down' }]
  })
}
