// The session file is lost or damaged while the gate runs: nobody is signed out, nobody unknown is let in.
import { expect } from 'bun:test'
import {
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FakeClock, fakeClock } from '../../src/world/clock.ts'
import { realRandom } from '../../src/world/random.ts'
import { newCookieValue } from '../../src/gate/session/cookie.ts'
import type { Sessions } from '../../src/gate/session/sessions.ts'
import { scenario } from '../scenario.ts'
import { lookUp, settleWrites, signIn, storedSessions } from '../support/stored-sessions.ts'

/** Ways in which a file is lost; each is given its path. */
const losses: readonly (readonly [string, (path: string) => void])[] = [
  ['removed', (path) => rmSync(path)],
  ['moved away', (path) => renameSync(path, `${path}.away`)],
  [
    'replaced by an empty file',
    (path) => {
      rmSync(path)
      writeFileSync(path, '')
    },
  ],
  ['emptied in place', (path) => truncateSync(path, 0)],
  [
    'removed together with the files beside it',
    (path) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
    },
  ],
]

interface Bench {
  readonly path: string
  readonly clock: FakeClock
  start(): Sessions
  /** Puts a backup of the file in its place, as an operator does it. */
  restore(): void
  /** Cookies of people who signed in before. */
  readonly alice: string
  readonly bob: string
}

/** A session file with two people in it and a backup of it; closes what the story started. */
async function withSessionFile(story: (bench: Bench) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-lost-'))
  const path = join(directory, 'sessions.db')
  const backup = join(directory, 'backup.db')
  const clock = fakeClock(Date.now())
  const started: Sessions[] = []
  const start = (): Sessions => {
    const sessions = storedSessions(path, clock)
    started.push(sessions)
    return sessions
  }
  const restore = (): void => {
    for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
    renameSync(backup, path)
  }
  try {
    const earlier = start()
    const alice = (await signIn(earlier, 'alice')).header
    const bob = (await signIn(earlier, 'bob')).header
    await earlier.close()
    copyFileSync(path, backup)
    await story({ path, clock, start, restore, alice, bob })
  } finally {
    for (const sessions of started) await sessions.close()
    rmSync(directory, { recursive: true })
  }
}

/** A sign-in while nothing can be kept. */
async function sealedSignIn(sessions: Sessions, user: string): Promise<string> {
  const { header, sealed } = await signIn(sessions, user)
  expect(sealed).toBe(true)
  expect(lookUp(sessions, header)).toBe('found')
  return header
}

function forgedCookie(): string {
  return `__Secure-gatehouse=${newCookieValue(realRandom())}`
}

for (const [way, lose] of losses)
  scenario(`a session file that is ${way} signs nobody out`, {}, () =>
    withSessionFile(async ({ path, clock, start, restore, alice, bob }) => {
      const sessions = start()
      expect(lookUp(sessions, alice)).toBe('found')

      lose(path)
      clock.advance(6000)
      expect(lookUp(sessions, forgedCookie())).toBe('unavailable')
      expect(lookUp(sessions, bob)).toBe('unavailable')
      expect(lookUp(sessions, alice)).toBe('found')
      const carol = await sealedSignIn(sessions, 'carol')
      clock.advance(120_000)
      expect(lookUp(sessions, alice)).toBe('found')
      expect(sessions.stats().storeWorks).toBe(false)

      restore()
      clock.advance(60_000)
      for (const header of [alice, bob, carol]) expect(lookUp(sessions, header)).toBe('found')
      await settleWrites()
      expect(sessions.stats().movedIntoStore).toBe(1)
    }),
  )

scenario('a session file that is found damaged at the start signs nobody out', {}, () =>
  withSessionFile(async ({ path, clock, start, restore, alice, bob }) => {
    writeFileSync(path, Buffer.alloc(statSync(path).size, 'rubbish'))
    const sessions = start()
    for (const header of [alice, bob, forgedCookie()])
      expect(lookUp(sessions, header)).toBe('unavailable')
    const carol = await sealedSignIn(sessions, 'carol')

    restore()
    clock.advance(60_000)
    for (const header of [alice, bob, carol]) expect(lookUp(sessions, header)).toBe('found')
    await settleWrites()
    expect(sessions.stats().movedIntoStore).toBe(1)
  }),
)
