// A running Traefik's own account of its routers and middlewares (its API) as doors. Pure.
import type { Discovery, FoundDoor, NotUnderstood } from './discovery.ts'
import { type Json, at, listAt, numberAt, textAt, textsAt } from './json.ts'
import { placesOf } from './traefik-places.ts'
import { readTraefikRule } from './traefik-rule.ts'

/** What its API answers at `/api/http/routers` and `/api/http/middlewares`. */
export interface TraefikAnswers {
  readonly routers: Json
  readonly middlewares: Json
}

/** Doors of every enabled router. */
export function discoverTraefik({ middlewares, routers }: TraefikAnswers): Discovery {
  const known = new Map(
    listAt({ list: middlewares }, 'list').map((one) => [textAt(one, 'name') ?? '', one] as const),
  )
  const all = listAt({ list: routers }, 'list')
  const read = all.map((router) => readRouter(router, known))
  return {
    source: 'traefik',
    doors: read.flatMap(({ doors }) => doors),
    notUnderstood: [
      ...read.flatMap(({ notUnderstood }) => notUnderstood),
      ...(Array.isArray(routers) ? [] : [{ object: 'routers', why: 'The answer is no list' }]),
    ],
    read: all.length,
  }
}

interface ReadRouter {
  readonly doors: readonly FoundDoor[]
  readonly notUnderstood: readonly NotUnderstood[]
}

function readRouter(router: Json, known: ReadonlyMap<string, Json>): ReadRouter {
  const name = textAt(router, 'name') ?? '?'
  const from = `router ${name}`
  const rule = textAt(router, 'rule')
  if (rule === null) return { doors: [], notUnderstood: [{ object: from, why: 'It has no rule' }] }
  if (textAt(router, 'status') === 'disabled') return { doors: [], notUnderstood: [] }
  const read = readTraefikRule(rule)
  if (!read.ok)
    return { doors: [], notUnderstood: [{ object: from, why: `${read.error}: "${rule}"` }] }
  const provider = /@(.+)$/.exec(name)?.[1]
  const unknown: string[] = []
  const seen = new Set<string>()
  const links = textsAt(router, 'middlewares')
  const isAsked = links.some((link) =>
    asksGate(qualified(link, provider), { known, unknown, seen }),
  )
  const usual = {
    from,
    tier: isAsked ? 'required' : 'none',
    declared: null,
    groups: null,
    priority: numberAt(router, 'priority') ?? 0,
    ruleLength: rule.length,
    upstream: null,
  } as const
  const places = read.value.map((matchers) => placesOf(matchers, from))
  return {
    doors: places.flatMap(({ doors }) => doors.map((door) => ({ ...door, ...usual }))),
    notUnderstood: [
      ...places.flatMap(({ notUnderstood }) => notUnderstood),
      ...unknown.map((link) => ({
        object: from,
        why: `The middleware "${link}" is not among what was read`,
      })),
    ],
  }
}

/** A link without a provider is one of the router's own. */
function qualified(link: string, provider: string | undefined): string {
  return link.includes('@') || provider === undefined ? link : `${link}@${provider}`
}

interface Chains {
  readonly known: ReadonlyMap<string, Json>
  readonly unknown: string[]
  /** Followed already: once is enough, and a cycle ends there. */
  readonly seen: Set<string>
}

function asksGate(name: string, chains: Chains): boolean {
  if (chains.seen.has(name)) return false
  chains.seen.add(name)
  const middleware = chains.known.get(name)
  if (middleware === undefined) {
    chains.unknown.push(name)
    return false
  }
  if (at(middleware, 'forwardAuth') !== undefined) return true
  const provider = /@(.+)$/.exec(name)?.[1]
  return textsAt(middleware, 'chain', 'middlewares').some((link) =>
    asksGate(qualified(link, provider), chains),
  )
}
