// The people file: YAML text to accounts, or every mistake in it at once.
import { type Document, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { type Result, err, ok } from '../../../std/result.ts'
import { suggest } from '../../../std/suggest.ts'
import { type Account, type CanonicalName, canonicalName, nameLengthMax } from './account.ts'
import { isTotpSecret } from './one-time-code.ts'
import { parsePasswordHash } from './password-hash.ts'

/** One mistake: where (`people[2].email`), on which line (from 1, 0 when unknown), and what. */
export interface PeopleMistake {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** Accounts by canonical name, in the order of the file. */
export type People = ReadonlyMap<CanonicalName, Account>

/** Bounds of the file: far above any estate of people kept by hand. */
const fileLengthMax = 8_388_608
const peopleMax = 20_000
const groupsMax = 1000
const textLengthMax = 256

const plainText = z
  .string()
  .max(textLengthMax, `Text is longer than "${textLengthMax}" characters`)
  .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'Text has a control character')

/** What one entry of the file may hold. Unknown keys are mistakes. */
const personSchema = z.strictObject({
  user: plainText.refine(
    (text) => canonicalName(text) !== null && text.trim() === text,
    `Name is empty, longer than "${nameLengthMax}" characters or has space around it`,
  ),
  name: plainText.default(''),
  email: plainText
    .refine(isEmailOrEmpty, 'E-mail address is not of the form "name@domain"')
    .default(''),
  groups: z.array(plainText.min(1, 'Group is empty')).max(groupsMax).default([]),
  password_hash: z.string().superRefine((text, context) => {
    const parsed = parsePasswordHash(text)
    if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.error })
  }),
  totp_secret: z
    .string()
    .refine(isTotpSecret, 'One-time code secret is not base32 of "16" to "64" bytes')
    .nullable()
    .default(null),
})

const personKeys = Object.keys(personSchema.shape)

/** Exactly one `@`, something on both sides, no white space; or nothing at all. */
export function isEmailOrEmpty(text: string): boolean {
  return text === '' || /^[^\s@,;<>]+@[^\s@,;<>]+$/.test(text)
}

/** Reads the text of a people file. */
export function readPeople(text: string): Result<People, readonly PeopleMistake[]> {
  if (text.length > fileLengthMax)
    return err([
      { path: '', line: 0, message: `File is longer than "${fileLengthMax}" characters` },
    ])
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    return err(
      document.errors.map((error) => ({
        path: '',
        line: lines.linePos(error.pos[0]).line,
        message: `YAML cannot be read: ${error.message}`,
      })),
    )
  }
  // The nearest node above a path that is not there: a missing key is on the line of its entry.
  const lineOf = (path: readonly (string | number)[]): number => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true)
      const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : null
      if (Array.isArray(range) && typeof range[0] === 'number') return lines.linePos(range[0]).line
    }
    return 0
  }
  const data = plainData(document)
  return data.ok ? checkPeople(data.value ?? [], lineOf) : data
}

/** The document as plain values. The library throws where aliases would unfold without end. */
function plainData(document: Document): Result<unknown, readonly PeopleMistake[]> {
  try {
    return ok(document.toJS())
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return err([{ path: '', line: 0, message: `YAML cannot be read: ${detail}` }])
  }
}

/** Checks each entry by itself, so that one mistake hides no other, then names that come twice. */
function checkPeople(
  data: unknown,
  lineOf: (path: readonly (string | number)[]) => number,
): Result<People, readonly PeopleMistake[]> {
  if (!Array.isArray(data) || data.length > peopleMax)
    return err([
      { path: '', line: 1, message: `File is not a list of at most "${peopleMax}" people` },
    ])
  const mistakes: PeopleMistake[] = []
  const people = new Map<CanonicalName, Account>()
  const add = (path: readonly (string | number)[], message: string): void => {
    mistakes.push({ path: pathText(path), line: lineOf(path), message })
  }
  for (const [index, entry] of data.entries()) {
    const parsed = personSchema.safeParse(entry)
    if (!parsed.success) {
      for (const issue of parsed.error.issues) addIssue(issue, index, add)
      continue
    }
    const { password_hash: passwordHash, totp_secret: totpSecret, groups, ...person } = parsed.data
    const canonical = canonicalName(person.user)
    const hash = parsePasswordHash(passwordHash)
    if (canonical === null || !hash.ok) continue
    if (people.has(canonical)) {
      add([index, 'user'], `Name "${person.user}" is there twice, compared without regard to case`)
    }
    people.set(canonical, {
      ...person,
      canonical,
      groups: [...new Set(groups)],
      passwordHash: hash.value,
      totpSecret,
    })
  }
  return mistakes.length === 0 ? ok(people) : err(mistakes)
}

/** Turns one finding of the schema into mistakes with our words. Never repeats a value of the file. */
function addIssue(
  issue: z.core.$ZodIssue,
  index: number,
  add: (path: readonly (string | number)[], message: string) => void,
): void {
  const path = [
    index,
    ...issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
  ]
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      const near = suggest(key, personKeys)
      add([...path, key], `Unknown key "${key}"${near === null ? '' : `, did you mean "${near}"?`}`)
    }
    return
  }
  add(
    path,
    issue.code === 'invalid_type' ? `Value is missing or not "${issue.expected}"` : issue.message,
  )
}

function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${part}`),
    'people',
  )
}
