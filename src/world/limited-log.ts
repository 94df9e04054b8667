// A log that strangers cannot fill: so many lines a second of each kind, the rest counted and said.
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

interface Kind {
  second: number
  lines: number
  leftOut: number
}

/**
 * Passes on at most `linesPerSecondMax` lines a second of each event. What is left out is said in a
 * line `lines-left-out` with the event and the count, when the next line of that event is written.
 * Events are a closed list of ours, so the table of them is bounded.
 */
export function limitedLog(log: Log, clock: Clock, linesPerSecondMax: number): Log {
  const kinds = new Map<string, Kind>()
  return {
    write: (level, event, fields) => {
      const second = Math.floor(clock.monotonic() / 1000)
      const kind = kinds.get(event) ?? { second, lines: 0, leftOut: 0 }
      kinds.set(event, kind)
      if (kind.second !== second) {
        if (kind.leftOut > 0) log.write('warn', 'lines-left-out', { event, count: kind.leftOut })
        kind.second = second
        kind.lines = 0
        kind.leftOut = 0
      }
      if (kind.lines === linesPerSecondMax) {
        kind.leftOut++
        return
      }
      kind.lines++
      log.write(level, event, fields)
    },
  }
}
