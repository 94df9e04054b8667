// A core whose incidents outlive a restart: what it has said is written down after it was handed on.
import type { Log } from '../../world/log.ts'
import type { CoreSettings, WatchCore } from '../core.ts'
import { createWatchCore } from '../core/create.ts'
import type { BookFile } from './book-file.ts'

/** Time between two writings while something is open, so that a restart knows how far a recovery is. */
const saveEveryMs = 5 * 60_000

/** A core and the moment of leaving it. */
export interface KeptCore {
  readonly core: WatchCore
  /** Writes down what is not yet. */
  save(): void
}

/**
 * Restores a core from its book and keeps it there. It writes when the next input comes, not at once: by
 * then the outbox has what was said. After a crash between the two the same is said again under the same
 * number, which the outbox knows.
 */
export function keepCore(options: {
  readonly settings: Omit<CoreSettings, 'restored'>
  readonly file: BookFile
  readonly log: Log
}): KeptCore {
  const { file, log, settings } = options
  const { snapshot, trouble } = file.load()
  if (trouble !== null) log.write('warn', 'incident-book-damaged', { detail: trouble })
  const core = createWatchCore({ ...settings, restored: snapshot })
  let isDirty = false
  let inputs = 0
  let savedAt: number | null = null
  const isOpen = (): boolean => core.incidents().some(({ closedAt }) => closedAt === null)
  const save = (): void => {
    const written = file.save(core.snapshot())
    isDirty = !written.ok
    if (!written.ok) log.write('error', 'incident-book-not-written', { detail: written.error })
  }
  return {
    save: () => {
      if (inputs > 0) save()
    },
    core: {
      verdict: () => core.verdict(),
      incidents: () => core.incidents(),
      records: () => core.records(),
      forecasts: () => core.forecasts(),
      snapshot: () => core.snapshot(),
      take: (input) => {
        const at = input.kind === 'round' ? input.round.at : null
        if (at !== null) {
          savedAt ??= at
          if (isDirty || (isOpen() && at - savedAt >= saveEveryMs)) {
            savedAt = at
            save()
          }
        }
        inputs++
        const effects = core.take(input)
        const isNews = input.kind === 'change' || input.kind === 'note'
        if (isNews || effects.some(({ kind }) => kind === 'say')) isDirty = true
        return effects
      },
    },
  }
}
