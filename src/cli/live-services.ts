// Services of a cluster beside those of the file, in one running gate: neither undoes the other.
import { isDeepStrictEqual } from 'node:util'
import { type LoadedConfig, type NotTaken, servicesOfDoors } from '../config.ts'
import type { Discovery, KubernetesSource } from '../estate.ts'
import type { LiveKubernetes } from '../estate-discover.ts'
import type { Gate } from '../gate-run.ts'
import type { GateConfig } from '../gate.ts'
import { kubernetesMetrics } from '../model/metric.ts'
import type { Service } from '../model/service.ts'
import type { World } from '../world/world.ts'

/** Things that were not taken that one line of the log names. */
const namedMax = 50

/** Holds what the cluster says, and gives the gate both. */
export class LiveServices {
  readonly #gate: Pick<Gate, 'reload' | 'replaceServices'>
  readonly #world: World
  /** The file as it is in force, without what was discovered. */
  #file: GateConfig
  #source: KubernetesSource | null = null
  #live: LiveKubernetes | null = null
  #discovery: Discovery | null = null
  #services: readonly Service[] = []
  #notTaken: readonly NotTaken[] = []

  constructor(gate: Pick<Gate, 'reload' | 'replaceServices'>, file: GateConfig, world: World) {
    this.#gate = gate
    this.#file = file
    this.#world = world
  }

  /** Takes services from where `loaded` says. What is known stays until the new source was read. */
  start({ servicesFrom }: Pick<LoadedConfig, 'servicesFrom'>): void {
    if (isDeepStrictEqual(servicesFrom, this.#source)) return
    this.#live?.stop()
    this.#live = null
    this.#source = servicesFrom
    if (servicesFrom !== null) void this.#watch(servicesFrom)
  }

  /** A new file: the gate gets it together with what the cluster says. */
  reload(file: GateConfig, newest: Pick<LoadedConfig, 'servicesFrom'>): void {
    this.#file = file
    if (newest.servicesFrom === null) {
      this.#discovery = null
      this.#services = []
      this.#notTaken = []
    }
    this.start(newest)
    this.#judge()
    this.#gate.reload(Object.freeze({ ...file, services: this.#all() }))
  }

  /** Metrics of the cluster as exposition text; empty where none is asked. */
  scrape(): string {
    if (this.#live === null) return ''
    const kinds = this.#live.status()
    return [
      ...family('gatehouse_kubernetes_up'),
      ...kinds.map(
        ({ kind, state }) =>
          `gatehouse_kubernetes_up{kind="${kind}"} ${state === 'good' || state === 'absent' ? 1 : 0}`,
      ),
      ...family('gatehouse_kubernetes_objects'),
      ...kinds.map(
        ({ kind, objects }) => `gatehouse_kubernetes_objects{kind="${kind}"} ${objects}`,
      ),
      ...family('gatehouse_kubernetes_services'),
      `gatehouse_kubernetes_services ${this.#services.length}`,
      ...family('gatehouse_kubernetes_not_taken'),
      `gatehouse_kubernetes_not_taken ${this.#notTaken.length}`,
      '',
    ].join('\n')
  }

  close(): void {
    this.#source = null
    this.#live?.stop()
  }

  /** What talks to a cluster is loaded with the first one. */
  async #watch(source: KubernetesSource): Promise<void> {
    try {
      const { watchKubernetes } = await import('../estate-discover.ts')
      // Another source may have come meanwhile, or the end.
      if (this.#source !== source) return
      const onDiscovery = (discovery: Discovery): void => this.#found(discovery)
      this.#live = watchKubernetes({ source, world: this.#world, onDiscovery })
    } catch (cause) {
      const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
      this.#world.log.write('error', 'kubernetes-not-started', { detail })
    }
  }

  #found(discovery: Discovery): void {
    this.#discovery = discovery
    if (this.#judge()) this.#gate.replaceServices(this.#all())
  }

  #all(): readonly Service[] {
    return [...this.#file.services, ...this.#services]
  }

  /** True when the services are others than before. */
  #judge(): boolean {
    if (this.#discovery === null || this.#source === null) return false
    const { doors, notUnderstood } = this.#discovery
    const { notTaken, services } = servicesOfDoors(doors, this.#file, this.#source)
    const all = [...notUnderstood.map(({ object, why }) => ({ about: object, why })), ...notTaken]
    const isNew = !isDeepStrictEqual(services, this.#services)
    const isToBeSaid = isNew || !isDeepStrictEqual(all, this.#notTaken)
    this.#services = services
    this.#notTaken = all
    if (isToBeSaid)
      this.#world.log.write(all.length > 0 ? 'warn' : 'info', 'kubernetes-services', {
        services: services.length,
        not_taken: all.length,
        named: all.slice(0, namedMax).map(({ about, why }) => `${about}: ${why}`),
      })
    return isNew
  }
}

function family(name: keyof typeof kubernetesMetrics): readonly string[] {
  const { help, type } = kubernetesMetrics[name]
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}
