// The post-mortem of 2026-04-18 as `gatehouse incident export` writes it, from the drill that replays it.
import manifest from '../../package.json' with { type: 'json' }
import { must } from '../../src/std/assert.ts'
import { replay, replayName } from '../../src/watch/drill/replay.ts'
import type { CaughtRow, PostMortemExtra } from '../../src/watch/incident/post-mortem/facts.ts'
import { exportPostMortem } from '../../src/watch/incident/post-mortem/export.ts'
import type { ReferencePage } from './page.ts'

const seed = 1

/** Rules that stood beside, held against the incident by reading them. */
const rules: readonly CaughtRow[] = [
  {
    rule: 'AuthentikOutpostDevShmFull',
    at: null,
    why: 'Its metric container_fs_usage_bytes is dropped when it is scraped',
  },
  {
    rule: 'AuthentikOutpostForwardAuth400Spike',
    at: null,
    why: 'It counts requests of a service; a refusal by the middleware never reaches one',
  },
  {
    rule: 'AuthentikOutpostMemoryHigh',
    at: null,
    why: 'It waits for 1.5 GiB; the disk holds 64 MiB',
  },
  { rule: 'NodeFilesystemFull', at: null, why: 'It leaves out file systems of type tmpfs' },
  {
    rule: 'ForwardAuthFallbackActive',
    at: null,
    why: 'The fallback steps in for 502 to 504, not for a 400',
  },
]

const notObservable = [
  'The estate itself: this is a replay of the record (`gatehouse drill 2026-04-18`, seed 1), in which files ' +
    'arrive at random at the rates of the record, and probes fail at random as they do in an estate that is well',
  'What the watch would have changed: alarms stand where it gives them, and nobody acts on them',
]

/** The page. */
export async function postMortemPage(): Promise<ReferencePage> {
  const { incident, linked, result } = await replay(replayName, seed)
  const record = must(incident, 'The replay finds the incident of the gate')
  const recovered = record.incident.timeline.findLast(({ kind }) => kind === 'recovered')
  const endsAt = must(recovered, 'The outage is over').at
  const { startAt } = result
  const monitors = result.baselines.map(({ detectedAt, name }): CaughtRow => ({
    rule: `Monitors, ${name}`,
    at: detectedAt === null ? null : startAt + detectedAt,
    why:
      detectedAt === null
        ? 'A 400 is within 200 to 499'
        : 'Run in the replay, strict about the answer',
  }))
  const extra: PostMortemExtra = {
    generator: `gatehouse ${manifest.version}`,
    at: endsAt,
    linked,
    names: [],
    notObservable,
    caught: [...monitors, ...rules],
  }
  return {
    path: 'docs/post-mortems/2026-04-18-outpost-store-full.md',
    text: exportPostMortem(record, extra),
  }
}
