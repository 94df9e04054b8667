// Prometheus' relabelling, over labels of which some may be unknown: what becomes of a series for certain.
import type { Pattern } from '../../std/pattern/pattern.ts'

/** Every action (Prometheus, configuration: relabel_config). */
export const relabelActions = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const

/** One rule of `relabel_configs` or `metric_relabel_configs`. */
export interface RelabelRule {
  readonly action: (typeof relabelActions)[number]
  readonly sourceLabels: readonly string[]
  readonly separator: string
  readonly regex: Pattern
  readonly targetLabel: string
  readonly replacement: string
  /** Where it stands, from 1. */
  readonly line: number
}

/** What is known of a series: labels by name, null for one whose value is not known. */
export type KnownLabels = ReadonlyMap<string, string | null>

/**
 * `dropped` for certain, and by which rule · `kept` for certain, with what is known of its labels ·
 * `unsure` whether a rule drops it depends on what is not known.
 */
export type RelabelOutcome =
  | { readonly kind: 'dropped'; readonly by: RelabelRule }
  | { readonly kind: 'kept' | 'unsure'; readonly labels: KnownLabels }

/**
 * Applies `rules` in order. `isWhole` says that labels which are not in `labels` are not there; without it
 * they are unknown.
 */
export function relabel(
  labels: KnownLabels,
  rules: readonly RelabelRule[],
  isWhole: boolean,
): RelabelOutcome {
  const state = new Map(labels)
  let isSure = true
  for (const rule of rules) {
    const kept = step(rule, state, isWhole)
    if (kept === false) {
      // After a rule that may have dropped it, this one drops the rest: it is gone either way.
      return { kind: 'dropped', by: rule }
    }
    if (kept === null) isSure = false
  }
  return { kind: isSure ? 'kept' : 'unsure', labels: state }
}

type State = Map<string, string | null>

/** Value of a label: empty where it is not there, null where it is not known. */
function valueOf(state: KnownLabels, label: string, isWhole: boolean): string | null {
  const value = state.get(label)
  return value === undefined ? (isWhole ? '' : null) : value
}

/** Applies one rule to `state`; false: dropped, null: perhaps dropped, true: still there. */
function step(rule: RelabelRule, state: State, isWhole: boolean): boolean | null {
  const parts = rule.sourceLabels.map((label) => valueOf(state, label, isWhole))
  const source = parts.some((part) => part === null) ? null : parts.join(rule.separator)
  switch (rule.action) {
    case 'keep':
      return source === null ? null : rule.regex.matchesAll(source)
    case 'drop':
      return source === null ? null : !rule.regex.matchesAll(source)
    case 'keepequal':
    case 'dropequal': {
      const target = valueOf(state, rule.targetLabel, isWhole)
      if (source === null || target === null) return null
      return (source === target) === (rule.action === 'keepequal')
    }
    default:
      rewrite(rule, { state, source })
      return true
  }
}

function rewrite(
  rule: RelabelRule,
  { state, source }: { readonly state: State; readonly source: string | null },
): void {
  switch (rule.action) {
    case 'replace':
      replace(rule, { state, source })
      break
    case 'lowercase':
      state.set(rule.targetLabel, source === null ? null : source.toLowerCase())
      break
    case 'uppercase':
      state.set(rule.targetLabel, source === null ? null : source.toUpperCase())
      break
    case 'hashmod':
      // The hash is MD5 of the source; nothing that we ask depends on its value.
      state.set(rule.targetLabel, null)
      break
    case 'labelmap':
      mapLabels(rule, state)
      break
    default:
      removeLabels(rule, state)
  }
}

function mapLabels(rule: RelabelRule, state: State): void {
  for (const [label, value] of [...state]) {
    const target = rule.regex.expand(label, rule.replacement)
    if (target !== null) state.set(target, value)
  }
}

/** `labeldrop` and `labelkeep`. */
function removeLabels(rule: RelabelRule, state: State): void {
  for (const label of [...state.keys()])
    if (rule.regex.matchesAll(label) === (rule.action === 'labeldrop')) state.delete(label)
}

function replace(
  rule: RelabelRule,
  { state, source }: { readonly state: State; readonly source: string | null },
): void {
  if (source === null) {
    state.set(rule.targetLabel, null)
    return
  }
  const target = rule.regex.expand(source, rule.targetLabel)
  const value = rule.regex.expand(source, rule.replacement)
  if (target === null || value === null) return
  // An empty value takes the label away.
  if (value === '') state.delete(target)
  else state.set(target, value)
}

/** The rule that takes `label` from every series, where none puts it back afterwards; null for none. */
export function labelRemover(rules: readonly RelabelRule[], label: string): RelabelRule | null {
  let remover: RelabelRule | null = null
  for (const rule of rules) {
    const isRemoved =
      (rule.action === 'labeldrop' && rule.regex.matchesAll(label)) ||
      (rule.action === 'labelkeep' && !rule.regex.matchesAll(label))
    if (isRemoved) remover = rule
    else if (rule.action === 'labelmap' || rule.targetLabel.includes('$')) remover = null
    else if (rule.targetLabel === label) remover = null
  }
  return remover
}
