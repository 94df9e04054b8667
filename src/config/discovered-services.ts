// Doors that a cluster has, as services of the gate. Whatever cannot be told for certain stays shut. Pure.
import type { FoundDoor, KubernetesSource } from '../estate.ts'
import { type GateConfig, isPathPattern } from '../gate.ts'
import { isHostPattern, isWithinDomain, parseHostPattern } from '../model/host.ts'
import type { AuthTier, Rule, Service } from '../model/service.ts'

/** What was not taken, and why; `about` is an object or a host. */
export interface NotTaken {
  readonly about: string
  readonly why: string
}

/** Services of a cluster beside those of the file. */
export interface DiscoveredServices {
  readonly services: readonly Service[]
  readonly notTaken: readonly NotTaken[]
}

/** Rules of one host at most. */
const rulesMax = 1000
/** Services at most, those of the file not counted. */
const servicesMax = 20_000

/** A group that nobody has: behind it is what cannot be read. */
export const nobody = '(nobody: who may enter cannot be read)'

/** One door as far as the gate decides at it. */
interface Claim {
  readonly pattern: string
  readonly methods: readonly string[]
  readonly auth: AuthTier
  /** Null: everyone who is signed in. */
  readonly groups: readonly string[] | null
  readonly door: FoundDoor
}

/** Services of `doors`, sorted by host. Hosts that `gate` declares itself are its own. */
export function servicesOfDoors(
  doors: readonly FoundDoor[],
  gate: GateConfig,
  source: Pick<KubernetesSource, 'require_annotation'>,
): DiscoveredServices {
  const notTaken: NotTaken[] = []
  const byHost = new Map<string, FoundDoor[]>()
  for (const door of doors) {
    if (tierOf(door, source) === null) continue
    const those = byHost.get(door.host)
    if (those === undefined) byHost.set(door.host, [door])
    else those.push(door)
  }
  const own = new Set<string>([gate.host, ...gate.services.map(({ host }) => host)])
  const services: Service[] = []
  for (const host of [...byHost.keys()].toSorted()) {
    const those = byHost.get(host) ?? []
    const service = serviceOf(host, those, { gate, source, own, notTaken })
    if (service === null) continue
    if (services.length === servicesMax) {
      notTaken.push({ about: host, why: `More than "${servicesMax}" hosts are not taken` })
      break
    }
    services.push(service)
  }
  return { services, notTaken }
}

/** The tier that counts for the gate; null: the object does not ask for it. */
function tierOf(
  { declared, tier }: FoundDoor,
  source: Pick<KubernetesSource, 'require_annotation'>,
): AuthTier | null {
  if (declared === 'unreadable') return 'required'
  if (declared !== null) return declared
  // Without a word of its own, what no gate is asked about is none of ours.
  return !source.require_annotation && (tier === 'required' || tier === 'public') ? tier : null
}

interface Taking {
  readonly gate: GateConfig
  readonly source: Pick<KubernetesSource, 'require_annotation'>
  readonly own: ReadonlySet<string>
  readonly notTaken: NotTaken[]
}

function serviceOf(host: string, doors: readonly FoundDoor[], taking: Taking): Service | null {
  const note = (why: string): void => {
    for (const about of new Set(doors.map(({ from }) => from))) taking.notTaken.push({ about, why })
  }
  const parsed = parseHostPattern(host)
  if (!parsed.ok) {
    note(`The host "${host}" is none that a service can have`)
    return null
  }
  const place = placeFault(parsed.value, taking)
  if (place !== null) {
    note(place)
    return null
  }
  const rules = readRules(host, doors, taking)
  if (rules === null) return null
  const fault = rulesFault(parsed.value, rules)
  if (fault !== null) note(`${fault}: It stays shut`)
  return {
    host: parsed.value,
    name: host,
    // Shut, not unknown: a broader name may be open.
    rules: fault === null ? rules : [shutRule(host)],
    caseInsensitivePaths: false,
    upstream: doors.find(({ upstream }) => upstream !== null)?.upstream ?? null,
  }
}

/** Why a host is none to take from a cluster. */
function placeFault(host: Service['host'], { gate, own }: Taking): string | null {
  if (own.has(host)) return `The host "${host}" is declared in the configuration file, which counts`
  return isSignInSeen(host.replace(/^\*\./, ''), gate)
    ? null
    : `The host "${host}" is outside the cookie domain "${gate.domain}"`
}

/** Why the rules of a host cannot be taken as they are. */
function rulesFault(host: Service['host'], rules: readonly Rule[]): string | null {
  if (rules.length > rulesMax) return `The host "${host}" has more than "${rulesMax}" rules`
  return isHostPattern(host) && rules.some(({ auth }) => auth !== 'required')
    ? `The host "${host}" is open for more names than the cluster leads anywhere`
    : null
}

/** Rules of a host; null: it asks for nothing that can be told. */
function readRules(
  host: string,
  doors: readonly FoundDoor[],
  { notTaken, source }: Taking,
): readonly Rule[] | null {
  const claims: Claim[] = []
  for (const door of doors) {
    const auth = tierOf(door, source) ?? 'required'
    const claim = claimOf(door, auth)
    if (typeof claim !== 'string') {
      claims.push(claim)
      continue
    }
    // An open part that cannot be told stays under what is around it; a shut one may not.
    notTaken.push({ about: door.from, why: claim })
    if (auth === 'required') return [shutRule(host)]
  }
  return claims.length === 0 ? null : rulesOf(host, claims, notTaken)
}

/** A sign-in is never seen outside the cookie domain, but for that through an outpost. */
function isSignInSeen(host: string, { domain, identity, outpost }: GateConfig): boolean {
  const isOutpostAlone =
    outpost !== null && identity.oidc.length === 0 && identity.accounts === null
  return isOutpostAlone || isWithinDomain(host, domain)
}

/** A claim, or the sentence why there is none. */
function claimOf(door: FoundDoor, auth: AuthTier): Claim | string {
  const { headers, isExact, isPartial, methods, path } = door
  if (auth !== 'required' && headers.length > 0)
    return `It opens "${path}" by a header: a request does not tell which route it came from`
  if (auth !== 'required' && isPartial)
    return `It opens "${path}" under conditions that are not looked into`
  const trimmed = path.replace(/\/+$/, '')
  const pattern = isExact ? path : `${trimmed}/**`
  if (trimmed.includes('*') || !isPathPattern(pattern))
    return `The path "${path}" is none that a rule can have`
  const isUnreadable = door.declared === 'unreadable'
  return {
    pattern,
    // What holds for a shut part only holds for all of it.
    methods: auth === 'required' ? [] : methods,
    auth,
    groups: isUnreadable ? [nobody] : door.groups,
    door,
  }
}

function rulesOf(host: string, claims: readonly Claim[], notTaken: NotTaken[]): readonly Rule[] {
  const byPlace = new Map<string, Claim[]>()
  for (const claim of claims) {
    const place = [claim.pattern, ...claim.methods.toSorted()].join(' ')
    const those = byPlace.get(place)
    if (those === undefined) byPlace.set(place, [claim])
    else those.push(claim)
  }
  const rules = [...byPlace.values()].map((those) => ruleOf(host, those, notTaken))
  // What no object leads anywhere is nobody's.
  return byPlace.has('/**') ? rules : [...rules, shutRule(host)]
}

const strictness: readonly AuthTier[] = ['required', 'public', 'app', 'none']

/** Of objects that disagree about one place the strictest counts: whoever may enter satisfies all. */
function ruleOf(host: string, claims: readonly Claim[], notTaken: NotTaken[]): Rule {
  const [first] = claims
  const auth = strictness.find((tier) => claims.some((claim) => claim.auth === tier)) ?? 'required'
  const asking = claims.filter((claim) => claim.auth === auth)
  const groups = asking.reduce<readonly string[] | null>(
    (all, claim) => intersection(all, claim.groups),
    null,
  )
  if (new Set(claims.map((claim) => `${claim.auth} ${String(claim.groups)}`)).size > 1)
    for (const about of new Set(claims.map(({ door }) => door.from)))
      notTaken.push({
        about,
        why: `It disagrees with another object about "${host}${first?.pattern ?? ''}": The strictest counts`,
      })
  return rule(
    host,
    { path: first?.pattern ?? '/**', methods: first?.methods ?? [] },
    { auth, groups },
  )
}

function intersection(
  a: readonly string[] | null,
  b: readonly string[] | null,
): readonly string[] | null {
  if (a === null || b === null) return a ?? b
  const both = a.filter((group) => b.includes(group))
  return both.length === 0 ? [nobody] : both
}

function shutRule(host: string): Rule {
  return rule(host, { path: '/**', methods: [] }, { auth: 'required', groups: [nobody] })
}

function rule(
  host: string,
  { methods, path }: Pick<Rule, 'path' | 'methods'>,
  { auth, groups }: Pick<Claim, 'auth' | 'groups'>,
): Rule {
  return {
    id: [host, path, ...methods].join(' '),
    ...{ path, methods, auth, networks: [] },
    groups: auth === 'required' ? (groups ?? []) : [],
    users: [],
    emailDomains: [],
    providers: [],
  }
}
