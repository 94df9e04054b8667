// The disk under the sessions is full, for real: a tmpfs of 1 MiB. People stay in, sign-ins are sealed.
import { expect } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type FakeClock, fakeClock } from '../../src/world/clock.ts'
import { realRandom } from '../../src/world/random.ts'
import { newCookieValue } from '../../src/gate/session/cookie.ts'
import type { Sessions } from '../../src/gate/session/sessions.ts'
import { scenario } from '../scenario.ts'
import { type SmallDisk, onSmallDisk } from '../support/small-disk.ts'
import {
  integrityOf,
  lookUp,
  settleWrites,
  signIn,
  storedSessions,
} from '../support/stored-sessions.ts'

const known = 50
/** More sign-ins than 1 MiB can take, whatever room SQLite has kept for itself. */
const signInsMax = 5000
const strangers = 10_000

/** A small disk with a session file on it. */
interface SessionsDisk extends SmallDisk {
  readonly path: string
  readonly clock: FakeClock
  /** Sessions in the file, as a gate that starts now would have them. */
  start(): Sessions
}

/** Runs `story` on a tmpfs of 1 MiB of its own; closes the sessions that it started. */
async function onSessionsDisk(story: (disk: SessionsDisk) => Promise<void>): Promise<void> {
  await onSmallDisk('1m', async (disk) => {
    const path = join(disk.directory, 'sessions.db')
    const clock = fakeClock(Date.now())
    const started: Sessions[] = []
    const start = (): Sessions => {
      const sessions = storedSessions(path, clock)
      started.push(sessions)
      return sessions
    }
    try {
      await story({ ...disk, path, clock, start })
    } finally {
      for (const sessions of started) await sessions.close()
    }
  })
}

/** Mounts the disk anew, read-only or not. */
function remount(directory: string, mode: 'ro' | 'rw'): void {
  const { status, stderr } = spawnSync('mount', ['-o', `remount,${mode}`, directory])
  if (status !== 0) throw new Error(`Mounting "${directory}" anew failed: ${stderr.toString()}`)
}

async function signInMany(sessions: Sessions, count: number): Promise<string[]> {
  const headers: string[] = []
  for (let i = 0; i < count; i++) headers.push((await signIn(sessions, `person${i}`)).header)
  return headers
}

/** Signs people in until one is sealed; gives the stored and the sealed. */
async function signInUntilSealed(
  sessions: Sessions,
): Promise<{ readonly stored: string[]; readonly sealed: string }> {
  const stored: string[] = []
  for (let i = 0; i < signInsMax; i++) {
    const { header, sealed } = await signIn(sessions, `late${i}`)
    if (sealed) return { stored, sealed: header }
    stored.push(header)
  }
  throw new Error('The disk was never full')
}

function expectAllFound(sessions: Sessions, headers: readonly string[]): void {
  expect(headers.filter((header) => lookUp(sessions, header) !== 'found')).toEqual([])
}

/** Lets time pass in which caches expire and timers run. */
async function pass(clock: FakeClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000)
    await settleWrites()
  }
}

scenario(
  'a full disk signs nobody out; a sign-in is sealed and moves into the store when there is room',
  { needs: ['root-mount'] },
  () =>
    onSessionsDisk(async ({ fill, free, path, clock, start }) => {
      const sessions = start()
      const people = await signInMany(sessions, known)
      fill()
      const { stored, sealed } = await signInUntilSealed(sessions)
      expect(sessions.stats()).toMatchObject({ storeWorks: false, openedSealed: 1 })

      // Strangers, with and without cookies, change nothing about anybody.
      const random = realRandom()
      for (let i = 0; i < strangers; i++)
        expect(lookUp(sessions, `__Secure-gatehouse=${newCookieValue(random)}`)).toBe('ended')
      await pass(clock, 60)
      expectAllFound(sessions, [...people, ...stored, sealed])

      // A process that starts now knows all of them too.
      await sessions.close()
      const restarted = start()
      expectAllFound(restarted, [...people, ...stored, sealed])
      await pass(clock, 30)
      expectAllFound(restarted, [...people, ...stored, sealed])
      expect(restarted.stats().movedIntoStore).toBe(0)

      free()
      await pass(clock, 30)
      expectAllFound(restarted, [sealed])
      await pass(clock, 5)
      expect(restarted.stats()).toMatchObject({ movedIntoStore: 1, storeWorks: true })
      expect((await signIn(restarted, 'again')).sealed).toBe(false)

      // Far past the life of the seal: it is the store that knows the session now.
      await restarted.close()
      clock.advance(5 * 3_600_000)
      const later = start()
      expectAllFound(later, [...people, ...stored, sealed])
      expect(later.stats().storeSessions).toBe(people.length + stored.length + 2)
      await later.close()
      expect(integrityOf(path)).toBe('ok')
    }),
)

scenario(
  'a disk that is full from the start does not stop the gate',
  { needs: ['root-mount'] },
  () =>
    onSessionsDisk(async ({ fill, free, path, clock, start }) => {
      fill()
      const sessions = start()
      const { header, sealed } = await signIn(sessions, 'alice')
      expect(sealed).toBe(true)
      expect(lookUp(sessions, header)).toBe('found')
      free()
      await pass(clock, 60)
      expect(lookUp(sessions, header)).toBe('found')
      await pass(clock, 5)
      expect(sessions.stats()).toMatchObject({ movedIntoStore: 1, storeSessions: 1 })
      await sessions.close()
      expect(integrityOf(path)).toBe('ok')
    }),
)

scenario(
  'a disk that turns read-only signs nobody out, and a sign-in is sealed',
  { needs: ['root-mount'] },
  () =>
    onSessionsDisk(async ({ directory, clock, start }) => {
      const sessions = start()
      const people = await signInMany(sessions, known)
      await sessions.close()
      remount(directory, 'ro')
      const restarted = start()
      const { header, sealed } = await signIn(restarted, 'alice')
      expect(sealed).toBe(true)
      expect(lookUp(restarted, header)).toBe('found')
      expect(people.map((each) => lookUp(restarted, each))).not.toContain('ended')
      remount(directory, 'rw')
      await pass(clock, 60)
      expectAllFound(restarted, [...people, header])
      await pass(clock, 5)
      expect(restarted.stats()).toMatchObject({ movedIntoStore: 1, storeWorks: true })
      await restarted.close()
    }),
)
