// The log: one JSON object a line. Field values come from outside, so they are only ever JSON strings.

/** How much a line matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Values a line may carry; nested data is not needed and not allowed. */
export type LogFields = Readonly<
  Record<string, string | number | boolean | null | readonly string[]>
>

/** Writes log lines. `event` is a stable kebab-case name, the same in every line of its kind. */
export interface Log {
  write(level: LogLevel, event: string, fields?: LogFields): void
}

/** JSON lines to `sink`, one call a line, each with `time` (RFC 3339), `level` and `event` first. */
export function jsonLog(now: () => number, sink: (line: string) => void): Log {
  return {
    write: (level, event, fields) => {
      sink(JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...fields }))
    },
  }
}

/** Keeps lines in memory for a test to read. */
export interface MemoryLog extends Log {
  readonly lines: { level: LogLevel; event: string; fields: LogFields }[]
}

/** A log for tests. */
export function memoryLog(): MemoryLog {
  const lines: MemoryLog['lines'] = []
  return { lines, write: (level, event, fields = {}) => void lines.push({ level, event, fields }) }
}
