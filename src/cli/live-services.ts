// Services of a cluster beside those of the file, in one running gate: neither undoes the other.
import { isDeepStrictEqual } from 'node:util'
import { type LoadedConfig, type NotTaken, servicesOfDoors } from '../config.ts'
import type { Discovery, KubernetesSource } from '../estate.ts'
import type { LiveKubernetes } from '../estate-discover.ts'
import type { Gate } from '../gate-run.ts'
import type { GateConfig } from '../gate.ts'
import { kubernetesMetrics } from '../model/metric.ts'
import type { Service } from '../model/service.ts'
import type { Cancel } from '../world/clock.ts'
import type { World } from '../world/world.ts'
import { KeptServices } from './kept-services.ts'

/** Things that were not taken that one line of the log names. */
const namedMax = 50
/** How often it is noted that the cluster still says the same. */
const confirmMs = 10 * 60_000

/** A gate that takes services, or who stands in for one. */
export type ServicesSink = Pick<Gate, 'reload' | 'replaceServices'>

/** What lives beside a gate. */
export interface LiveServicesOptions {
  readonly gate: ServicesSink
  readonly file: GateConfig
  readonly world: World
  /** Told of the services of the cluster alone, at each change of them or of the file. */
  onServices?(services: readonly Service[]): void
}

/** Holds what the cluster says, and gives the gate both. */
export class LiveServices {
  readonly #gate: ServicesSink
  readonly #world: World
  readonly #kept: KeptServices
  readonly #onServices: (services: readonly Service[]) => void
  /** The file as it is in force, without what was discovered. */
  #file: GateConfig
  #source: KubernetesSource | null = null
  #live: LiveKubernetes | null = null
  #discovery: Discovery | null = null
  #services: readonly Service[] = []
  #notTaken: readonly NotTaken[] = []
  /** Epoch ms of the word that is in force, whether it came from the disk, and whether this source said it. */
  #saidAt: number | null = null
  #isFromDisk = false
  #isOwn = false
  #confirming: Cancel = () => {}

  constructor({ file, gate, onServices, world }: LiveServicesOptions) {
    this.#gate = gate
    this.#file = file
    this.#world = world
    this.#kept = new KeptServices(world, file.dataDir)
    this.#onServices = onServices ?? (() => {})
  }

  /** Takes services from where `loaded` says. What is known stays until the new source was read. */
  start({ servicesFrom }: Pick<LoadedConfig, 'servicesFrom'>): void {
    if (isDeepStrictEqual(servicesFrom, this.#source)) return
    this.#live?.stop()
    this.#live = null
    this.#source = servicesFrom
    this.#confirming()
    this.#isOwn = false
    if (servicesFrom === null) return
    if (this.#discovery === null) this.#recall(servicesFrom)
    this.#confirming = this.#world.clock.every(confirmMs, () => this.#confirm())
    void this.#watch(servicesFrom)
  }

  /** A new file: the gate gets it together with what the cluster says. */
  reload(file: GateConfig, newest: Pick<LoadedConfig, 'servicesFrom'>): void {
    this.#file = file
    if (newest.servicesFrom === null) {
      this.#discovery = null
      this.#saidAt = null
      this.#services = []
      this.#notTaken = []
    }
    this.start(newest)
    this.#judge()
    this.#onServices(this.#services)
    this.#gate.reload(Object.freeze({ ...file, services: this.#all() }))
  }

  /** Metrics of the cluster as exposition text; empty where none is asked. */
  scrape(): string {
    if (this.#source === null) return ''
    const kinds = this.#live?.status() ?? []
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
      ...family('gatehouse_kubernetes_from_disk'),
      `gatehouse_kubernetes_from_disk ${this.#isFromDisk ? 1 : 0}`,
      ...this.#age(),
      '',
    ].join('\n')
  }

  close(): void {
    this.#confirm()
    this.#kept.flush()
    this.#confirming()
    this.#source = null
    this.#live?.stop()
  }

  /** What the cluster said last, from the disk: it counts until there is a newer word. */
  #recall(source: KubernetesSource): void {
    const kept = this.#kept.read(source)
    if (kept === null) return
    this.#saidAt = kept.at
    this.#isFromDisk = true
    this.#discovery = { source: 'disk', doors: kept.doors, notUnderstood: [], read: 0 }
    if (this.#judge()) this.#tell()
  }

  /** A cluster that answers and says nothing new says the same again. */
  #confirm(): void {
    if (this.#isSaying()) this.#keep()
  }

  /** True while the source itself answers, so that what it said last still holds. */
  #isSaying(): boolean {
    const states = this.#live?.status() ?? []
    return this.#isOwn && states.every(({ state }) => state === 'good' || state === 'absent')
  }

  #keep(): void {
    if (this.#discovery === null || this.#source === null) return
    this.#saidAt = this.#world.clock.now()
    this.#kept.write({ at: this.#saidAt, doors: this.#discovery.doors }, this.#source)
  }

  #age(): readonly string[] {
    if (this.#saidAt === null) return []
    const ageMs = this.#isSaying() ? 0 : this.#world.clock.now() - this.#saidAt
    const age = Math.max(0, ageMs) / 1000
    return [
      ...family('gatehouse_kubernetes_age_seconds'),
      `gatehouse_kubernetes_age_seconds ${age}`,
    ]
  }

  #tell(): void {
    this.#onServices(this.#services)
    this.#gate.replaceServices(this.#all())
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
    // Another source may have come meanwhile, or the end.
    if (this.#source === null) return
    this.#discovery = discovery
    this.#isFromDisk = false
    this.#isOwn = true
    this.#keep()
    if (this.#judge()) this.#tell()
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
