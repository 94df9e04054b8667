// Secrets inside of what is compared: in mappings by their names, in texts by how they look. Compared, never shown.
import { createHmac } from 'node:crypto'
import { isFields } from '../../std/fields.ts'

/** Names of keys whose values are taken for secrets. */
const secretName =
  /passw|passphrase|(?:^|[_-])pass$|pwd|secret|token|private_?key|api_?key|credential|bearer/i

/** Names that only say where a secret is, or how long one lives. */
const placeName =
  /secret_?names?$|_secrets$|imagePullSecrets$|_attribute$|_validity$|(?:ref|path|file)s?$/i

/** A reference to a secret of Kubernetes: where it is, not what it is. */
const referenceKeys: ReadonlySet<string> = new Set([
  ...['secretName', 'name', 'namespace', 'key', 'optional', 'items', 'defaultMode'],
])

/** Deepest mapping that is looked into; what lies deeper is replaced whole. */
const depthMax = 32

/** What stands for a secret begins so. */
export const secretMark = 'secret:'

/** Hexadecimal digits of a hash that are shown. */
const shownDigits = 12

/**
 * `value` with every secret replaced by a hash that is keyed with `key`: equal secrets stay equal within
 * one run, and a hash tells nobody who lacks the key whether a guess is right.
 */
export function withoutSecrets(value: unknown, key: Uint8Array, depth = 0): unknown {
  if (depth > depthMax) return hashed(value, key)
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, key, depth + 1))
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isSecret(name, inner) ? hashed(inner, key) : withoutSecrets(inner, key, depth + 1),
    ]),
  )
}

function isSecret(name: string, value: unknown): boolean {
  if (value === null || value === undefined || typeof value === 'boolean') return false
  if (isHiddenSecret(value) || !secretName.test(name) || placeName.test(name)) return false
  return !isFields(value) || Object.keys(value).some((inner) => !referenceKeys.has(inner))
}

/** The same for a single value at a path such as `config.api_token`, and for all texts in it. */
export function withoutSecretsAt(path: string, value: unknown, key: Uint8Array): unknown {
  const name = path.slice(path.lastIndexOf('.') + 1)
  return textsWithoutSecrets(
    isSecret(name, value) ? hashed(value, key) : withoutSecrets(value, key),
    key,
  )
}

function textsWithoutSecrets(value: unknown, key: Uint8Array): unknown {
  if (typeof value === 'string') return textWithoutSecrets(value, key)
  if (Array.isArray(value)) return value.map((one) => textsWithoutSecrets(one, key))
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, textsWithoutSecrets(inner, key)]),
  )
}

/** Longest text that is looked through; what is longer is cut, since a part of it may be anything. */
const textLengthMax = 65_536

/** Secrets inside of addresses. */
const addressLooks: readonly string[] = [
  // Who is named before the host.
  String.raw`(?<=[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/"'<>]{1,500}(?=@)`,
  // Values of a query that are long enough, whatever their name: what it means is the service's affair.
  String.raw`(?<=[?&][^\s=&#"'<>]{1,100}=)[^\s&#"'<>]{6,4000}`,
]
const inAddresses = new RegExp(addressLooks.join('|'), 'gi')

/** Secrets as they look in texts, found in one pass: what stands for one is not looked at again. */
const inTexts = new RegExp(
  [
    ...addressLooks,
    String.raw`(?<=\b(?:bearer|basic)\s{1,3})[a-z0-9+/=._~-]{8,4000}`,
    // `--api-key=…`, `password: …`, `token = "…"`.
    String.raw`(?<=(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|private[_-]?key)["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"',;&]{4,4000}`,
    // A JSON Web Token (RFC 7519).
    String.raw`\beyJ[\w-]{4,4000}\.[\w-]{4,8000}\.[\w-]{0,4000}`,
  ].join('|'),
  'gi',
)

/** A text with everything that looks like a secret replaced by its keyed hash. */
export function textWithoutSecrets(text: string, key: Uint8Array): string {
  // What stands for a secret already, whole.
  if (ourHash.test(text)) return text
  return text.slice(0, textLengthMax).replace(inTexts, (found) => hashed(found, key))
}

/** The same for a sentence of ours, in which only an address can hold a secret. */
export function addressWithoutSecrets(text: string, key: Uint8Array): string {
  return text.slice(0, textLengthMax).replace(inAddresses, (found) => hashed(found, key))
}

const ourHash = new RegExp(`^${secretMark}[0-9a-f]{${shownDigits}}$`)

function hashed(value: unknown, key: Uint8Array): string {
  const digest = createHmac('sha256', key).update(JSON.stringify(value)).digest('hex')
  return `${secretMark}${digest.slice(0, shownDigits)}`
}

/** True for what {@link withoutSecrets} put in place of a secret. */
export function isHiddenSecret(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(secretMark)
}
