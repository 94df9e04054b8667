// Durations, sizes and rates as people write them: `7d`, `90m`, `64MiB`, `18/min`.

const durationUnitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const sizeUnits = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, KB: 1e3, MB: 1e6, GB: 1e9 }
const rateUnitsMs = { s: 1000, sec: 1000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function amount(text: string, units: Readonly<Record<string, number>>): number | null {
  const match = /^(\d+(?:\.\d+)?)\s?([A-Za-z]+)$/.exec(text)
  if (match === null) return null
  const unit = units[match[2] ?? '']
  return unit === undefined ? null : Number(match[1]) * unit
}

/** `7d`, `1h30m`, `500ms` to milliseconds; null when it is not a duration. */
export function parseDurationMs(text: string): number | null {
  const parts = text.match(/\d+(?:\.\d+)?[a-z]+/g)
  if (parts === null || parts.join('') !== text) return null
  let total = 0
  for (const part of parts) {
    const ms = amount(part, durationUnitsMs)
    if (ms === null) return null
    total += ms
  }
  return total
}

/** `64MiB`, `4KiB`, `512B` to bytes; null when it is not a size. */
export function parseSizeBytes(text: string): number | null {
  return amount(text, sizeUnits)
}

/** `18/min`, `2/s` to events per millisecond; null when it is not a rate. */
export function parseRatePerMs(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\/([a-z]+)$/.exec(text)
  const unit = match === null ? undefined : (rateUnitsMs as Record<string, number>)[match[2] ?? '']
  return match === null || unit === undefined ? null : Number(match[1]) / unit
}

/** Milliseconds as the two largest units: `1d 2h`, `4m`, `12s`. */
export function formatDuration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const
  const parts: string[] = []
  let rest = Math.max(0, ms)
  for (const [name, unit] of units) {
    const count = Math.floor(rest / unit)
    if (count > 0) parts.push(`${count}${name}`)
    rest -= count * unit
  }
  return parts.length === 0 ? '0s' : parts.slice(0, 2).join(' ')
}

/** Bytes in the largest unit that fits, with three figures: `709 MiB`, `4 KiB`, `512 B`. */
export function formatBytes(bytes: number): string {
  for (const [unit, factor] of [
    ['GiB', sizeUnits.GiB],
    ['MiB', sizeUnits.MiB],
    ['KiB', sizeUnits.KiB],
  ] as const) {
    if (bytes >= factor) return `${Number((bytes / factor).toPrecision(3))} ${unit}`
  }
  return `${bytes} B`
}
