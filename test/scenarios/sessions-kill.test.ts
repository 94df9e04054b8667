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
/** The longest that a process signs people in before it is killed. */
const killWithinMs = 120

/** Signs people in until killed, `delayMs` after the first acknowledgement; gives the acknowledged. */
async function killedRound(path: string, round: number, delayMs: number): Promise<string[]> {
  const program = join(import.meta.dir, '..', 'support', 'sign-in-process.ts')
  const child = Bun.spawn([process.execPath, program, path, `round${round}`], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  let text = ''
  let kill: ReturnType<typeof setTimeout> | null = null
  for await (const chunk of child.stdout) {
    text += Buffer.from(chunk).toString('latin1')
    kill ??= setTimeout(() => child.kill('SIGKILL'), delayMs)
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
      const delayMs = ((random.bytes(1)[0] ?? 0) / 256) * killWithinMs
      acknowledged.push(...(await killedRound(path, rounds++, delayMs)))
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
