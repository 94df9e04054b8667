// Reads a drill from YAML: the scenario, or every mistake in it with its place.
import { LineCounter, isNode, parseDocument } from 'yaml'
import { type Result, err, ok } from '../../std/result.ts'
import { type Mistake, check } from '../../std/schema/check.ts'
import { type Path, formatPath } from '../../std/schema/json-schema.ts'
import { drillEstate } from './drill-estate.ts'
import { type Fault, type Scenario, scenarioSchema } from './scenario.ts'

/** Longest file of a scenario, in characters. */
const fileLengthMax = 256 * 1024
const aliasesMax = 100

/** Reads `text`; every mistake is one line, with place, path, what was found and what is wanted. */
export function readScenario(text: string): Result<Scenario, readonly string[]> {
  if (text.length > fileLengthMax)
    return err([`The scenario has more than "${fileLengthMax}" characters`])
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${Math.max(1, line)}:${Math.max(1, col)}`
  }
  if (document.errors.length > 0)
    return err(
      document.errors.map(
        ({ message, pos }) => `${placeOf(pos[0])}: Cannot read this as YAML: ${message}`,
      ),
    )
  let data: unknown
  try {
    data = document.toJS({ maxAliasCount: aliasesMax })
  } catch {
    return err([`1:1: More than "${aliasesMax}" aliases are resolved`])
  }
  const placed = (path: Path, message: string): string => {
    const where = document.getIn(path, true)
    const range = isNode(where) ? where.range : null
    const place = range?.[0] === undefined ? '' : `${placeOf(range[0])}: `
    return `${place}${path.length === 0 ? '' : `${formatPath(path)}: `}${message}`
  }
  const checked = check(scenarioSchema, data)
  if (!checked.ok) return err(checked.error.map((one) => placed(one.path, sentence(one))))
  const wrong = contradictions(checked.value)
  return wrong.length > 0
    ? err(wrong.map(({ message, path }) => placed(path, message)))
    : ok(checked.value)
}

function sentence({ found, hint, kind, path, suggestion, wanted }: Mistake): string {
  const more = hint === '' ? '' : `. ${hint}`
  const meant = suggestion === null ? '' : `. Did you mean "${suggestion}"`
  if (kind === 'unknown-key') return `Unknown key ${found}, wanted one of ${wanted}${meant}`
  if (kind === 'missing') return `Missing "${String(path.at(-1))}", wanted ${wanted}`
  return `Found ${found}, wanted ${wanted}${more}${meant}`
}

interface Contradiction {
  readonly path: Path
  readonly message: string
}

/** What no single setting shows: names that lead nowhere, ends before beginnings. */
function contradictions(scenario: Scenario): readonly Contradiction[] {
  const { plan } = drillEstate(scenario)
  const known = new Set(plan.matrix.rows.flatMap(({ crosses }) => Object.keys(crosses)))
  const stores = new Set(scenario.stores.map(({ name }) => name))
  const faults = scenario.faults.flatMap((fault, i) =>
    faultMistakes(fault, { known, stores, lasts: scenario.lasts }).map(({ message, path }) => ({
      path: ['faults', i, ...path],
      message,
    })),
  )
  const changes = scenario.changes.flatMap(({ ago, at }, i) =>
    (ago === undefined) === (at === undefined)
      ? [{ path: ['changes', i], message: 'A change has either "ago" or "at"' }]
      : [],
  )
  return [...faults, ...changes]
}

interface Surroundings {
  readonly known: ReadonlySet<string>
  readonly stores: ReadonlySet<string>
  readonly lasts: number
}

function faultMistakes(
  { element, from, mode, store, to }: Fault,
  { known, lasts, stores }: Surroundings,
): readonly Contradiction[] {
  const found: Contradiction[] = []
  // What no probe crosses may be broken all the same: services, an edge that is not looked at.
  const isThere = known.has(element) || /^(edge|dns|gate_check|upstream)($|\/)/.test(element)
  if (!isThere) {
    const wanted = [...known].map((one) => `"${one}"`).join(', ')
    const message = `Found "${element}", which is not in this estate, wanted one of ${wanted}`
    found.push({ path: ['element'], message })
  }
  if (to !== undefined && to <= from)
    found.push({ path: ['to'], message: 'The fault ends before it begins' })
  if (mode === 'slow-fill' && !stores.has(store ?? ''))
    found.push({
      path: ['store'],
      message: `Found "${store ?? ''}", wanted the name of one of "stores" for a slow fill`,
    })
  if (from > lasts)
    found.push({ path: ['from'], message: 'The fault begins after the end of the drill' })
  return found
}
