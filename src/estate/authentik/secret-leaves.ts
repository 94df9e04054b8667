// Secrets inside free mappings (attributes of a group, config of an outpost): compared, never shown.
import { createHmac } from 'node:crypto'
import { isFields } from '../../std/fields.ts'

/** Names of keys whose values are taken for secrets. */
const secretName = /passw|secret|token|private_?key|api_?key|credential|bearer/i

/** Names that only say where a secret is. */
const placeName = /secret_name$|_secrets$|_attribute$/i

/** Deepest mapping that is looked into; what lies deeper is replaced whole. */
const depthMax = 32

/** What stands for a secret begins so. */
export const secretMark = 'secret:'

/**
 * `value` with every secret replaced by a hash that is keyed with `key`: equal secrets stay equal within
 * one run, and a hash tells nobody who lacks the key whether a guess is right.
 */
export function withoutSecrets(value: unknown, key: Uint8Array, depth = 0): unknown {
  if (depth > depthMax) return hashed(value, key)
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, key, depth + 1))
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const isSecret = secretName.test(name) && !placeName.test(name) && inner !== null
      return [
        name,
        isSecret && typeof inner !== 'boolean'
          ? hashed(inner, key)
          : withoutSecrets(inner, key, depth + 1),
      ]
    }),
  )
}

function hashed(value: unknown, key: Uint8Array): string {
  const digest = createHmac('sha256', key).update(JSON.stringify(value)).digest('hex')
  return `${secretMark}${digest.slice(0, 12)}`
}

/** True for what {@link withoutSecrets} put in place of a secret. */
export function isHiddenSecret(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(secretMark)
}
