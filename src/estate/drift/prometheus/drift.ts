// The whole of `drift prometheus`: rules and targets that are declared against those that it has.
import { type Result, ok } from '../../../std/result.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import { quotedList } from '../../text.ts'
import { type Comparison, type Entry, compareSides, namedEntries, subjectAt } from '../compare.ts'
import { type IgnoreRule, IgnoreRules } from '../ignore.ts'
import { type Look, lookTwice } from '../look-twice.ts'
import type { Change, DriftReport, Invariant } from '../report.ts'
import {
  type LivePrometheus,
  type PrometheusSource,
  noTargets,
  readPrometheus,
} from './read-live.ts'
import { type PrometheusThing, asWritten } from './rule.ts'

export type { PrometheusSource } from './read-live.ts'
export { type PrometheusThing, declaredRules, declaredTargets } from './rule.ts'

/** What is declared of a Prometheus. */
export interface DeclaredPrometheus {
  readonly rules: readonly PrometheusThing[]
  /** The job that is ours, and what it scrapes; other jobs are not compared. */
  readonly job: string
  readonly targets: readonly PrometheusThing[]
  readonly ignore: readonly IgnoreRule[]
}

/** Reads, compares and confirms. The error is a sentence for each thing that could not be read. */
export async function prometheusDrift(
  declared: DeclaredPrometheus,
  source: PrometheusSource,
  http: HttpClient,
): Promise<Result<DriftReport, readonly string[]>> {
  const look = async (): Promise<
    Result<Look<PrometheusThing, LivePrometheus>, readonly string[]>
  > => {
    const live = await readPrometheus(source, http)
    if (!live.ok) return live
    const invariants = invariantsOf(declared, live.value)
    return ok({ ...compareThings(declared, live.value), live: live.value, invariants })
  }
  const looked = await lookTwice(look, source.kind === 'files')
  if (!looked.ok) return looked
  const { compared, drift, ignored, invariants, live, unconfirmed, unmanaged } = looked.value
  return ok({
    ...{ system: 'prometheus', called: 'Prometheus', ignored, invariants, unconfirmed },
    drift: drift.map(({ difference, object }) => ({
      ...subjectAt(difference.address),
      ...{ difference, change: changeOf(object, live) },
    })),
    unmanaged: unmanaged.map(({ address, object }) => ({
      ...subjectAt(address),
      ...{ id: object.file, about: aboutOf(object), change: changeOf(object, live) },
    })),
    skipped: live.targets
      .filter(({ name }) => !isOurs(declared, name))
      .map(({ name }) => ({ object: `target "${name}"`, why: 'A target of another job' })),
    ...{ notUnderstood: live.notUnderstood, notCompared: live.remarks },
    counts: {
      declared: declared.rules.length + declared.targets.length,
      live: live.rules.length + live.targets.length,
      compared,
    },
    attributionFault:
      drift.length + unmanaged.length === 0
        ? null
        : 'Prometheus keeps no record of who changed a rule',
  })
}

function isOurs({ job }: DeclaredPrometheus, target: string): boolean {
  return target.startsWith(`${job}/`)
}

/** Where it stands, and when that was read last: who wrote the file is a question for its repository. */
function changeOf({ file }: PrometheusThing, { loadedAt }: LivePrometheus): Change | null {
  const parts = [
    ...(file === null || file === '' ? [] : [`in ${JSON.stringify(file)}`]),
    ...(loadedAt === null ? [] : [`read ${loadedAt.slice(0, 10)} ${loadedAt.slice(11, 16)} UTC`]),
  ]
  return parts.length === 0
    ? null
    : { text: parts.join(', '), data: { file, configuration_read: loadedAt } }
}

function aboutOf({ kind, value }: PrometheusThing): string | null {
  return kind === 'group' ? `"${String(value['rules'])}" rules` : null
}

function compareThings(
  declared: DeclaredPrometheus,
  live: LivePrometheus,
): Comparison<PrometheusThing> {
  const groups = new Set(declared.rules.map(({ name }) => groupOf(name)))
  const known = live.rules.filter(({ name }) => groups.has(groupOf(name)))
  const there = [
    ...entriesOf('prometheus_rule', known),
    ...entriesOf(
      'prometheus_target',
      live.targets.filter(({ name }) => isOurs(declared, name)),
    ),
    ...entriesOf('prometheus_rule_group', groupsOf(live.rules, groups)),
  ]
  const shown = new Map(there.map(({ address, value }) => [address, value]))
  const wanted = [
    ...entriesOf('prometheus_rule', declared.rules),
    ...entriesOf('prometheus_target', live.remarks.includes(noTargets) ? [] : declared.targets),
  ]
  return compareSides({
    live: there,
    declared: wanted.map((entry) => {
      const now = shown.get(entry.address)
      return now === undefined ? entry : { ...entry, value: asWritten(entry.object.value, now) }
    }),
    rules: new IgnoreRules(declared.ignore),
    mayBeThere: ({ kind, name }) =>
      live.notUnderstood.some(
        ({ object }) =>
          object === `${kind} ${JSON.stringify(name)}` ||
          (kind === 'rule' ? /^(?:group|rule) number/ : /^target number/).test(object),
      ),
  })
}

function groupOf(rule: string): string {
  return rule.slice(0, rule.lastIndexOf('/'))
}

interface ThingEntry extends Entry<PrometheusThing> {
  readonly value: PrometheusThing['value']
}

function entriesOf(type: string, things: readonly PrometheusThing[]): readonly ThingEntry[] {
  return namedEntries(
    type,
    things.map((object) => ({ name: object.name, value: object.value, object })),
  ).map((entry) => ({ ...entry, value: entry.object.value }))
}

/** Groups of which nothing is declared, each once for each file. */
function groupsOf(
  rules: readonly PrometheusThing[],
  declared: ReadonlySet<string>,
): readonly PrometheusThing[] {
  const groups = new Map<string, PrometheusThing>()
  for (const rule of rules) {
    const name = groupOf(rule.name)
    const key = JSON.stringify([name, rule.file])
    const count = Number(groups.get(key)?.value['rules'] ?? 0) + 1
    if (!declared.has(name))
      groups.set(key, { ...rule, kind: 'group', name, value: { rules: count }, trouble: null })
  }
  return [...groups.values()]
}

function invariantsOf(declared: DeclaredPrometheus, live: LivePrometheus): readonly Invariant[] {
  const ours = new Set(declared.rules.map(({ name }) => name))
  const rules = live.rules.filter(({ name }) => ours.has(name))
  const targets = live.targets.filter(({ name }) => isOurs(declared, name))
  return [
    ...(live.configuration === null ? [] : [live.configuration]),
    ...inOrder('rules-evaluate', rules, [
      'Every declared rule is evaluated',
      'Cannot be evaluated',
    ]),
    ...inOrder('targets-up', targets, ['Every declared target answers', 'Cannot be scraped']),
  ]
}

/** None of `things` is in trouble. */
function inOrder(
  id: string,
  things: readonly PrometheusThing[],
  [good, bad]: readonly [string, string],
): readonly Invariant[] {
  if (things.length === 0) return []
  const broken = things.filter(({ trouble }) => trouble !== null)
  const [first] = broken
  const why = first === undefined ? '' : `: ${(first.trouble ?? '').slice(0, troubleLengthMax)}`
  return [
    {
      ...{ id, holds: broken.length === 0 },
      text:
        broken.length === 0
          ? `${good} ("${things.length}")`
          : `${bad}: ${quotedList(broken.map(({ name }) => name))}${why}`,
    },
  ]
}

/** Characters of what Prometheus says of one trouble at most. */
const troubleLengthMax = 200
