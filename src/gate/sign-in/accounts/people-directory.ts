// People from a YAML file, read again when it changes; a broken file keeps the people that were there.
import { type Result, err, ok } from '../../../std/result.ts'
import type { Cancel, Clock } from '../../../world/clock.ts'
import type { Files } from '../../../world/files.ts'
import type { Log } from '../../../world/log.ts'
import { type AccountDirectory, type AccountsChanged, changedAccounts } from './account.ts'
import { type People, type PeopleMistake, readPeople } from './people-file.ts'

/** A directory over a file; `close` stops looking at it. */
export interface PeopleDirectory extends AccountDirectory {
  close(): void
}

/** What the directory needs of the world. */
export interface PeopleDirectoryOptions {
  readonly path: string
  readonly files: Files
  readonly clock: Clock
  readonly log: Log
}

/** Editors write in several steps: wait this long after the last change before reading. */
const settleMs = 100
const mistakesLoggedMax = 20

/** Reads the file once, with all its mistakes. For `check` and for {@link openPeopleDirectory}. */
export function readPeopleFile(
  files: Files,
  path: string,
): Result<People, readonly PeopleMistake[]> {
  const text = files.readText(path)
  if (!text.ok) {
    const message = `Reading the file failed with "${text.error.code}"`
    return err([{ path: '', line: 0, message }])
  }
  return readPeople(text.value)
}

/** Opens the directory; fails with every mistake of the file. */
export function openPeopleDirectory(
  options: PeopleDirectoryOptions,
): Result<PeopleDirectory, readonly PeopleMistake[]> {
  const first = readPeopleFile(options.files, options.path)
  if (!first.ok) return first
  let people = first.value
  let listener: AccountsChanged = () => {}
  let pending: Cancel = () => {}

  const reload = (): void => {
    const next = readPeopleFile(options.files, options.path)
    if (!next.ok) {
      options.log.write('error', 'accounts-file-refused', {
        file: options.path,
        mistakes: next.error.slice(0, mistakesLoggedMax).map(mistakeText),
      })
      return
    }
    const changed = changedAccounts(people, next.value)
    people = next.value
    options.log.write('info', 'accounts-file-read', { file: options.path, people: people.size })
    listener(changed)
  }
  const unwatch = options.files.watch(options.path, () => {
    pending()
    pending = options.clock.after(settleMs, reload)
  })
  return ok({
    find: (name) => people.get(name) ?? null,
    list: () => [...people.values()],
    onChange: (called) => {
      listener = called
    },
    close: () => {
      pending()
      unwatch()
    },
  })
}

/** `line 12: people[2].email: …`, as `check` and the log show it. */
export function mistakeText(mistake: PeopleMistake): string {
  const where = mistake.line === 0 ? '' : `line ${mistake.line}: `
  return `${where}${mistake.path === '' ? '' : `${mistake.path}: `}${mistake.message}`
}
