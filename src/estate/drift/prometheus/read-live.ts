// Rules, targets and the state of the configuration of a live Prometheus (HTTP API v1), or answers kept in files.
import { type Fields, fieldOf, isFields } from '../../../std/fields.ts'
import { type Result, err, ok } from '../../../std/result.ts'
import { askJson } from '../../../world/ask.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import type { Invariant, LeftOut } from '../report.ts'
import { type PrometheusThing, liveRule, liveTarget } from './rule.ts'

/** Where the live side is. The address has no slash at its end. */
export type PrometheusSource =
  | {
      readonly kind: 'files'
      readonly files: readonly { readonly path: string; readonly text: string }[]
    }
  | { readonly kind: 'api'; readonly url: string; readonly token: string | null }

/** Said where nobody asked for targets. */
export const noTargets = 'The files hold no targets'

/** All that was read. */
export interface LivePrometheus {
  readonly rules: readonly PrometheusThing[]
  readonly targets: readonly PrometheusThing[]
  readonly notUnderstood: readonly LeftOut[]
  /** Sentences about what was not read. */
  readonly remarks: readonly string[]
  /** Whether it runs with the configuration that it has; null: not told. */
  readonly configuration: Invariant | null
  /** When it last read its configuration, ISO 8601; null: not told. */
  readonly loadedAt: string | null
}

/** Reads it. The error is a sentence for each thing that could not be read. */
export async function readPrometheus(
  source: PrometheusSource,
  http: HttpClient,
): Promise<Result<LivePrometheus, readonly string[]>> {
  return source.kind === 'files' ? readFiles(source.files) : readApi(source, http)
}

const paths = {
  rules: '/api/v1/rules',
  targets: '/api/v1/targets?state=active',
  runtime: '/api/v1/status/runtimeinfo',
} as const

async function readApi(
  { token, url }: Extract<PrometheusSource, { kind: 'api' }>,
  http: HttpClient,
): Promise<Result<LivePrometheus, readonly string[]>> {
  const ask = async (path: string): Promise<Result<Fields, readonly string[]>> => {
    const answer = await askJson(http, {
      url: `${url}${path}`,
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    })
    const data = answer.ok ? dataOf(answer.value) : null
    const why = answer.ok ? 'The answer is none of the API of Prometheus' : answer.error
    return data === null ? err([`Cannot read "${url}${path}": ${why}`]) : ok(data)
  }
  const rules = await ask(paths.rules)
  if (!rules.ok) return rules
  const targets = await ask(paths.targets)
  if (!targets.ok) return targets
  // Programs that speak the API of Prometheus may lack this one.
  const runtime = await ask(paths.runtime)
  return understand({
    ...{ rules: rules.value, targets: targets.value },
    runtime: runtime.ok ? runtime.value : {},
  })
}

/** `data` of an answer with `status: success`. */
function dataOf(answer: unknown): Fields | null {
  if (!isFields(answer) || fieldOf(answer, 'status') !== 'success') return null
  const data = fieldOf(answer, 'data')
  return isFields(data) ? data : null
}

/** A field of each answer by which it is known in a file. */
const marks = { rules: 'groups', targets: 'activeTargets', runtime: 'reloadConfigSuccess' } as const

function readFiles(
  files: readonly { readonly path: string; readonly text: string }[],
): Result<LivePrometheus, readonly string[]> {
  const faults: string[] = []
  const found = new Map<string, Fields>()
  for (const { path, text } of files) {
    const data = dataOf(parsed(text)) ?? {}
    const mark = Object.values(marks).find((field) => Object.hasOwn(data, field))
    if (mark === undefined)
      faults.push(`Cannot read "${path}": It is no answer of "${paths.rules}" or its like`)
    else found.set(mark, data)
  }
  const rules = found.get(marks.rules)
  if (rules === undefined) faults.push(`Missing the answer of "${paths.rules}" in the files`)
  if (faults.length > 0 || rules === undefined) return err(faults)
  const targets = found.get(marks.targets) ?? null
  return understand({ rules, targets, runtime: found.get(marks.runtime) ?? {} })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function understand(data: {
  readonly rules: Fields
  /** Null: nobody asked. */
  readonly targets: Fields | null
  readonly runtime: Fields
}): Result<LivePrometheus, readonly string[]> {
  const groups = fieldOf(data.rules, 'groups')
  if (!Array.isArray(groups)) return err([`Cannot read "${paths.rules}": It has no list of groups`])
  const active = data.targets === null ? [] : fieldOf(data.targets, 'activeTargets')
  if (!Array.isArray(active))
    return err([`Cannot read "${paths.targets}": It has no list of targets`])
  const notUnderstood: LeftOut[] = []
  const rules = groups.flatMap((group: unknown, index) =>
    rulesOf(group, `group number ${index + 1}`, notUnderstood),
  )
  const targets = active.flatMap((target: unknown, index): readonly PrometheusThing[] => {
    const read = liveTarget(target)
    if (read.ok) return [read.value]
    notUnderstood.push({ object: `target number ${index + 1}`, why: read.error })
    return []
  })
  const remarks = [
    ...(data.targets === null ? [noTargets] : []),
    ...(typeof fieldOf(data.runtime, marks.runtime) === 'boolean'
      ? []
      : ['Whether it runs with the configuration that it has is not told']),
    ...(targets.length === 0
      ? []
      : ['Whether "honor_labels" is set is not shown by the list of targets']),
  ]
  return ok({ rules, targets, notUnderstood, remarks, ...configurationOf(data.runtime) })
}

function rulesOf(
  group: unknown,
  called: string,
  notUnderstood: LeftOut[],
): readonly PrometheusThing[] {
  const fields = isFields(group) ? group : {}
  const [name, rules, file] = ['name', 'rules', 'file'].map((field) => fieldOf(fields, field))
  if (typeof name !== 'string' || !Array.isArray(rules)) {
    notUnderstood.push({ object: called, why: 'It has no name or no rules' })
    return []
  }
  return rules.flatMap((rule: unknown, index): readonly PrometheusThing[] => {
    const read = liveRule({ name, file: typeof file === 'string' ? file : '' }, rule)
    if (read.ok) return [read.value]
    const said = isFields(rule) ? fieldOf(rule, 'name') : null
    const object =
      typeof said === 'string' && said !== '' ? JSON.stringify(`${name}/${said}`) : null
    notUnderstood.push({
      object: `rule ${object ?? `number ${index + 1} of ${JSON.stringify(name)}`}`,
      why: read.error,
    })
    return []
  })
}

function configurationOf(runtime: Fields): Pick<LivePrometheus, 'configuration' | 'loadedAt'> {
  const loaded = fieldOf(runtime, 'lastConfigTime')
  const time = typeof loaded === 'string' ? Date.parse(loaded) : Number.NaN
  const isGood = fieldOf(runtime, 'reloadConfigSuccess')
  return {
    loadedAt: Number.isNaN(time) ? null : new Date(time).toISOString(),
    configuration:
      typeof isGood === 'boolean'
        ? {
            id: 'configuration-loaded',
            holds: isGood,
            text: isGood
              ? 'Prometheus runs with the configuration that it has'
              : 'Prometheus could not load its configuration, and runs with an older one',
          }
        : null,
  }
}
