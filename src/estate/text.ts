// Numbers as findings and generated pages write them.

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** Bytes in the largest unit that gives a whole number or two decimals: `64MiB`, `1.46KiB`. */
export function formatBytes(bytes: number): string {
  let unit = 0
  let value = bytes
  // What two decimals would round up to a whole next unit is written in that one.
  while (Number(value.toFixed(2)) >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${Number(value.toFixed(2))}${units[unit] ?? ''}`
}

/** `"a"`, `"a" and "b"`, `"a", "b" and 3 more`; at most `shownMax` names. */
export function quotedList(names: readonly string[], shownMax = 12): string {
  const quoted = names.map((name) => `"${name}"`)
  if (quoted.length > shownMax)
    return `${quoted.slice(0, shownMax).join(', ')} and ${quoted.length - shownMax} more`
  return [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)]
    .filter((part) => part !== '')
    .join(' and ')
}
