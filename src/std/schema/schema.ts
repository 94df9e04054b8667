// Building blocks of declared settings, over zod: one declaration feeds parser, JSON Schema and reference.
// Every issue's message says what is wanted; check.ts makes a person's sentence of it.
import * as z from 'zod'
import type { Result } from '../result.ts'
import { parseDurationMs, parseSizeBytes } from '../units.ts'

/** A declaration: what is written (`In`) and what the program gets (`Out`). */
export type Schema<Out = unknown, In = unknown> = z.ZodType<Out, In>

/** What is written for a schema. */
export type InputOf<S extends Schema> = z.input<S>

/** What the program gets out of a schema. */
export type OutputOf<S extends Schema> = z.output<S>

/** Fields of a section by key. */
export type Fields = Readonly<Record<string, Schema>>

/** A mapping in which every key is declared; any other key is a mistake. */
export type Section<F extends Fields> = z.ZodObject<F, z.core.$strict>

/** Why a text is refused: an optional sentence more than what is wanted, and what to write instead. */
export interface TextFault {
  readonly hint?: string
  readonly suggestion?: string
}

/** Most characters that any text setting may have unless it says otherwise. */
export const textLengthMax = 1024

/** A mapping of the declared `fields`. */
export function section<F extends Fields>(fields: F): Section<F> {
  return z.strictObject(fields, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : 'a mapping of settings'),
  })
}

/** A setting that must be there. `about` is its sentence in the reference. */
export function required<S extends Schema>(about: string, schema: S): S {
  return schema.meta({ description: about })
}

/** A setting that may be left out. */
export function optional<S extends Schema>(about: string, schema: S): z.ZodOptional<S> {
  return described(schema.optional(), { description: about })
}

/** A setting of which nothing is known here: it must be left out. */
export const undeclared = z.never().optional()

/** A setting that reads as if `value` were written when it is left out. */
export function defaulted<S extends Schema>(
  about: string,
  schema: S,
  value: InputOf<S>,
): z.ZodPrefault<S> {
  const settled = schema.prefault(() => value)
  return described(settled, { description: about, default: value })
}

/** Any text of 1 to `lengthMax` characters without control characters, such as `example`. */
export function text(wanted: string, example: string, lengthMax = textLengthMax) {
  return parsed({ wanted, example, lengthMax, parse: (value) => ({ ok: true, value }) })
}

/** A text of which no error message, log line or page ever shows the value. */
export function secret(wanted: string) {
  return z
    .string({ error: () => wanted })
    .min(1, wanted)
    .max(textLengthMax, wanted)
    .meta({ writeOnly: true })
}

/** How a text with a form of its own is declared. */
export interface ParsedText<Out> {
  /** Completes "wanted …": `a host name such as "grafana.example.com"`. */
  readonly wanted: string
  readonly example: string
  readonly lengthMax?: number
  /** Regular expression for editors; the parser alone decides. */
  readonly pattern?: string
  parse(text: string): Result<Out, TextFault>
}

/** A text with a form of its own, read by `parse`. Control characters are refused before. */
export function parsed<Out>(options: ParsedText<Out>) {
  const { wanted, example, pattern } = options
  const lengthMax = options.lengthMax ?? textLengthMax
  const read = z
    .string({ error: () => wanted })
    .check(z.minLength(1, wanted), z.maxLength(lengthMax, wanted))
    .transform((value, context): Out => {
      const clean = !/\p{Cc}/u.test(value)
      const result = clean ? options.parse(value) : controlCharacters
      if (result.ok) return result.value
      context.issues.push({
        code: 'custom',
        message: wanted,
        input: value,
        params: { ...result.error },
      })
      return z.NEVER
    })
  return described(read, { example, ...(pattern === undefined ? {} : { pattern }) })
}

/**
 * `fresh` with what the reference says of it. `meta()` would make another copy, and copies are most of what
 * declaring hundreds of settings costs at each start; so `fresh` must be nobody else's.
 */
function described<S extends Schema>(fresh: S, meta: z.GlobalMeta): S {
  z.globalRegistry.add(fresh, meta)
  return fresh
}

const controlCharacters = {
  ok: false,
  error: { hint: 'It holds control characters' },
} as const satisfies Result<never, TextFault>

/** Limits of a measured setting, as people write them (`1m`, `64MiB`); both ends belong to it. */
export interface UnitLimits {
  readonly min: string
  readonly max: string
}

/** A duration such as `7d` or `1h30m`, in milliseconds. */
export function duration(limits: UnitLimits) {
  return measured(
    `a duration from "${limits.min}" to "${limits.max}" (units: ms, s, m, h, d, w)`,
    limits,
    parseDurationMs,
  )
}

/** A size such as `64MiB`, in bytes. */
export function size(limits: UnitLimits) {
  return measured(
    `a size from "${limits.min}" to "${limits.max}" (units: B, KiB, MiB, GiB)`,
    limits,
    parseSizeBytes,
  )
}

function measured(wanted: string, limits: UnitLimits, parse: (text: string) => number | null) {
  const min = parse(limits.min) ?? 0
  const max = parse(limits.max) ?? 0
  const schema = parsed({
    wanted,
    example: limits.min,
    lengthMax: 32,
    parse: (value) => {
      const amount = parse(value)
      if (amount === null) return { ok: false, error: {} }
      if (amount >= min && amount <= max) return { ok: true, value: Math.round(amount) }
      const hint = amount < min ? `"${limits.min}" is the least` : `"${limits.max}" is the most`
      return { ok: false, error: { hint } }
    },
  })
  return schema.meta({ range: [limits.min, limits.max] })
}

/** A whole number from `min` to `max`. */
export function count(min: number, max: number) {
  const wanted = `a whole number from "${min}" to "${max}"`
  return z
    .number({ error: () => wanted })
    .check(z.int(wanted), z.gte(min, wanted), z.lte(max, wanted))
}

/** `true` or `false`. */
export function flag() {
  return z.boolean({ error: () => '"true" or "false"' })
}

/** One of a few words. */
export function choice<const V extends readonly [string, ...string[]]>(values: V) {
  const wanted = `one of ${values.map((value) => `"${value}"`).join(', ')}`
  return z.enum(values, { error: () => wanted })
}

/** Bounds of a list; an empty list is a mistake unless `min` is 0. */
export interface ListLimits {
  readonly min?: number
  readonly max: number
}

/** A list of `item`, of 1 to `max` entries unless `limits` say otherwise. */
export function list<S extends Schema>(item: S, limits: ListLimits) {
  const min = limits.min ?? 1
  const wanted = `a list of "${min}" to "${limits.max}" entries`
  return z
    .array(item, { error: () => wanted })
    .check(z.minLength(min, wanted), z.maxLength(limits.max, wanted))
}

/** A text of several lines, such as a list of patterns or a small program. Other control characters are refused. */
export function lines(wanted: string, example: string, lengthMax = textLengthMax) {
  return z
    .string({ error: () => wanted })
    .min(1, wanted)
    .max(lengthMax, wanted)
    .refine((value) => !/[^\P{Cc}\t\n]/u.test(value), { error: () => wanted })
    .meta({ example })
}

/** A mapping in the form of another program, taken as it is: of `bytesMax` characters of JSON at most. */
export function freeMapping(wanted: string, bytesMax: number) {
  return z
    .record(z.string(), z.unknown(), { error: () => wanted })
    .refine((value) => JSON.stringify(value).length <= bytesMax, { error: () => wanted })
}
