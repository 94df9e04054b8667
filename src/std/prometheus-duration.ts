// Durations as Prometheus writes them: `1h30m`, `500ms`, `2w`, `1y`.

const unitsMs = {
  y: 365 * 86_400_000,
  w: 7 * 86_400_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
} as const
const order: readonly string[] = Object.keys(unitsMs)

/** Milliseconds, or null when it is no duration: units must come in falling order, each once. */
export function parsePrometheusMs(text: string): number | null {
  if (text === '0') return 0
  const parts = [...text.matchAll(/(\d+)(ms|[ywdhms])/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return null
  let total = 0
  let last = -1
  for (const [, amount = '', unit = ''] of parts) {
    const place = order.indexOf(unit)
    if (place <= last) return null
    last = place
    total += Number(amount) * (Object.entries(unitsMs).find(([name]) => name === unit)?.[1] ?? 0)
  }
  return total
}

/** The same the other way; whole milliseconds in the largest units: `1m30s`. */
export function formatPrometheusMs(ms: number): string {
  let rest = Math.round(ms)
  let text = ''
  for (const [name, unit] of Object.entries(unitsMs)) {
    const count = name === 'y' || name === 'w' ? 0 : Math.floor(rest / unit)
    if (count > 0) text += `${count}${name}`
    rest -= count * unit
  }
  return text === '' ? '0s' : text
}
