// The process as an argument: arguments, environment, standard streams, signals, memory.
import { readFileSync, readdirSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { createInterface } from 'node:readline'
import type { Cancel } from './clock.ts'

/** Signals that the program listens to. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGUSR1'

/** What a command may know of and do to its process. */
export interface Process {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** True when standard error is a terminal. */
  readonly stderrIsTerminal: boolean
  readonly stdoutIsTerminal: boolean
  readonly stdinIsTerminal: boolean
  out(text: string): void
  error(text: string): void
  /** All of standard input, at most `bytesMax` bytes of it. */
  readStdin(bytesMax: number): Promise<string>
  /**
   * Asks on standard error and reads one line from the terminal without showing it. Null when the
   * person gives up (Ctrl-C, Ctrl-D) or standard input is no terminal.
   */
  readHidden(prompt: string, lengthMax: number): Promise<string | null>
  /** Asks on standard error and reads one line; null when standard input is no terminal or ends. */
  readLine(prompt: string, lengthMax: number): Promise<string | null>
  /** Names of the programs that run on this machine, as far as it tells (Linux: /proc); sorted, each once. */
  programs(): readonly string[]
  onSignal(signal: Signal, task: () => void): Cancel
  /** Resident set size in bytes. */
  memoryBytes(): number
  /** Gives back memory that nothing uses. All stands still for some 10 ms: not where requests wait. */
  releaseMemory(): void
  /** Name of this machine; in a container the name of that. */
  hostname(): string
  /** True when this machine has an IPv6 address, loopback counted. */
  hasIpv6(): boolean
}

/** The running process. */
export function realProcess(): Process {
  return {
    args: process.argv.slice(2),
    env: process.env,
    stderrIsTerminal: process.stderr.isTTY === true,
    stdoutIsTerminal: process.stdout.isTTY === true,
    stdinIsTerminal: process.stdin.isTTY === true,
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    readStdin: async (bytesMax) => {
      const decoder = new TextDecoder()
      let text = ''
      for await (const chunk of Bun.stdin.stream()) {
        text += decoder.decode(chunk, { stream: true })
        if (text.length > bytesMax) break
      }
      return text.slice(0, bytesMax)
    },
    readHidden,
    readLine,
    programs,
    onSignal: (signal, task) => {
      process.on(signal, task)
      return () => void process.off(signal, task)
    },
    memoryBytes: () => process.memoryUsage.rss(),
    releaseMemory: () => void Bun.gc(true),
    hostname,
    hasIpv6: () =>
      Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .some(({ family }) => family === 'IPv6'),
  }
}

/** Processes that are looked at, at most. */
const processesMax = 10_000

function programs(): readonly string[] {
  try {
    const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    const names = ids.slice(0, processesMax).flatMap((id) => {
      try {
        return [readFileSync(`/proc/${id}/comm`, 'utf8').trim()]
      } catch {
        // It ended in the meantime.
        return []
      }
    })
    return [...new Set(names)].toSorted()
  } catch {
    return []
  }
}

async function readLine(prompt: string, lengthMax: number): Promise<string | null> {
  const { stderr, stdin } = process
  if (stdin.isTTY !== true) return null
  const lines = createInterface({ input: stdin, output: stderr })
  try {
    return await new Promise<string | null>((resolve) => {
      lines.once('close', () => resolve(null))
      lines.question(prompt, (line) => resolve(line.slice(0, lengthMax)))
    })
  } finally {
    lines.close()
  }
}

/** Keys that came after the line end of one hidden line, for the next one. */
let typedAhead = ''

/** Raw mode: the terminal echoes nothing and hands over each key, so that backspace is ours to do. */
async function readHidden(prompt: string, lengthMax: number): Promise<string | null> {
  const { stdin } = process
  if (stdin.isTTY !== true) return null
  process.stderr.write(prompt)
  stdin.setRawMode(true)
  const line = await new Promise<string | null>((resolve) => {
    const decoder = new TextDecoder()
    let typed: string[] = []
    const take = (keys: string): void => {
      const all = [...keys]
      for (const [i, key] of all.entries()) {
        if (key === '\r' || key === '\n') return finish(typed.join(''), all.slice(i + 1).join(''))
        if (key === '\u0003' || key === '\u0004') return finish(null, '')
        if (key === '\u007f' || key === '\b') typed = typed.slice(0, -1)
        else if (typed.length < lengthMax) typed.push(key)
      }
    }
    const onData = (chunk: Buffer): void => take(decoder.decode(chunk, { stream: true }))
    const finish = (result: string | null, rest: string): void => {
      stdin.off('data', onData)
      typedAhead = rest
      resolve(result)
    }
    stdin.on('data', onData)
    stdin.resume()
    take(typedAhead)
  })
  stdin.setRawMode(false)
  stdin.pause()
  process.stderr.write('\n')
  return line
}
