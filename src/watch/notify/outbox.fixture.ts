// An outbox on a clock that stands still, for its tests.
import { fakeClock, type FakeClock } from '../../world/clock.ts'
import { type Files, memoryFiles } from '../../world/files.ts'
import { memoryLog } from '../../world/log.ts'
import { seededRandom } from '../../world/random.ts'
import { openOutbox } from './outbox.ts'
import { type ScriptedChannel, settle } from './testing.ts'

/** When every test begins. */
export const start = Date.UTC(2026, 3, 16)
/** Where the journal is. */
export const path = '/data/watch/outbox.jsonl'

/** What a test may have otherwise. */
export interface Setup {
  readonly clock?: FakeClock
  readonly files?: Files
  readonly path?: string | null
}

/** Opens one; `pass` lets time pass. */
export function open(channels: readonly ScriptedChannel[], setup: Setup = {}) {
  const clock = setup.clock ?? fakeClock(start)
  const files = setup.files ?? memoryFiles({})
  const log = memoryLog()
  const outbox = openOutbox({
    channels,
    clock,
    random: seededRandom(7),
    files,
    log,
    path: setup.path === undefined ? path : setup.path,
  })
  /** Lets time pass in steps, so that what happens at one moment can cause something at the next. */
  const pass = async (ms: number, step = Math.max(1000, ms / 200)): Promise<void> => {
    for (let passed = 0; passed < ms; passed += step) {
      clock.advance(step)
      await settle()
    }
  }
  return { outbox, clock, files, log, pass }
}
