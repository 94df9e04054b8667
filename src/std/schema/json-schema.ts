// JSON Schema (draft 2020-12) out of a declaration, and look-ups in it by path.
import * as z from 'zod'
import type { Schema } from './schema.ts'

/** Where a value is: keys of mappings and positions in lists. */
export type Path = readonly (string | number)[]

/** The part of JSON Schema that our declarations make use of. */
export interface JsonSchema {
  readonly $schema?: string
  readonly $id?: string
  readonly title?: string
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxLength?: number
  readonly pattern?: string
  /** A secret (JSON Schema validation, section 9.4). */
  readonly writeOnly?: boolean
}

/** Making one costs as much as hundreds of checks, and each mistake is explained by it. */
const made = new WeakMap<Schema, JsonSchema>()

/** The schema of what is written, not of what the program gets. The same object for the same schema. */
export function toJsonSchema(schema: Schema): JsonSchema {
  const known = made.get(schema)
  if (known !== undefined) return known
  // Our builders make only the shapes that `JsonSchema` lists; the library's type allows all others.
  const emitted = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema & Declared
  const written = withExamples(emitted)
  made.set(schema, written)
  return written
}

/** zod leaves `examples` out where a parser follows, so our builders declare `example` instead. */
interface Declared {
  readonly example?: unknown
  /** Least and most of a measure; both are examples. */
  readonly range?: readonly unknown[]
}

function withExamples({ example, range, ...node }: JsonSchema & Declared): JsonSchema {
  const { items, properties } = node
  return {
    ...node,
    ...(example === undefined ? {} : { examples: range ?? [example] }),
    ...(items === undefined ? {} : { items: withExamples(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, inner]) => [key, withExamples(inner)]),
          ),
        }),
  }
}

/** The node that describes the value at `path`, or null where nothing is declared. */
export function schemaAt(root: JsonSchema, path: Path): JsonSchema | null {
  let node: JsonSchema | undefined = root
  for (const key of path) {
    const known: JsonSchema = node
    if (typeof key === 'number') node = known.items
    else
      node = Object.hasOwn(known.properties ?? {}, key) ? (known.properties ?? {})[key] : undefined
    if (node === undefined) return null
  }
  return node
}

/** `services[3].auth`; keys that are no plain words stand in quotes: `claims["my key"]`. */
export function formatPath(path: Path): string {
  let written = ''
  for (const key of path) {
    if (typeof key === 'number') written += `[${key}]`
    else if (!/^[A-Za-z_][\w-]{0,63}$/.test(key)) written += `[${JSON.stringify(key.slice(0, 64))}]`
    else written += written === '' ? key : `.${key}`
  }
  return written
}
