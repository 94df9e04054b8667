// What happens in a lab, as it happens: a line for each first time, and what it all came to.
import type { Layer } from '../../../model/layer.ts'
import { formatDuration } from '../../../std/units.ts'
import type { World } from '../../../world/world.ts'
import { type Lab, pause } from './lab.ts'
import { type LabKind, blockBytes } from './lab-files.ts'
import { type Endings, type Load, startLoad, totalOf } from './load.ts'
import { type HeldAlert, arrivedAlerts } from '../../../watch-alerts.ts'

const lookEveryMs = 100
/** A story that has not come to its end by then has failed. */
const storyMsMax = 60_000
/** After the last thing that must happen, time for one that must not. */
const settleMs = 3000
/** Where nothing is to happen: past the ten minutes of the watch after which a forecast may alarm. */
const quietMsMin = 12_000
/** Strangers a second: the small disk is full after about a quarter of an hour of the watch's time. */
export const strangersPerSecond = 30

/** When something happened first: ms since the load began, by the machine's clock; null: it did not. */
export interface Moments {
  readonly forecast: number | null
  readonly refused: number | null
  readonly verdict: number | null
  readonly notified: number | null
}

/** What a story came to. */
export interface StoryOutcome {
  readonly kind: LabKind
  readonly ok: boolean
  /** What should have been otherwise, in sentences. */
  readonly wrong: readonly string[]
  readonly moments: Moments
  readonly strangers: Endings
  readonly holders: Endings
  /** Names of alerts in firing notifications, one for each that arrived. */
  readonly notifications: readonly string[]
  /** What Alertmanager holds at the end. */
  readonly alerts: readonly HeldAlert[]
  readonly blocksBefore: number
  readonly blocksAfter: number
  readonly verdict: {
    readonly kind: string
    readonly elements: readonly string[]
    readonly probability: number
  }
  /** Title of the incident over the layer; null without one. */
  readonly incident: string | null
}

/** What a story looks at in a lab. */
export interface StoryLab extends Pick<Lab, 'alerts' | 'arrived' | 'holders' | 'rows'> {
  readonly ports: Pick<Lab['ports'], 'proxy'>
  readonly disk: Pick<Lab['disk'], 'path'>
  readonly watch: Pick<Lab['watch'], 'isReady' | 'defects'> & {
    readonly core: Pick<Lab['watch']['core'], 'verdict'> & {
      incidents(): readonly Pick<
        ReturnType<Lab['watch']['core']['incidents']>[number],
        'cause' | 'elements' | 'phase' | 'title'
      >[]
    }
  }
}

/** What a story is told with. */
export interface StoryOptions {
  readonly world: Pick<World, 'clock' | 'http' | 'files'>
  readonly lab: StoryLab
  readonly kind: LabKind
  readonly speed: number
  /** Strangers to send at least, where nothing is to happen. */
  readonly strangersMin: number
  isCancelled(): boolean
  /** One line of the timeline. */
  say(line: string): void
}

const layer: Layer = 'gate_new'

/** Lets it happen. Ends when all has happened that must, when time is up, or when told to. */
export async function tellStory(options: StoryOptions): Promise<StoryOutcome> {
  const { kind, lab, world } = options
  const story = new Story(options)
  await story.untilWatching()
  const load = startLoad({
    ...{ clock: world.clock, http: world.http },
    proxyPort: lab.ports.proxy,
    perSecond: strangersPerSecond,
    holders: lab.holders,
  })
  try {
    await story.follow(load)
  } finally {
    load.stop()
  }
  return kind === 'legacy' ? story.failed(load) : story.unharmed(load)
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

class Story {
  readonly #options: StoryOptions
  readonly #moments: Mutable<Moments> = {
    forecast: null,
    refused: null,
    verdict: null,
    notified: null,
  }
  readonly #notifications: string[] = []
  readonly #blocksBefore: number
  readonly #rowsBefore: number | null
  #seenBodies = 0
  #startedAt = 0
  #worst: string | null = null

  constructor(options: StoryOptions) {
    this.#options = options
    this.#blocksBefore = this.#blocks()
    this.#rowsBefore = options.lab.rows()
  }

  /** Waits for the first rounds, which find everything well. */
  async untilWatching(): Promise<void> {
    const { lab, world } = this.#options
    const deadline = world.clock.monotonic() + storyMsMax
    while (!lab.watch.isReady() && !this.#isOver(deadline)) await pause(world, lookEveryMs)
    this.#startedAt = world.clock.monotonic()
    const { leader } = lab.watch.core.verdict()
    this.#say(
      `the watch sees ${leader.elements.join(', ') || 'nothing wrong'}; strangers come, ${strangersPerSecond} a second`,
    )
  }

  async follow(load: Load): Promise<void> {
    const { kind, strangersMin, world } = this.#options
    const deadline = this.#startedAt + storyMsMax
    let settled: number | null = null
    while (!this.#isOver(deadline)) {
      this.#look(load)
      const now = world.clock.monotonic()
      const isDone =
        kind === 'legacy'
          ? this.#moments.notified !== null && this.#moments.verdict !== null
          : now - this.#startedAt > quietMsMin && totalOf(load.strangers()) >= strangersMin
      if (isDone) settled ??= now
      if (settled !== null && now - settled > settleMs) return
      await pause(world, lookEveryMs)
    }
  }

  async failed(load: Load): Promise<StoryOutcome> {
    const alerts = await this.#options.lab.alerts()
    const { forecast, notified, refused, verdict } = this.#moments
    const wrong = [
      ...(refused === null ? ['Nobody was refused: the disk did not fill'] : []),
      ...(forecast === null || (refused !== null && forecast > refused)
        ? ['No forecast said so before']
        : []),
      ...(verdict === null ? [`The verdict never was "${layer}"`] : []),
      ...(notified === null ? ['No notification arrived'] : []),
      ...this.#severalOfOne(alerts),
      ...(this.#refusedHolders(load) > 0 ? ['Somebody with a session was refused'] : []),
    ]
    return this.#outcome(load, wrong, alerts)
  }

  /** Warning and failure are one incident, one alert and one notification. */
  #severalOfOne(alerts: readonly HeldAlert[]): readonly string[] {
    const { arrived, watch } = this.#options.lab
    const [alert, ...others] = alerts
    const isOne = others.length === 0 && alert?.summary.includes(`${layer} is down`) === true
    return [
      ...(arrived.length > 1 ? [`"${arrived.length}" notifications of one cause arrived`] : []),
      ...(isOne ? [] : [`Alertmanager holds no single alert that says "${layer} is down"`]),
      ...(this.#failing() === null ? ['No incident says that the layer failed'] : []),
      ...(watch.core.incidents().length > 1 ? ['There is more than one incident'] : []),
    ]
  }

  async unharmed(load: Load): Promise<StoryOutcome> {
    const alerts = await this.#options.lab.alerts()
    const { lab, strangersMin } = this.#options
    const strangers = load.strangers()
    const wrong = [
      ...(totalOf(strangers) < strangersMin ? ['Fewer strangers came than before'] : []),
      ...(strangers.redirect < totalOf(strangers) ? ['A stranger was not sent to sign in'] : []),
      ...(this.#refusedHolders(load) > 0 ? ['Somebody with a session was refused'] : []),
      ...(this.#blocks() > this.#blocksBefore ? ['The disk has less room than before'] : []),
      ...(lab.rows() === this.#rowsBefore ? [] : ['The session store has other rows than before']),
      ...(this.#worst === null ? [] : [`The verdict was "${this.#worst}" at one time`]),
      ...(this.#notifications.length > 0 ? ['A notification arrived'] : []),
      ...(alerts.length > 0 ? ['Alertmanager holds an alert'] : []),
    ]
    return this.#outcome(load, wrong, alerts)
  }

  #outcome(load: Load, wrong: readonly string[], alerts: readonly HeldAlert[]): StoryOutcome {
    const { kind, lab } = this.#options
    const { core } = lab.watch
    const { kind: said, leader } = core.verdict()
    const incident = this.#failing()
    const defects = lab.watch.defects()
    const all = defects === 0 ? wrong : [...wrong, `The watch had ${defects} defects of its own`]
    return {
      ...{ kind, ok: all.length === 0, wrong: all, moments: this.#moments },
      ...{ strangers: load.strangers(), holders: load.holders() },
      notifications: this.#notifications,
      alerts,
      blocksBefore: this.#blocksBefore,
      blocksAfter: this.#blocks(),
      verdict: { kind: said, elements: leader.elements, probability: leader.probability },
      incident,
    }
  }

  /** Title of the incident by which the layer fails; null without one. */
  #failing(): string | null {
    const found = this.#options.lab.watch.core
      .incidents()
      .find(({ elements, phase }) => phase === 'failing' && elements.includes(layer))
    return found?.title ?? null
  }

  #look(load: Load): void {
    const { core } = this.#options.lab.watch
    const store = core.incidents().find(({ cause }) => cause.startsWith('store:'))
    if (store !== undefined)
      this.#first('forecast', `forecast: ${store.title} (${this.#fill()} full)`)
    const { 'client-error': refused } = load.strangers()
    if (refused > 0) {
      const { 'let-in': letIn } = load.holders()
      this.#first(
        'refused',
        `the disk is full: strangers get 400; ${letIn} of ${totalOf(load.holders())} looks of people with a session went well`,
      )
    }
    const verdict = core.verdict()
    if (verdict.kind !== 'healthy') {
      const named = verdict.leader.elements.join(', ')
      // A suspicion is below the bound for a call: one answer that came late is enough for it.
      if (verdict.kind !== 'suspect') this.#worst ??= `${verdict.kind} ${named}`
      if (
        verdict.kind === 'fault' &&
        verdict.leader.elements.some((element) => element === layer)
      ) {
        const because = verdict.because.map(
          ({ failed, passed, probe }) => `${probe} ${failed} of ${failed + passed} failed`,
        )
        const sure = (Math.floor(verdict.leader.probability * 1000) / 10).toFixed(1)
        this.#first(
          'verdict',
          `verdict: ${named} is down, ${sure} % sure, because ${because.slice(0, 3).join(', ')}`,
        )
      }
    }
    this.#hear()
  }

  /** What Alertmanager has sent since the last look. */
  #hear(): void {
    const { arrived } = this.#options.lab
    for (const body of arrived.slice(this.#seenBodies))
      for (const { alertname, summary } of arrivedAlerts(body)) {
        this.#notifications.push(alertname)
        const line = `notification arrived through Alertmanager: ${alertname}: ${summary}`
        if (this.#moments.notified === null) this.#first('notified', line)
        else this.#say(line)
      }
    this.#seenBodies = arrived.length
  }

  #first(moment: keyof Moments, line: string): void {
    if (this.#moments[moment] !== null) return
    this.#moments[moment] = this.#options.world.clock.monotonic() - this.#startedAt
    this.#say(line)
  }

  #say(line: string): void {
    const { say, speed, world } = this.#options
    const ms = world.clock.monotonic() - this.#startedAt
    const seconds = (ms / 1000).toFixed(1).padStart(5)
    say(`${seconds} s  ${formatDuration(ms * speed).padStart(7)}  ${line}`)
  }

  #refusedHolders(load: Load): number {
    const holders = load.holders()
    return totalOf(holders) - holders['let-in']
  }

  #blocks(): number {
    const use = this.#options.world.files.fileSystem(this.#options.lab.disk.path)
    return use.ok ? use.value.blocks - use.value.blocksFree : 0
  }

  #fill(): string {
    const use = this.#options.world.files.fileSystem(this.#options.lab.disk.path)
    if (!use.ok || use.value.blockBytes !== blockBytes) return 'partly'
    return `${Math.round((1 - use.value.blocksFree / use.value.blocks) * 100)} %`
  }

  #isOver(deadline: number): boolean {
    return this.#options.isCancelled() || this.#options.world.clock.monotonic() > deadline
  }
}
