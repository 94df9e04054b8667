// Every gate that a test started is asked at its end: did a request run into a defect of ours?
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PeerProcess } from '../peers/peer-process.ts'

/** Throws with the line when a log of a gate tells of a defect. Answers of 500 do not exist without. */
export function expectNoDefects(log: string): void {
  const line = log.split('\n').find((candidate) => candidate.includes('"event":"defect"'))
  if (line !== undefined) throw new Error(`A request ran into a defect of the gate: ${line}`)
}

/** A gate in a process of its own whose `stop` looks through all that it wrote. */
export function watchedForDefects(gate: PeerProcess): PeerProcess {
  return {
    ...gate,
    stop: async () => {
      const log = logOf(gate)
      await gate.stop()
      expectNoDefects(log)
    },
  }
}

/** The whole of it; `log()` gives its end. Gone when it was stopped before. */
function logOf({ directory, log }: PeerProcess): string {
  try {
    return readFileSync(join(directory, 'peer.log'), 'utf8')
  } catch {
    return log()
  }
}
