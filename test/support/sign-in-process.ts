// A process that signs people in as fast as it can and says which are acknowledged, until it is killed.
import { writeSync } from 'node:fs'
import { realClock } from '../../src/world/clock.ts'
import { signIn, storedSessions } from './stored-sessions.ts'

const [path = '', prefix = ''] = process.argv.slice(2)
const standardOutput = 1
const callers = 8

const sessions = storedSessions(path, realClock())
let count = 0

async function signInForEver(): Promise<never> {
  for (;;) {
    const { header, sealed } = await signIn(sessions, `${prefix}-${count++}`)
    // Written at once: what stands in the pipe was acknowledged before the process died.
    if (!sealed) writeSync(standardOutput, `${header}\n`)
  }
}

await Promise.all(Array.from({ length: callers }, signInForEver))
