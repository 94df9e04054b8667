// Differences as text, in the form that people know from Terraform: + create, ~ change, - destroy.
import type { Difference } from './difference.ts'

const symbols = { create: '+', update: '~', delete: '-' } as const

/** Characters of a value at most. */
const valueLengthMax = 120

/** Lines of all differences, and the sum that ends them. */
export function differenceText(differences: readonly Difference[]): string {
  const blocks = differences.flatMap(differenceLines)
  return [...blocks, differenceSum(differences)].join('\n')
}

/** One difference: its address, then a line for each attribute. */
export function differenceLines({ action, address, attributes }: Difference): readonly string[] {
  const lines = attributes.map(({ path, before, after }) => {
    const name = path === '' ? 'value' : path
    if (before === undefined) return `      + ${name} = ${shown(after)}`
    if (after === undefined) return `      - ${name} = ${shown(before)}`
    return `      ~ ${name} = ${shown(before)} -> ${shown(after)}`
  })
  return [`  ${symbols[action]} ${address}`, ...lines]
}

/** `Plan: 1 to add, 2 to change, 0 to destroy.` */
export function differenceSum(differences: readonly Difference[]): string {
  const count = (action: Difference['action']): number =>
    differences.filter((difference) => difference.action === action).length
  return `Plan: ${count('create')} to add, ${count('update')} to change, ${count('delete')} to destroy.`
}

/** A value on one line, cut where it is long; control characters as escapes. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return text.length > valueLengthMax ? `${text.slice(0, valueLengthMax)}…` : text
}
