// Other people's programs in processes of their own, each in a directory that goes away with it.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Process } from './process.ts'

/** A running program. */
export interface Program {
  /** Exit code, or null while it runs. */
  exitCode(): number | null
  /** The end of what it wrote to standard output and error. */
  output(): string
  /** Ends it: SIGTERM, and SIGKILL when that does not help. Twice is the same as once. */
  stop(): Promise<void>
}

/** Where programs are looked for beside PATH: Debian puts some there. */
const furtherPlaces = ['/usr/local/bin', '/usr/sbin', '/usr/bin']
const stopTimeoutMs = 3000
const outputLengthMax = 10_000

/** Path of a program; `GATEHOUSE_<NAME>` says it before PATH does. Null where there is none. */
export function findProgram(name: string, env: Process['env']): string | null {
  const named = env[`GATEHOUSE_${name.toUpperCase().replaceAll('-', '_')}`]
  if (named !== undefined && named !== '') return Bun.which(named)
  return Bun.which(name, { PATH: [env['PATH'] ?? '', ...furtherPlaces].join(':') })
}

/** Where a program runs. */
export interface ProgramPlace {
  /** Its working directory. */
  readonly directory: string
  /** Name of the file there that takes what it writes. */
  readonly log: string
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** Starts `path`; what it writes goes into the log of its place. */
export function startProgram(path: string, args: readonly string[], place: ProgramPlace): Program {
  const logPath = join(place.directory, place.log)
  const log = openSync(logPath, 'w')
  const child = Bun.spawn([path, ...args], {
    cwd: place.directory,
    env: { ...process.env, ...place.env },
    stdin: 'ignore',
    stdout: log,
    stderr: log,
  })
  closeSync(log)
  let stopped: Promise<void> | null = null
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
    await child.exited
    clearTimeout(timer)
  }
  return {
    exitCode: () => child.exitCode,
    output: () => readFileSync(logPath, 'utf8').slice(-outputLengthMax),
    stop: async () => (stopped ??= stop()),
  }
}

/** A directory for a while. */
export interface TemporaryDirectory {
  readonly path: string
  write(name: string, text: string): void
  remove(): void
}

/** Makes one below the system's temporary directory, for this user alone. */
export function temporaryDirectory(name: string): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), `gatehouse-${name}-`))
  return {
    path,
    write: (file, text) => writeFileSync(join(path, file), text),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
