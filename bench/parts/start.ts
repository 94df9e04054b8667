// What a start costs: from the process to the first good answer of `/readyz`, and what it holds at rest.
import { readFileSync } from 'node:fs'
import { processorSeconds } from '../measure/machine.ts'
import { startBenchGate } from '../subjects/gate.ts'

/** One kind of configuration; medians over all rounds, and the fastest of them. */
export interface StartFigure {
  readonly name: string
  readonly readyMs: number
  readonly fastestMs: number
  /** Processor time of all threads until it was ready. */
  readonly processorMs: number
  /** Resident two seconds later, and how much of that is not pages of the runtime's own file. */
  readonly restMiB: number
  readonly ownMiB: number
}

/** Services of the configuration, as many as the study's house has hosts. */
const services = 163
const restMs = 2000

const kinds: readonly (readonly [name: string, more: string])[] = [
  ['gate', ''],
  ['gate and watch', 'watch: { control: ["http://127.0.0.1:9/"], interval: 1h }'],
  ['gate and estate', 'estate: {}'],
]

/** Starts each kind in turn, `rounds` times, so that a slow moment of the machine hits all. */
export async function benchStart(rounds = 7): Promise<readonly StartFigure[]> {
  const samples = new Map<string, StartFigure[]>(kinds.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const [name, more] of kinds) {
      // oxlint-disable-next-line no-await-in-loop -- one start at a time is measured
      samples.get(name)?.push(await startOnce(name, more))
    }
  return [...samples].map(([name, all]) => ({
    name,
    readyMs: middle(all, ({ readyMs }) => readyMs),
    fastestMs: Math.min(...all.map(({ readyMs }) => readyMs)),
    processorMs: middle(all, ({ processorMs }) => processorMs),
    restMiB: middle(all, ({ restMiB }) => restMiB),
    ownMiB: middle(all, ({ ownMiB }) => ownMiB),
  }))
}

async function startOnce(name: string, more: string): Promise<StartFigure> {
  const gate = await startBenchGate({ services, sessionsFrom: null, more })
  try {
    const processorMs = Math.round(processorSeconds(gate.pid) * 1000)
    await Bun.sleep(restMs)
    const readyMs = Math.round(gate.readyMs)
    const { own, resident } = memoryMiB(gate.pid)
    return { name, readyMs, fastestMs: readyMs, processorMs, restMiB: resident, ownMiB: own }
  } finally {
    await gate.stop()
  }
}

/** Resident memory in MiB, and the anonymous part of it (proc(5), smaps_rollup). */
export function memoryMiB(pid: number): { readonly resident: number; readonly own: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const read = (key: string): number => {
    const kibibytes = Number(
      new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? Number.NaN,
    )
    return Math.round((kibibytes / 1024) * 10) / 10
  }
  return { resident: read('Rss'), own: read('Anonymous') }
}

function middle(all: readonly StartFigure[], of: (figure: StartFigure) => number): number {
  const sorted = all.map(of).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

if (import.meta.main) console.table(await benchStart())
