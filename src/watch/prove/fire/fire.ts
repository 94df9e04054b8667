// `gatehouse alerts prove --fire`: every alert of ours fires in a real Prometheus and arrives through a real Alertmanager.
import { type Result, err, ok } from '../../../std/result.ts'
import type { Clock } from '../../../world/clock.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import { type LoopbackServer, freeLoopbackPorts, serveLoopback } from '../../../world/loopback.ts'
import type { Process } from '../../../world/process.ts'
import {
  type Program,
  type TemporaryDirectory,
  findProgram,
  startProgram,
  temporaryDirectory,
} from '../../../world/program.ts'
import { ruleGroups } from '../../rules/render.ts'
import type { AlertRule } from '../../rules/rule.ts'
import {
  alertmanagerConfig,
  drillFiles,
  prometheusConfig,
  rulesFile,
  targetsFile,
} from './drill-files.ts'
import { storyExposition } from './exposition.ts'
import { arrivedAlerts, firingAlerts } from './webhook.ts'

/** One alert of the drill. Times in ms since its conditions were made true; null: it never came. */
export interface FiredAlert {
  readonly rule: AlertRule
  readonly firedMs: number | null
  readonly arrivedMs: number | null
  /** The summary as it arrived. */
  readonly summary: string | null
}

/** What a drill takes of the world. */
export interface FireWorld {
  readonly clock: Clock
  readonly http: HttpClient
  readonly process: Pick<Process, 'env'>
}

/** How a drill runs. */
export interface FireOptions {
  /** Asked between looks; true ends the drill. */
  isCancelled(): boolean
  /** Told what is waited for, for people. */
  progress(text: string): void
}

/** Durations of the rules are this many times shorter: thirty minutes are seven and a half seconds. */
export const fireSpeed = 240
/** Each stage waits this long for its alerts beyond the longest wait in their rules. */
const stageTimeoutMs = 15_000
const readyTimeoutMs = 20_000
const lookEveryMs = 100

/** Stages in their order: each makes the conditions of its alerts true, as the real fault would. */
const stages = ['shown', 'no-watch', 'down', 'gone'] as const
type Stage = (typeof stages)[number]

const stageTexts: Readonly<Record<Stage, string>> = {
  shown: 'A target shows what every alert waits for',
  'no-watch': 'The target shows nothing of a watch',
  down: 'The target does not answer',
  gone: 'No target is scraped any more',
}

/** Runs the drill. The error is a sentence: a program is missing, or does not start. */
export async function fireAlerts(
  world: FireWorld,
  options: FireOptions,
): Promise<Result<readonly FiredAlert[], string>> {
  const { env } = world.process
  const prometheus = findProgram('prometheus', env)
  // Debian has it under another name.
  const alertmanager =
    findProgram('alertmanager', env) ?? findProgram('prometheus-alertmanager', env)
  if (prometheus === null || alertmanager === null)
    return err(
      `Cannot find "${prometheus === null ? 'prometheus' : 'alertmanager'}" on PATH, wanted Prometheus and Alertmanager (Debian: prometheus, prometheus-alertmanager)`,
    )
  const drill = new Drill(world, options)
  try {
    const started = await drill.start(prometheus, alertmanager)
    if (!started.ok) return started
    for (const stage of stages) await drill.run(stage)
    return ok(drill.report())
  } finally {
    await drill.stop()
  }
}

const alerts = ruleGroups.flatMap((group) => group.alerts)
const alertsOf = (stage: Stage): readonly AlertRule[] =>
  alerts.filter(({ fires }) => (fires.needs ?? 'shown') === stage)

interface Seen {
  firedMs: number | null
  arrivedMs: number | null
  summary: string | null
}

/** One drill and everything that it started. */
class Drill {
  readonly #world: FireWorld
  readonly #options: FireOptions
  readonly #directory: TemporaryDirectory = temporaryDirectory('fire')
  readonly #programs: Program[] = []
  readonly #seen = new Map<string, Seen>()
  #receiver: LoopbackServer | null = null
  #target: LoopbackServer | null = null
  #prometheusUrl = ''
  #stage: Stage = 'shown'
  #stageBegan = 0

  constructor(world: FireWorld, options: FireOptions) {
    this.#world = world
    this.#options = options
  }

  async start(prometheus: string, alertmanager: string): Promise<Result<void, string>> {
    const [prometheusPort = 0, alertmanagerPort = 0] = await freeLoopbackPorts(2)
    this.#prometheusUrl = `http://127.0.0.1:${prometheusPort}`
    this.#stageBegan = this.#world.clock.monotonic()
    this.#receiver = serveLoopback(({ body }) => this.#receive(body))
    this.#target = serveLoopback(() => this.#show())
    this.#directory.write(drillFiles.rules, rulesFile(fireSpeed))
    this.#directory.write(drillFiles.alertmanager, alertmanagerConfig(this.#receiver.port))
    this.#directory.write(drillFiles.prometheus, prometheusConfig(alertmanagerPort))
    this.#directory.write(drillFiles.targets, targetsFile(this.#target.port))
    this.#launch(alertmanager, [
      `--config.file=${drillFiles.alertmanager}`,
      '--storage.path=alertmanager',
      `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
      '--cluster.listen-address=',
    ])
    const ready = await this.#isReady(`http://127.0.0.1:${alertmanagerPort}`, 'Alertmanager')
    if (!ready.ok) return ready
    this.#stageBegan = this.#world.clock.monotonic()
    this.#launch(prometheus, [
      `--config.file=${drillFiles.prometheus}`,
      '--storage.tsdb.path=prometheus',
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
    ])
    return this.#isReady(this.#prometheusUrl, 'Prometheus')
  }

  /** Makes the conditions of a stage true, and waits until its alerts have arrived or cannot any more. */
  async run(stage: Stage): Promise<void> {
    this.#options.progress(`${stageTexts[stage]}: ${alertsOf(stage).length} to fire`)
    this.#stage = stage
    if (stage !== 'shown') this.#stageBegan = this.#world.clock.monotonic()
    if (stage === 'down') await this.#target?.close()
    if (stage === 'gone') this.#directory.write(drillFiles.targets, targetsFile(null))
    const wanted = alertsOf(stage)
    const longest = Math.max(...wanted.map(({ fires }) => fires.afterMinutes)) * 60_000
    const deadline = this.#stageBegan + longest / fireSpeed + stageTimeoutMs
    while (!this.#options.isCancelled() && this.#world.clock.monotonic() < deadline) {
      await this.#look()
      if (wanted.every(({ alert }) => this.#of(alert).arrivedMs !== null)) return
      await this.#pause()
    }
  }

  report(): readonly FiredAlert[] {
    return alerts.map((rule) => ({ rule, ...this.#of(rule.alert) }))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()))
    await this.#receiver?.close()
    await this.#target?.close()
    this.#directory.remove()
  }

  #launch(path: string, args: readonly string[]): void {
    const log = `program-${this.#programs.length}.log`
    this.#programs.push(startProgram(path, args, { directory: this.#directory.path, log }))
  }

  async #isReady(url: string, name: string): Promise<Result<void, string>> {
    const deadline = this.#world.clock.monotonic() + readyTimeoutMs
    const program = this.#programs.at(-1)
    while (this.#world.clock.monotonic() < deadline && !this.#options.isCancelled()) {
      if (program?.exitCode() !== null) break
      const answer = await this.#get(`${url}/-/ready`)
      if (answer !== null) return ok(undefined)
      await this.#pause()
    }
    const lastLine = program?.output().trim().split('\n').at(-1) ?? ''
    return err(`${name} did not start; it said last: "${lastLine}"`)
  }

  /** Body of an answer with status 200; null for anything else. */
  async #get(url: string): Promise<string | null> {
    const answer = await this.#world.http.send({
      url,
      timeoutMs: 2000,
      bytesMax: 4 * 1024 * 1024,
    })
    return answer.ok && answer.value.status === 200
      ? new TextDecoder().decode(answer.value.body)
      : null
  }

  async #look(): Promise<void> {
    const body = await this.#get(`${this.#prometheusUrl}/api/v1/alerts`)
    for (const alert of firingAlerts(body ?? '')) this.#of(alert).firedMs ??= this.#elapsed()
  }

  #receive(body: string): { status: number; contentType: string; body: string } {
    for (const { alertname, summary } of arrivedAlerts(body)) {
      const seen = this.#of(alertname)
      // What arrives has fired, even between two looks.
      seen.firedMs ??= this.#elapsed()
      seen.arrivedMs ??= this.#elapsed()
      seen.summary ??= summary
    }
    return { status: 200, contentType: 'text/plain', body: '' }
  }

  #show(): { status: number; contentType: string; body: string } {
    const minutes = (this.#elapsed() / 60_000) * fireSpeed
    const body = this.#stage === 'shown' ? storyExposition(alerts, minutes) : ''
    return { status: 200, contentType: 'text/plain; version=0.0.4', body }
  }

  #of(alert: string): Seen {
    const seen = this.#seen.get(alert) ?? { firedMs: null, arrivedMs: null, summary: null }
    this.#seen.set(alert, seen)
    return seen
  }

  #elapsed(): number {
    return Math.round(this.#world.clock.monotonic() - this.#stageBegan)
  }

  async #pause(): Promise<void> {
    return new Promise((done) => void this.#world.clock.after(lookEveryMs, done))
  }
}
