// `gatehouse drill --live`: the outage of 2026-04-18 for real, on this machine, at sixty times the speed.
import { untilToldToStop } from '../../stopping.ts'
import { formatDuration } from '../../../std/units.ts'
import type { CliContext, ExitCode } from '../../context.ts'
import { type LabPrograms, findLabPrograms, startLab } from './lab.ts'
import { type LabKind, serviceCount } from './lab-files.ts'
import { type StoryOutcome, tellStory } from './story.ts'
import { totalOf } from './load.ts'

/** A minute of the watch is a second here. */
export const liveSpeed = 60

/** Options of the command. */
export interface LiveLabOptions {
  /** Where the proxy listens on 127.0.0.1; 0: any free port. */
  readonly port: number
  /** Afterwards the same load on our gate in place of the legacy store. */
  readonly withGate: boolean
  /** The outcome as data on standard output, the timeline on standard error. */
  readonly json: boolean
}

/**
 * Runs the lab and prints its timeline as it happens. Exit code 0: everything came as it should, 1: it did
 * not, or the lab cannot run here, which is said in a sentence. Cleans up after itself, also when told to stop.
 */
export async function runLiveLab(context: CliContext, options: LiveLabOptions): Promise<ExitCode> {
  const { process } = context.world
  const programs = findLabPrograms(context.world)
  if (!programs.ok) return cannot(context, programs.error)
  let isCancelled = false
  void untilToldToStop(context.world).first.then(() => {
    isCancelled = true
  })
  const say = (text: string): void =>
    options.json ? process.error(`${text}\n`) : process.out(`${text}\n`)
  const outcomes: StoryOutcome[] = []
  const kinds: readonly LabKind[] = options.withGate ? ['legacy', 'gate'] : ['legacy']
  for (const kind of kinds) {
    say(openings[kind])
    const strangersMin = outcomes.map(({ strangers }) => totalOf(strangers)).at(0) ?? 0
    // oxlint-disable-next-line no-await-in-loop -- one after the other: they are compared
    const outcome = await tell(context, {
      kind,
      say,
      strangersMin,
      options,
      programs: programs.value,
      isCancelled: () => isCancelled,
    })
    if (typeof outcome === 'string') return cannot(context, outcome)
    outcomes.push(outcome)
    if (isCancelled) return cannot(context, 'Stopped before the end')
    say(closing(outcome))
  }
  if (options.json) process.out(`${JSON.stringify(outcomes, null, 2)}\n`)
  return outcomes.every(({ ok }) => ok) ? 0 : 1
}

const openings: Readonly<Record<LabKind, string>> = {
  legacy: `A store of the old kind: one file for each request without a cookie, on a tmpfs of 2 MiB; Caddy and ${serviceCount} services.
Real time, time of the watch (a minute is a second):`,
  gate: `
The same with our gate in place of it, its data on a tmpfs of the same size:`,
}

interface Telling {
  readonly kind: LabKind
  readonly options: LiveLabOptions
  readonly programs: LabPrograms
  readonly strangersMin: number
  isCancelled(): boolean
  say(text: string): void
}

async function tell(
  { world }: CliContext,
  { isCancelled, kind, options, programs, say, strangersMin }: Telling,
): Promise<StoryOutcome | string> {
  const speed = liveSpeed
  const lab = await startLab({ kind, world, programs, speed, port: options.port })
  if (!lab.ok) return lab.error
  try {
    return await tellStory({
      ...{ world, lab: lab.value, kind, speed, strangersMin, isCancelled },
      say: (line) => say(line),
    })
  } finally {
    await lab.value.close()
  }
}

function closing(outcome: StoryOutcome): string {
  const { blocksAfter, blocksBefore, holders, kind, notifications, strangers, wrong } = outcome
  const counted = [
    `${totalOf(strangers)} strangers: ${strangers.redirect} sent to sign in, ${strangers['client-error']} refused`,
    `${holders['let-in']} of ${totalOf(holders)} looks with a session went well`,
    `${blocksAfter - blocksBefore} blocks more on the disk`,
    notifications.length === 0 ? 'no notification' : `notifications: ${notifications.join(', ')}`,
  ].join('; ')
  if (wrong.length > 0) return `${counted}.\nNot as it should be: ${wrong.join('; ')}`
  return `${counted}.\n${kind === 'gate' ? 'Nothing happened, which is the point.' : timing(outcome)}`
}

/** How early and how late, in the time of the watch. */
function timing({ moments: { forecast, notified, refused, verdict } }: StoryOutcome): string {
  const since = (from: number | null, to: number | null): string =>
    formatDuration(((to ?? 0) - (from ?? 0)) * liveSpeed)
  return [
    `The forecast came ${since(forecast, refused)} before the first refusal`,
    `the verdict ${since(refused, verdict)} after it`,
    (notified ?? 0) < (refused ?? 0)
      ? `the one notification ${since(notified, refused)} before it; on 2026-04-18 it took 44 h.`
      : `the one notification ${since(refused, notified)} after it; on 2026-04-18 it took 44 h.`,
  ].join(', ')
}

function cannot({ world }: CliContext, text: string): ExitCode {
  world.process.error(`gatehouse: ${text}\n`)
  return 1
}
