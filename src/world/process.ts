// The process as an argument: arguments, environment, standard streams, signals, memory.
import type { Cancel } from './clock.ts'

/** Signals that the program listens to. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

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
  onSignal(signal: Signal, task: () => void): Cancel
  /** Resident set size in bytes. */
  memoryBytes(): number
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
      let text = ''
      for await (const chunk of Bun.stdin.stream()) {
        text += Buffer.from(chunk).toString('utf8')
        if (text.length > bytesMax) break
      }
      return text.slice(0, bytesMax)
    },
    onSignal: (signal, task) => {
      process.on(signal, task)
      return () => void process.off(signal, task)
    },
    memoryBytes: () => process.memoryUsage.rss(),
  }
}
