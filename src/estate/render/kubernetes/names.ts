// Names and labels of Kubernetes objects (RFC 1123 labels).

/** Longest name of an object that becomes a label. */
const nameLengthMax = 63

/** Labels that every object of ours has. */
export const ownLabels = { 'app.kubernetes.io/managed-by': 'gatehouse' } as const

/** A text as an object name: lower case, hyphens, letters and digits at the ends. */
export function objectName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, nameLengthMax)
    .replaceAll(/^-+|-+$/g, '')
  return name === '' ? 'x' : name
}

/** The same name with a number at its end, no longer than a name may be. */
export function numbered(name: string, number: number): string {
  const end = `-${number}`
  return `${name.slice(0, nameLengthMax - end.length).replace(/-+$/, '')}${end}`
}

/** Bytes as a Kubernetes quantity: the largest binary unit that keeps it whole. */
export function quantity(bytes: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti'] as const
  let unit = 0
  let value = bytes
  while (unit < units.length - 1 && value >= 1024 && value % 1024 === 0) {
    value /= 1024
    unit++
  }
  return `${value}${units[unit] ?? ''}`
}
