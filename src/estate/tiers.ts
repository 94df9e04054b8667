// Which auth tier a visitor meets: at the front page of a host, and all of them on one host.
import type { AuthTier, Rule } from '../model/service.ts'
import type { EstateService } from './estate.ts'

/** The rule of the front page from anywhere; null where only paths are led anywhere. */
export function frontRule({ facts, rules }: EstateService): Rule | null {
  if (facts.paths_only) return null
  const usual = (rule: Rule): boolean => rule.methods.length === 0 && rule.networks.length === 0
  return rules.find((rule) => usual(rule) && (rule.path === '/' || rule.path === '/**')) ?? null
}

/** Every tier that the host has, by path or by header, without those of paths that lead nowhere. */
export function tiersOf(service: EstateService): ReadonlySet<AuthTier> {
  const { facts, rules } = service
  const routed = facts.paths_only ? rules.filter(({ path }) => path !== '/**') : rules
  return new Set([...routed.map(({ auth }) => auth), ...facts.bypasses.map(({ auth }) => auth)])
}

/** True for tiers in which the gate asks nobody to sign in. */
export function isOpen(tier: AuthTier): boolean {
  return tier === 'none' || tier === 'app'
}
