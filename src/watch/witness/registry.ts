// Every kind of witness, by its name in the configuration. A new kind is one file and one line here.
import { unreachable } from '../../std/assert.ts'
import type { WatchConfig, WatchedStore, WitnessConfig } from '../config.ts'
import { gateWitness } from './gate.ts'
import { kubeletWitness } from './kubelet.ts'
import { prometheusWitness } from './prometheus.ts'
import { statfsWitness } from './statfs.ts'
import { statusPageWitness } from './status-page.ts'
import { kumaMetricsWitness } from './uptime-kuma.ts'
import type { Witness, WitnessWorld } from './witness.ts'

/** The witness that a configuration declares. `stores`: those it may know something of. */
export function createWitness(
  config: WitnessConfig,
  world: WitnessWorld,
  stores: readonly WatchedStore[] = [],
): Witness {
  switch (config.kind) {
    case 'uptime-kuma':
      return config.statusPage === null
        ? kumaMetricsWitness(config, world)
        : statusPageWitness(config, config.statusPage, world)
    case 'prometheus':
      return prometheusWitness(config, world, stores)
    case 'kubelet':
      return kubeletWitness(config, world, stores)
    case 'gate':
      return gateWitness(config, world)
    default:
      return unreachable(config)
  }
}

/** All witnesses of a watch: the declared ones, and its own eyes where a store has a directory here. */
export function createWitnesses(
  { stores, witnesses }: Pick<WatchConfig, 'stores' | 'witnesses'>,
  world: WitnessWorld,
): readonly Witness[] {
  const declared = witnesses.map((config) => createWitness(config, world, stores))
  return stores.some(({ path }) => path !== null)
    ? [...declared, statfsWitness(stores, world)]
    : declared
}
