// The gate's process is killed with SIGKILL in the middle of sign-ins; none that was acknowledged is lost.
import { expect } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realClock } from '../../src/world/clock.ts'
import { seededRandom } from '../../src/world/random.ts'
import { scenario } from '../scenario.ts'
import { integrityOf, lookUp, storedSessions } from '../support/stored-sessions.ts'

const seed = Number(process.env['GATEHOUSE_SEED'] ?? 20_261_124)
const acknowledgedMin = 200
const roundsMin = 8
const roundsMax = 60
/** The most acknowledgements that are waited for before a process is killed. */
const killWithin = 120

/** Signs people in until killed, once `count` are acknowledged; gives all that were. */
async function killedRound(path: string, round: number, count: number): Promise<string[]> {
  const program = join(import.meta.dir, '..', 'support', 'sign-in-process.ts')
  const child = Bun.spawn([process.execPath, program, path, `round${round}`], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  let text = ''
  for await (const chunk of child.stdout) {
    text += Buffer.from(chunk).toString('latin1')
    // By count, not by time: however slow the machine, it dies in the middle of its work.
    if (text.split('\n').length > count) child.kill('SIGKILL')
  }
  await child.exited
  expect(child.signalCode).toBe('SIGKILL')
  // A last line without its end was never said completely, so nobody was told.
  return text.split('\n').slice(0, -1)
}

scenario('a process killed during sign-ins loses none that it acknowledged', {}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-kill-'))
  const path = join(directory, 'sessions.db')
  const random = seededRandom(seed)
  const acknowledged: string[] = []
  let rounds = 0
  try {
    while (rounds < roundsMax && (rounds < roundsMin || acknowledged.length < acknowledgedMin)) {
      const count = 1 + Math.floor(((random.bytes(1)[0] ?? 0) / 256) * killWithin)
      acknowledged.push(...(await killedRound(path, rounds++, count)))
      const sessions = storedSessions(path, realClock())
      const lost = acknowledged.filter((header) => lookUp(sessions, header) !== 'found')
      await sessions.close()
      expect(lost).toEqual([])
      expect(integrityOf(path)).toBe('ok')
    }
    console.log(`${rounds} kills (seed ${seed}), ${acknowledged.length} acknowledged sign-ins`)
    expect(acknowledged.length).toBeGreaterThanOrEqual(acknowledgedMin)
    expect(new Set(acknowledged).size).toBe(acknowledged.length)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
