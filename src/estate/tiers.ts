// Which auth tier a visitor meets: at a path, at the front page of a host, and all of them on one host.
import type { AuthTier, Rule } from '../model/service.ts'
import type { EstateService } from './estate.ts'

/** Path without query and fragment, in segments; the root has none. */
function segmentsOf(path: string): readonly string[] {
  return (path.split(/[?#]/, 1)[0] ?? '').split('/').filter((segment) => segment !== '')
}

function lowerCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Whether the pattern of a rule (`/api/*\/x`, `/api/**`) holds a path. */
export function coversPath(pattern: string, path: string): boolean {
  const wanted = segmentsOf(pattern)
  const found = segmentsOf(path)
  const rest = wanted.at(-1) === '**'
  const fixed = rest ? wanted.slice(0, -1) : wanted
  if (rest ? found.length < fixed.length : found.length !== fixed.length) return false
  return fixed.every((segment, i) => segment === '*' || segment === found[i])
}

/** The rule that a GET of `path` from anywhere falls under; null where the path is led nowhere. */
export function ruleAt(service: EstateService, path: string): Rule | null {
  const fold = service.caseInsensitivePaths ? lowerCase : (text: string): string => text
  const covering = routedRules(service).filter(
    ({ methods, networks, path: pattern }) =>
      (methods.length === 0 || methods.includes('GET')) &&
      networks.length === 0 &&
      coversPath(fold(pattern), fold(path)),
  )
  return covering.toSorted(compareRules)[0] ?? null
}

/** The more specific rule first: segment by segment a text before `*` before `**`, then one with methods. */
function compareRules(a: Rule, b: Rule): number {
  const [left, right] = [segmentsOf(a.path).map(rankOf), segmentsOf(b.path).map(rankOf)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    // A pattern that has ended holds one path; one that goes on with `**` holds it and those below.
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return b.methods.length - a.methods.length
}

function rankOf(segment: string): number {
  if (segment === '**') return 2
  return segment === '*' ? 1 : 0
}

/** The rule of the front page from anywhere; null where only paths are led anywhere. */
export function frontRule(service: EstateService): Rule | null {
  return service.facts.paths_only ? null : ruleAt(service, '/')
}

/** Every tier that the host has, by path or by header, without those of paths that lead nowhere. */
export function tiersOf(service: EstateService): ReadonlySet<AuthTier> {
  const { facts } = service
  return new Set([
    ...routedRules(service).map(({ auth }) => auth),
    ...facts.bypasses.map(({ auth }) => auth),
  ])
}

/** The rules of paths that lead somewhere. */
export function routedRules({ facts, rules }: EstateService): readonly Rule[] {
  return facts.paths_only ? rules.filter(({ path }) => path !== '/**') : rules
}

/** True for tiers in which the gate asks nobody to sign in. */
export function isOpen(tier: AuthTier): boolean {
  return tier === 'none' || tier === 'app'
}

/**
 * The service that a host belongs to: the one of that name, else that of the nearest wildcard
 * (`*.example.com` holds every name below it, at any depth).
 */
export function serviceOf(
  services: readonly EstateService[],
  host: string,
): EstateService | undefined {
  const exact = services.find((service) => service.host === host)
  if (exact !== undefined) return exact
  return services
    .filter((service) => service.host.startsWith('*.') && host.endsWith(service.host.slice(1)))
    .toSorted((a, b) => b.host.length - a.host.length)[0]
}
