// The control plane put together: refreshes, the WebSocket, the last good configuration on disk.
import type { Cancel, Clock } from '../../world/clock.ts'
import type { Files } from '../../world/files.ts'
import type { HttpClient } from '../../world/http-client.ts'
import type { Log } from '../../world/log.ts'
import type { Random } from '../../world/random.ts'
import type { SocketClient } from '../../world/web-socket.ts'
import type { Sealer } from '../seal.ts'
import { AuthentikApi, authentikHttp } from '../../world/authentik-api.ts'
import { fraction, uuidV4 } from '../../world/back-off.ts'
import { EventSocket } from './event-socket.ts'
import { fetchSnapshot } from './fetch-snapshot.ts'
import { type LastGood, lastGoodOnDisk } from './last-good.ts'
import type { ControlPlane, ControlPlaneState, OutpostConfig } from './outpost.ts'
import { Refresher } from './refresher.ts'
import { type OutpostSettings, agentOf } from './settings.ts'
import { type Snapshot, fingerprintOf, readSnapshot } from './snapshot.ts'

/** What a control plane is started with. */
export interface ControlPlaneOptions {
  readonly settings: OutpostSettings
  readonly dataDir: string
  readonly sealer: Sealer
  readonly clock: Clock
  readonly random: Random
  readonly files: Files
  readonly http: HttpClient
  readonly sockets: SocketClient
  readonly log: Log
  readonly hostname: string
}

/**
 * Longest time between TRIGGER_UPDATE and the refresh. Each process picks its own within it, so that the
 * replicas of an outpost do not all ask at once.
 */
const triggerDelayMostMs = 2000

/** Reads what is on disk, if anything, and starts to talk to authentik. Never fails: it tries for ever. */
export function startControlPlane(options: ControlPlaneOptions): ControlPlane {
  return new RunningControlPlane(options)
}

class RunningControlPlane implements ControlPlane {
  readonly http: HttpClient
  readonly #options: ControlPlaneOptions
  readonly #api: AuthentikApi
  readonly #instance: string
  readonly #lastGood: LastGood
  readonly #socket: EventSocket
  readonly #refresher: Refresher
  readonly #changed = new Set<Parameters<ControlPlane['onChange']>[0]>()
  readonly #ended = new Set<(sid: string) => void>()
  #snapshot: Snapshot | null = null
  #config: OutpostConfig | null = null
  #fingerprint = ''
  #source: ControlPlaneState['source'] = 'none'
  #lastUpdate: number | null = null
  #failuresInRow = 0
  #lastFault: string | null = null
  #refreshes = { good: 0, failed: 0 }
  /** False while the disk does not hold what is in force. */
  #isKept = false
  #isClosed = false

  constructor(options: ControlPlaneOptions) {
    const { settings, clock, random, http } = options
    this.#options = options
    this.http = authentikHttp(http, settings)
    this.#api = new AuthentikApi(this.http, { ...settings, agent: agentOf(settings) })
    this.#instance = uuidV4(random)
    this.#lastGood = lastGoodOnDisk(options)
    const triggerDelayMs = Math.round(fraction(random) * triggerDelayMostMs)
    this.#refresher = new Refresher({
      clock,
      random,
      run: () => this.#refreshOrFail(),
      intervalMs: () => this.#config?.outpost.refreshIntervalMs ?? 0,
    })
    this.#socket = new EventSocket({
      ...options,
      instance: this.#instance,
      on: {
        updateWanted: () => this.#refresher.request(triggerDelayMs),
        sessionEnded: (sid) => this.#sessionEnded(sid),
      },
    })
    this.#startFromDisk()
    this.#refresher.start()
  }

  current(): OutpostConfig | null {
    return this.#config
  }

  onChange(listener: (config: OutpostConfig, previous: OutpostConfig | null) => void): Cancel {
    this.#changed.add(listener)
    return () => this.#changed.delete(listener)
  }

  onSessionEnd(listener: (sid: string) => void): Cancel {
    this.#ended.add(listener)
    return () => this.#ended.delete(listener)
  }

  state(): ControlPlaneState {
    return {
      source: this.#source,
      connected: this.#socket.isConnected,
      instance: this.#instance,
      lastUpdate: this.#lastUpdate,
      failuresInRow: this.#failuresInRow,
      refreshes: { ...this.#refreshes },
      lastFault: this.#lastFault,
      messages: { ...this.#socket.messages },
      reconnects: this.#socket.reconnects,
    }
  }

  refresh(): void {
    this.#refresher.request(0)
  }

  close(): Promise<void> {
    this.#isClosed = true
    this.#refresher.stop()
    this.#socket.stop()
    this.#changed.clear()
    this.#ended.clear()
    return Promise.resolve()
  }

  #startFromDisk(): void {
    const snapshot = this.#lastGood.load()
    if (snapshot === null) return
    const config = readSnapshot(snapshot, this.#options.settings, null)
    if (!config.ok) return
    this.#snapshot = snapshot
    this.#isKept = true
    this.#source = 'disk'
    this.#lastUpdate = snapshot.fetchedAt
    this.#take(config.value)
    this.#socket.start(config.value.outpost.pk)
  }

  /** What authentik says is hostile: a defect of ours that it finds is a failed refresh, not the end. */
  async #refreshOrFail(): Promise<boolean> {
    try {
      return await this.#refresh()
    } catch (cause) {
      this.#defect(cause)
      return this.#failed('A defect of ours: the log line before this one has it')
    }
  }

  /** One refresh; true when it was good. What fails leaves everything as it is. */
  async #refresh(): Promise<boolean> {
    const { clock, settings, log } = this.#options
    const fetched = await fetchSnapshot(this.#api, clock, this.#snapshot)
    if (this.#isClosed) return false
    if (!fetched.ok) return this.#failed(fetched.error)
    const { snapshot, remarks } = fetched.value
    const config = readSnapshot(snapshot, settings, this.#config)
    if (!config.ok) return this.#failed(config.error)
    for (const remark of remarks) log.write('warn', 'authentik-certificate', { detail: remark })
    this.#snapshot = snapshot
    this.#source = 'live'
    this.#lastUpdate = snapshot.fetchedAt
    this.#failuresInRow = 0
    this.#lastFault = null
    this.#refreshes.good++
    if (this.#take(config.value) || !this.#isKept) this.#keep(snapshot)
    this.#socket.start(config.value.outpost.pk)
    return true
  }

  #failed(fault: string): false {
    this.#failuresInRow++
    this.#refreshes.failed++
    this.#lastFault = fault
    this.#options.log.write('warn', 'authentik-refresh-failed', {
      fault,
      failures: this.#failuresInRow,
    })
    return false
  }

  /** Puts a configuration in force; false when it says nothing new. */
  #take(config: OutpostConfig): boolean {
    const fingerprint = fingerprintOf(config)
    if (fingerprint === this.#fingerprint) return false
    const previous = this.#config
    this.#fingerprint = fingerprint
    this.#config = config
    this.#tell(config)
    for (const listener of this.#changed) this.#guard(() => listener(config, previous))
    return true
  }

  #tell(config: OutpostConfig): void {
    const { log } = this.#options
    log.write('info', 'authentik-configuration', {
      source: this.#source,
      outpost: config.outpost.name,
      providers: config.providers.length,
      unusable: config.unusable.length,
    })
    const hosts = new Map<string, string>()
    for (const { name, external, allowlist } of config.providers) {
      for (const dropped of allowlist.dropped)
        log.write('warn', 'authentik-allowlist', { provider: name, detail: dropped })
      const other = hosts.get(external.host)
      if (other !== undefined)
        log.write('warn', 'authentik-same-host', { provider: name, other, host: external.host })
      hosts.set(external.host, name)
    }
    for (const { name, faults, host } of config.unusable)
      log.write('error', 'authentik-provider-unusable', { provider: name, host, faults })
  }

  #keep(snapshot: Snapshot): void {
    const kept = this.#lastGood.save(snapshot)
    this.#isKept = kept.ok
    if (!kept.ok)
      this.#options.log.write('warn', 'authentik-configuration-not-kept', { detail: kept.error })
  }

  #sessionEnded(sid: string): void {
    for (const listener of this.#ended) this.#guard(() => listener(sid))
  }

  /** A listener that fails is a defect of ours, and no reason not to tell the others. */
  #guard(task: () => void): void {
    try {
      task()
    } catch (cause) {
      this.#defect(cause)
    }
  }

  #defect(cause: unknown): void {
    this.#options.log.write('error', 'defect', {
      error: cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown',
      stack: cause instanceof Error ? (cause.stack ?? '') : '',
    })
  }
}
