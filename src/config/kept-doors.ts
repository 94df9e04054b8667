// Doors of a cluster on disk, for a start while nobody can ask: written whole, read as hostile input.
import { isDeepStrictEqual } from 'node:util'
import type { FoundDoor, KubernetesSource } from '../estate.ts'
import { authTiers } from '../model/service.ts'
import { type Result, err, ok } from '../std/result.ts'
import { check } from '../std/schema/check.ts'
import {
  type OutputOf,
  choice,
  count,
  flag,
  list,
  optional,
  required,
  section,
  text,
} from '../std/schema/schema.ts'

/** Form of the file; one of another form is not read. */
const form = 1
/** Longest file, in characters; what is longer is none of ours. */
const charactersMax = 32 * 1024 * 1024
const doorsMax = 100_000
const methodsMax = 20
const headersMax = 50
const groupsMax = 1000

/** What of a source decides which doors there are: another one has others. */
type SourceKey = Pick<
  KubernetesSource,
  'url' | 'namespaces' | 'auth_annotations' | 'group_annotations' | 'require_annotation'
>

const anyText = (lengthMax: number) => text('a text', 'x', lengthMax)

const doorSchema = section({
  host: required('Host or wildcard', anyText(255)),
  path: required('Path', anyText(4096)),
  isExact: required('Exactly that path', flag()),
  methods: required('Methods; none: all', list(anyText(32), { min: 0, max: methodsMax })),
  headers: required(
    'Conditions on headers',
    list(
      section({ name: required('Name', anyText(256)), value: required('Value', anyText(1024)) }),
      {
        min: 0,
        max: headersMax,
      },
    ),
  ),
  tier: required('Effective tier', choice(authTiers)),
  declared: optional('Tier that the object says', choice([...authTiers, 'unreadable'])),
  isPartial: required('It has conditions that are not looked into', flag()),
  groups: optional('Groups that it names', list(anyText(256), { min: 0, max: groupsMax })),
  upstream: optional('Where the service listens', anyText(1024)),
  from: required('The object', anyText(1024)),
})

const fileSchema = section({
  form: required('Form of this file', count(form, form)),
  at: required('When the cluster said so, epoch ms', count(0, 8_640_000_000_000_000)),
  source: required(
    'Who said so',
    section({
      url: required('API server', anyText(1024)),
      namespaces: required('Namespaces', list(anyText(63), { min: 0, max: 200 })),
      auth_annotations: required('Annotations', list(anyText(317), { min: 0, max: 10 })),
      group_annotations: required('Annotations', list(anyText(317), { min: 0, max: 10 })),
      require_annotation: required('Only with annotations', flag()),
    }),
  ),
  doors: required('Doors', list(doorSchema, { min: 0, max: doorsMax })),
})

/** Doors as they were at `at`, epoch ms. */
export interface KeptDoors {
  readonly at: number
  readonly doors: readonly FoundDoor[]
}

/** Why a file is not used: damaged, or about another cluster. `detail` holds nothing of its content. */
export interface KeptFault {
  readonly kind: 'damaged' | 'other-source'
  readonly detail: string
}

/**
 * The text of the file, and the hosts that it leaves out. A door that could not be read again takes all of its
 * host along: a part of a host may be more open than all of it.
 */
export function keptDoorsText(
  kept: KeptDoors,
  source: KubernetesSource,
): { readonly text: string; readonly leftOut: readonly string[] } {
  const entries = kept.doors.map(entryOf)
  const leftOut = new Set(
    entries.filter((entry) => !check(doorSchema, entry).ok).map(({ host }) => host),
  )
  const doors = entries.filter(({ host }) => !leftOut.has(host))
  const content = { form, at: Math.trunc(kept.at), source: keyOf(source), doors }
  return { text: `${JSON.stringify(content)}\n`, leftOut: [...leftOut] }
}

/** Reads such a file. What it says is judged like the word of a cluster: nothing of it counts by itself. */
export function readKeptDoors(
  content: string,
  source: KubernetesSource,
): Result<KeptDoors, KeptFault> {
  if (content.length > charactersMax)
    return err({ kind: 'damaged', detail: `It is longer than ${charactersMax} characters` })
  const read = check(fileSchema, parsed(content))
  if (!read.ok) {
    const [first] = read.error
    const place = first === undefined ? '' : ` at "${first.path.join('.').slice(0, 100)}"`
    return err({ kind: 'damaged', detail: `It is not of the form that is written${place}` })
  }
  const { at, doors, source: said } = read.value
  if (!isDeepStrictEqual(said, keyOf(source)))
    return err({ kind: 'other-source', detail: 'It is about another cluster or other annotations' })
  return ok({ at, doors: doors.map(doorOf) })
}

type Entry = OutputOf<typeof doorSchema>

function entryOf(door: FoundDoor): Entry {
  const { declared, from, groups, headers, host, isExact, isPartial, methods, path } = door
  return {
    ...{ host, path, isExact, methods: [...methods], tier: door.tier, isPartial, from },
    headers: headers.map(({ name, value }) => ({ name, value })),
    ...(declared === null ? {} : { declared }),
    ...(groups === null ? {} : { groups: [...groups] }),
    ...(door.upstream === null ? {} : { upstream: door.upstream }),
  }
}

/** In which order a proxy tries doors is nothing that the gate asks for. */
function doorOf({ declared, groups, upstream, ...entry }: Entry): FoundDoor {
  return {
    ...entry,
    declared: declared ?? null,
    groups: groups ?? null,
    upstream: upstream ?? null,
    priority: 0,
    ruleLength: 0,
  }
}

function keyOf(source: KubernetesSource): SourceKey {
  const { auth_annotations, group_annotations, namespaces, require_annotation, url } = source
  return { url, namespaces, auth_annotations, group_annotations, require_annotation }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}
