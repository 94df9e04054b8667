// A world for tests: files in memory, a clock that stands still, output kept as text.
import { type FakeClock, fakeClock } from './clock.ts'
import { fakeDns } from './dns.ts'
import { memoryFiles } from './files.ts'
import type { HttpClient } from './http-client.ts'
import { type MemoryLog, memoryLog } from './log.ts'
import type { Signal } from './process.ts'
import { seededRandom } from './random.ts'
import type { World } from './world.ts'
import { err } from '../std/result.ts'

/** What a test sets; all but `args` may be left out. */
export interface FakeWorldOptions {
  readonly args: readonly string[]
  readonly files?: Record<string, string>
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** What a person types at hidden prompts, in order; makes standard input a terminal. */
  readonly typed?: readonly string[]
  /** Programs that run on the machine. */
  readonly programs?: readonly string[]
  /** Answers outgoing requests; without it nothing can be reached. */
  readonly http?: HttpClient
}

/** A world that a test looks into. */
export interface FakeWorld extends World {
  readonly clock: FakeClock
  readonly log: MemoryLog
  /** All of standard output and standard error so far. */
  output(): string
  errors(): string
  /** Delivers a signal. */
  signal(signal: Signal): void
}

/** Builds a {@link FakeWorld}. */
export function fakeWorld(options: FakeWorldOptions): FakeWorld {
  const clock = fakeClock(Date.UTC(2026, 0, 1))
  const out: string[] = []
  const error: string[] = []
  const typed = [...(options.typed ?? [])]
  const listeners = new Set<{ signal: Signal; task: () => void }>()
  return {
    clock,
    random: seededRandom(1),
    files: memoryFiles(options.files ?? {}),
    connector: {
      connect: async () => err({ code: 'unreachable', detail: 'Nothing listens' }),
    },
    dns: fakeDns({}),
    http: options.http ?? {
      send: async () => err({ code: 'unreachable', detail: 'Nothing listens' }),
    },
    sockets: {
      connect: (_options, events) => {
        events.closed('Nothing listens')
        return { send: () => false, close: () => {} }
      },
    },
    streams: {
      open: (_request, events) => {
        events.closed({ code: 'unreachable', status: null, detail: 'Nothing listens' })
        return () => {}
      },
    },
    log: memoryLog(),
    process: {
      args: options.args,
      env: options.env ?? {},
      stderrIsTerminal: false,
      stdoutIsTerminal: false,
      stdinIsTerminal: options.typed !== undefined,
      out: (text) => void out.push(text),
      error: (text) => void error.push(text),
      readStdin: async (bytesMax) => (options.stdin ?? '').slice(0, bytesMax),
      readHidden: async (prompt) => {
        error.push(prompt)
        return typed.shift() ?? null
      },
      readLine: async (prompt) => {
        error.push(prompt)
        return typed.shift() ?? null
      },
      programs: () => options.programs ?? [],
      onSignal: (signal, task) => {
        const listener = { signal, task }
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      memoryBytes: () => 0,
      releaseMemory: () => {},
      hostname: () => 'testhost',
      hasIpv6: () => true,
    },
    output: () => out.join(''),
    errors: () => error.join(''),
    signal: (signal) => {
      for (const listener of listeners) if (listener.signal === signal) listener.task()
    },
  }
}
