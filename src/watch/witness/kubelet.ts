// The kubelet's summary (/stats/summary): volumes of pods by name, among them memory volumes.
import { type Result, err, ok } from '../../std/result.ts'
import type { WatchedStore, WitnessConfig } from '../config.ts'
import type { StoreSample } from '../forecast/sample.ts'
import { askJson } from '../../world/ask.ts'
import { countOf, fieldAt, fieldOf, listOf, textOf } from './fields.ts'
import { fullest, sampleOfBytes } from './filesystem.ts'
import { globPattern } from './glob.ts'
import {
  type BlindWitness,
  type Witness,
  type WitnessReport,
  type WitnessWorld,
  emptyReport,
} from './witness.ts'

type KubeletConfig = Extract<WitnessConfig, { kind: 'kubelet' }>

/** Most pods of a node, and volumes of a pod, that are looked at. */
const podsMax = 2000
const volumesMax = 500

/**
 * A witness over one kubelet, or over the API server (`…/api/v1/nodes/NAME/proxy`). The `/dev/shm` that
 * every pod has by default is no volume of it and never shows here.
 */
export function kubeletWitness(
  config: KubeletConfig,
  world: WitnessWorld,
  stores: readonly WatchedStore[],
): Witness {
  return {
    name: config.name,
    read: async (): Promise<Result<WitnessReport, BlindWitness>> => {
      const blind = (detail: string) => err({ witness: config.name, detail })
      const ca = config.caFile === null ? null : world.files.readText(config.caFile)
      if (ca?.ok === false) return blind(`The certificate file cannot be read: "${ca.error.code}"`)
      const answer = await askJson(world.http, {
        url: `${config.url.replace(/\/$/, '')}/stats/summary`,
        headers: config.bearer === null ? {} : { authorization: `Bearer ${config.bearer}` },
        ...(ca === null ? {} : { ca: ca.value }),
      })
      if (!answer.ok) return blind(answer.error)
      const samples = readSummary(answer.value, stores, world.clock.now())
      return samples.ok ? ok({ ...emptyReport, samples: samples.value }) : blind(samples.error)
    },
  }
}

/** Samples of the stores that name a volume; with several pods that match, the fullest. */
export function readSummary(
  summary: unknown,
  stores: readonly WatchedStore[],
  at: number,
): Result<readonly StoreSample[], string> {
  if (!Array.isArray(fieldOf(summary, 'pods')))
    return err('Its answer is no summary: it has no "pods"')
  const volumes = listOf(fieldOf(summary, 'pods'), podsMax).flatMap((pod) => {
    const namespace = textOf(fieldAt(pod, 'podRef', 'namespace')) ?? ''
    const name = textOf(fieldAt(pod, 'podRef', 'name')) ?? ''
    return listOf(fieldOf(pod, 'volume'), volumesMax).map((volume) => ({
      volume,
      path: `${namespace}/${name}/${textOf(fieldOf(volume, 'name')) ?? ''}`,
    }))
  })
  return ok(
    stores.flatMap((store) => {
      if (store.volume === undefined) return []
      const pattern = globPattern(store.volume)
      const own = volumes.filter(({ path }) => pattern.test(path))
      return fullest(own.map(({ volume }) => sampleOf({ store, at }, volume)))
    }),
  )
}

/** `usedBytes` of a memory volume is what its files take; what is available comes from the file system. */
function sampleOf(
  { store, at }: { readonly store: WatchedStore; readonly at: number },
  volume: unknown,
): StoreSample | null {
  const count = (name: string): number | undefined => countOf(fieldOf(volume, name)) ?? undefined
  const size = count('capacityBytes')
  const used = count('usedBytes')
  const available = count('availableBytes')
  const free = used === undefined || size === undefined ? available : Math.max(0, size - used)
  const inodes = count('inodes')
  const inodesUsed = count('inodesUsed')
  const inodesFree =
    inodes === undefined || inodesUsed === undefined ? count('inodesFree') : inodes - inodesUsed
  return sampleOfBytes({ store, at, source: 'kubelet' }, [size, free, inodes, inodesFree])
}
