// The place of a secret that looks like the secret itself. The finding never shows it.
import type { EstateRule } from '../rule.ts'

/** Beginnings that issuers give to tokens, and the form of JSON Web Tokens and keys. */
const tokens = [
  /^(gh[pousr]|github_pat|glpat|xox[abprs]|sk|pk|hvs|dop_v1|tskey)[-_]/,
  /^(AKIA|ASIA)[A-Z0-9]{16}$/,
  /^ey[A-Za-z0-9_-]+\.ey[A-Za-z0-9_-]+\./,
  /-----BEGIN /,
  /^uk\d+_/,
  // What `openssl rand` writes: hexadecimal digits, or base64 with its padding.
  /^[0-9a-f]{32,}$/i,
  /^[A-Za-z0-9+/_-]{20,}={1,2}$/,
  // An address with the password in it.
  /^[a-z][a-z0-9+.-]*:\/\/[^/@]*:[^/@]+@/i,
] as const

/** Shortest text without any separator that no place has. */
const bareLengthMin = 24

/** Secrets whose place looks like a value. */
export const secretAsValue: EstateRule = {
  id: 'secret-as-value',
  severity: 'error',
  title: 'A secret stands where its place belongs',
  reason: 'The declaration is read by everyone who may read the repository, and kept for ever',
  fix: 'Change the secret, then write where it lives: a Vault path, "namespace/name/key" or a file',
  find: ({ areas }) =>
    areas.secrets.secrets.flatMap(({ name, ref }, i) =>
      looksLikeValue(ref)
        ? [
            {
              path: ['estate', 'secrets', 'secrets', i, 'ref'],
              message: `The place of "${name}" looks like the secret itself`,
            },
          ]
        : [],
    ),
  examples: {
    failing: {
      estate: {
        secrets: {
          secrets: [{ name: 'oidc', place: 'vault', ref: 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6' }],
        },
      },
    },
    passing: {
      estate: {
        secrets: { secrets: [{ name: 'oidc', place: 'vault', ref: 'secret/gatehouse#oidc' }] },
      },
    },
  },
}

function looksLikeValue(ref: string): boolean {
  if (tokens.some((token) => token.test(ref))) return true
  return (
    ref.length >= bareLengthMin &&
    /^[A-Za-z0-9+=]+$/.test(ref) &&
    /\d/.test(ref) &&
    /[A-Z]/.test(ref)
  )
}
