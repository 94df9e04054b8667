// Programs as people run them: started in a process of their own, to their end or until they are ended.
import { join } from 'node:path'

/** The command as it is installed. */
export const launcher = join(import.meta.dir, '../../bin/gatehouse')

/** It only tells a busy machine from a program that hangs. */
const stopTimeoutMs = 20_000

/** What a program printed, and how it ended. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** Where and with what a program runs. */
export interface RunOptions {
  readonly cwd?: string
  /** Environment beside that of the test itself; {@link run} takes it alone with `bare`. */
  readonly env?: Readonly<Record<string, string>>
  readonly bare?: boolean
  readonly stdin?: string
}

/** Runs a program to its end. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = Bun.spawn([...command], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.bare === true ? { ...options.env } : { ...process.env, ...options.env },
    stdin: new Blob([options.stdin ?? '']),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, error, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, out, error }
}

/** A program that goes on until it is told to end. */
export interface Running {
  readonly pid: number
  /** Standard output and standard error so far. */
  output(): string
  signal(name: NodeJS.Signals): void
  /** Ends it (SIGTERM, after 20 s SIGKILL); gives the exit code. */
  stop(): Promise<number>
  /** True once `url` answers well; false when the program ends before, or `patienceMs` are over. */
  answers(url: string, patienceMs: number): Promise<boolean>
}

/** Starts a program with this environment and no other. */
export function start(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env: Readonly<Record<string, string | undefined>> },
): Running {
  const child = Bun.spawn([...command], { ...options, stdout: 'pipe', stderr: 'pipe' })
  const output: string[] = []
  const collecting = [child.stdout, child.stderr].map((stream) => collect(stream, output))
  return {
    pid: child.pid,
    output: () => output.join(''),
    signal: (name) => child.kill(name),
    stop: async () => {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
      const code = await child.exited
      clearTimeout(timer)
      // What it wrote last may still be in the pipes.
      await Promise.all(collecting)
      return code
    },
    answers: async (url, patienceMs) => {
      const deadline = performance.now() + patienceMs
      while (performance.now() < deadline && child.exitCode === null) {
        const answer = await fetch(url).catch(() => null)
        if (answer?.ok === true) return true
        await Bun.sleep(25)
      }
      return false
    },
  }
}

async function collect(stream: ReadableStream<Uint8Array>, output: string[]): Promise<void> {
  const decoder = new TextDecoder()
  for await (const chunk of stream) output.push(decoder.decode(chunk, { stream: true }))
}
