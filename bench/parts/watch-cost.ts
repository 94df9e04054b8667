// What watching costs: many hosts over four vantages, their server in another process, TLS at two of them.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { processorSeconds } from '../measure/machine.ts'
import { memoryMiB } from './start.ts'

/** What is measured. */
export interface WatchCostOptions {
  readonly hosts: number
  /** Time in which every host is tried over every vantage. */
  readonly intervalMs: number
  /** Time that is measured, after the first interval has passed. */
  readonly seconds: number
}

/** What it came to. */
export interface WatchCost {
  readonly hosts: number
  readonly vantages: number
  readonly seconds: number
  /** Requests that reached the server in that time, a second. */
  readonly requestsPerSecond: number
  /** Share of one core, 0…1. */
  readonly coreShare: number
  /** Resident memory at the end, and how much of it came since the program was loaded, in MiB. */
  readonly memoryMiB: number
  readonly growthMiB: number
  /** The part of it that is not pages of the runtime's own file, which all processes share. */
  readonly ownMiB: number
  /** Probes by what came of them: all of them should be "ok". */
  readonly outcomes: Readonly<Record<string, number>>
  readonly defects: number
}

/** The estate of the design: 500 hosts, each over four vantages, a minute. */
export const watchCostUsual: WatchCostOptions = { hosts: 500, intervalMs: 60_000, seconds: 60 }

/** Vantages of every door: edge and ingress with TLS, gate and upstream without. */
const vantages = 4
const warmUpSeconds = 15

/** Starts a watch and its server, lets it settle, and measures. */
export async function benchWatchCost(options = watchCostUsual): Promise<WatchCost> {
  const server = start('watched-server-process', [])
  const watch: Child[] = []
  try {
    const [securePort = 0, plainPort = 0] = JSON.parse(await server.line()) as readonly number[]
    const args = [options.hosts, options.intervalMs, securePort, plainPort].map(String)
    const child = start('watch-process', args)
    watch.push(child)
    await child.line()
    const loadedBytes = residentBytes(child.pid)
    child.begin()
    await Bun.sleep(Math.max(warmUpSeconds * 1000, options.intervalMs / 2))
    const before = { cpu: processorSeconds(child.pid), requests: await countAt(plainPort) }
    const startedAt = performance.now()
    await Bun.sleep(options.seconds * 1000)
    const seconds = (performance.now() - startedAt) / 1000
    const memory = residentBytes(child.pid)
    const said = JSON.parse(child.last()) as {
      readonly outcomes: readonly (readonly [string, number])[]
      readonly defects: number
    }
    return {
      hosts: options.hosts,
      vantages,
      seconds: rounded(seconds, 1),
      requestsPerSecond: rounded(((await countAt(plainPort)) - before.requests) / seconds, 1),
      coreShare: rounded((processorSeconds(child.pid) - before.cpu) / seconds, 4),
      memoryMiB: rounded(memory / mebibyte, 1),
      growthMiB: rounded((memory - loadedBytes) / mebibyte, 1),
      ownMiB: memoryMiB(child.pid).own,
      outcomes: sumOf(said.outcomes),
      defects: said.defects,
    }
  } finally {
    for (const child of [...watch, server]) await child.stop()
  }
}

const mebibyte = 1024 ** 2

interface Child {
  readonly pid: number
  /** The next line that it says. */
  line(): Promise<string>
  /** The last line that it said. */
  last(): string
  begin(): void
  stop(): Promise<void>
}

function start(subject: string, args: readonly string[]): Child {
  const script = fileURLToPath(new URL(`../subjects/${subject}.ts`, import.meta.url))
  const child = Bun.spawn([process.execPath, script, ...args], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  let text = ''
  let read = 0
  const lines = (): readonly string[] => text.split('\n').slice(0, -1)
  const collect = async (): Promise<void> => {
    const decoder = new TextDecoder()
    for await (const chunk of child.stdout) text += decoder.decode(chunk, { stream: true })
  }
  void collect()
  return {
    pid: child.pid,
    line: async () => {
      while (lines().length <= read) {
        if (child.exitCode !== null) throw new Error(`"${subject}" ended with ${child.exitCode}`)
        await Bun.sleep(20)
      }
      return lines()[read++] ?? ''
    },
    last: () => lines().at(-1) ?? '',
    begin: () => {
      void child.stdin.write('go\n')
      void child.stdin.flush()
    },
    stop: async () => {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

async function countAt(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/count`)
  return ((await answer.json()) as { readonly requests: number }).requests
}

function residentBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? 0) * 1024
}

function sumOf(pairs: readonly (readonly [string, number])[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const [name, count] of pairs) sums[name] = (sums[name] ?? 0) + count
  return sums
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

if (import.meta.main) console.log(JSON.stringify(await benchWatchCost(), null, 2))
