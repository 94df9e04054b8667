// The section `services` as the policy takes it: what each path inherits, and what makes no sense.
import { type GateConfig, everyone, policyFindings } from '../gate.ts'
import { isWithinDomain } from '../model/host.ts'
import type { AuthTier, Requirement, Rule, Service } from '../model/service.ts'
import { suggest } from '../std/suggest.ts'
import type { Path } from '../std/schema/json-schema.ts'
import { accountsId, authentikId } from './identity.ts'
import type { Inspection } from './inspection.ts'
import type { Settings } from './schema.ts'

type ServiceSettings = Settings['services'][number]
type PathSettings = NonNullable<ServiceSettings['paths']>[number]

/** What a service and a path have alike. */
type Access = Omit<PathSettings, 'path'>

/** Shared, since most rules of a large estate name neither methods nor networks. */
const none: readonly never[] = Object.freeze([])

const anyone: Requirement = Object.freeze({ groups: none, users: none, emailDomains: none })

/** The services, checked; findings go to `inspection`. */
export function buildServices(
  inspection: Inspection,
  { identity, outpost }: Pick<GateConfig, 'identity' | 'outpost'>,
): readonly Service[] {
  const settings = inspection.settings.services ?? []
  const providers = [
    ...identity.oidc.map(({ id }) => id),
    ...(identity.accounts === null ? [] : [accountsId]),
    ...(outpost === null ? [] : [authentikId]),
  ]
  const services = settings.map((service, i) => {
    const at: Path = ['services', i]
    checkAccess(inspection, at, { auth: service.auth, access: service, providers })
    for (const [j, entry] of (service.paths ?? []).entries()) {
      const auth = tierOf(service, entry)
      checkAccess(inspection, [...at, 'paths', j], { auth, access: entry, providers })
    }
    return buildService(service)
  })
  checkPolicy(inspection, services, providers)
  // A sign-in through an outpost has a cookie of the provider of each host, not one of our domain.
  if (!isOutpostAlone(providers)) checkDomain(inspection, services)
  checkIdentity(inspection, services, providers)
  return services
}

/** True when nobody signs in but through authentik. */
function isOutpostAlone(providers: readonly string[]): boolean {
  return providers.length === 1 && providers[0] === authentikId
}

/** One service: its rules in the order of `paths`, its own rule for all paths last. */
export function buildService(service: ServiceSettings): Service {
  const entries = service.paths ?? []
  const own = buildRule(service, { path: '/**', auth: service.auth })
  const rules = entries.map((entry) => buildRule(service, entry))
  // An entry for all paths under the same conditions says the same thing better.
  const replaced = rules.some((rule) => rule.id === own.id)
  return {
    host: service.host,
    name: service.name ?? service.host,
    rules: replaced ? rules : [...rules, own],
    caseInsensitivePaths: service.case_insensitive_paths,
    upstream: service.upstream ?? null,
  }
}

function buildRule(service: ServiceSettings, entry: PathSettings): Rule {
  const auth = tierOf(service, entry)
  const methods = entry.methods ?? service.methods ?? none
  const networks = entry.networks ?? service.networks ?? none
  // Who may enter is inherited whole or not at all: "any of" two lists would let in more than each.
  const names = namesPeople(entry) ? entry : service
  const required = auth === 'required'
  return {
    id: ruleId([service.host, entry.path], methods, networks),
    path: entry.path,
    methods,
    networks,
    auth,
    ...(required ? requirementOf(names) : anyone),
    providers: required ? (entry.providers ?? service.providers ?? none) : none,
  }
}

function ruleId(
  place: readonly string[],
  methods: readonly string[],
  networks: readonly string[],
): string {
  const from = networks.length === 0 ? [] : ['from', networks.join(',')]
  return [...place, ...(methods.length === 0 ? [] : [methods.join(',')]), ...from].join(' ')
}

/** A path that names who may enter asks for sign-in, whatever the tier of its service. */
function tierOf(service: ServiceSettings, entry: PathSettings): AuthTier {
  if (entry.auth !== undefined) return entry.auth
  return namesPeople(entry) || entry.providers !== undefined ? 'required' : service.auth
}

function namesPeople({ groups, users, email_domains: emailDomains }: Access): boolean {
  return groups !== undefined || users !== undefined || emailDomains !== undefined
}

function requirementOf({ groups, users, email_domains: emailDomains }: Access): Requirement {
  if (users?.includes(everyone) === true) return anyone
  return {
    groups: groups ?? none,
    users: users ?? none,
    emailDomains: emailDomains ?? none,
  }
}

interface AccessToCheck {
  readonly auth: AuthTier
  readonly access: Access
  readonly providers: readonly string[]
}

function checkAccess(
  inspection: Inspection,
  at: Path,
  { auth, access, providers }: AccessToCheck,
): void {
  const named = (['groups', 'users', 'email_domains', 'providers'] as const).filter(
    (key) => access[key] !== undefined,
  )
  const [first] = named
  if (auth !== 'required' && first !== undefined)
    inspection.report({
      id: 'names-without-sign-in',
      path: [...at, first],
      message: `Found "${first}" beside auth "${auth}", which lets everyone in`,
      fix: `Write "auth: required", or move "${first}" to the paths that ask for sign-in`,
    })
  if (access.users?.includes(everyone) === true && named.length - count(access.providers) > 1)
    inspection.report({
      id: 'everyone-and-more',
      path: [...at, 'users'],
      message: `Found "${everyone}" (everyone who is signed in) beside further names, which then mean nothing`,
      fix: `Remove "${everyone}", or the other names`,
    })
  for (const [i, id] of (access.providers ?? []).entries()) {
    if (providers.includes(id) || inspection.isDamaged(['identity'])) continue
    const meant = suggest(id, providers)
    inspection.report({
      id: 'unknown-provider',
      path: [...at, 'providers', i],
      message: `Found the provider "${id}", wanted one of ${providers.map((name) => `"${name}"`).join(', ')}`,
      fix: meant === null ? 'Declare it under "identity"' : `Write "${meant}"`,
    })
  }
}

function count(list: readonly string[] | undefined): number {
  return list === undefined ? 0 : 1
}

/** What the policy itself finds in the rules; one more look than {@link checkAccess} is not needed. */
function checkPolicy(
  inspection: Inspection,
  services: readonly Service[],
  providers: readonly string[],
): void {
  const settings = inspection.settings.services ?? []
  const paths = new Map<string, Path>()
  const locate = (serviceIndex: number, ruleIndex: number | null): string => {
    const entries = settings[serviceIndex]?.paths ?? []
    const inPaths = ruleIndex !== null && ruleIndex < entries.length
    const at: Path = ['services', serviceIndex, ...(inPaths ? ['paths', ruleIndex] : [])]
    const written = inspection.written(at)
    paths.set(written, at)
    return written
  }
  for (const finding of policyFindings(services, { providers, groups: null, locate })) {
    if (finding.id === 'unknown-provider') continue
    const path = paths.get(finding.path) ?? ['services']
    // A host stands on its own: whatever is wrong elsewhere in its service, this is true.
    const aboutHost = finding.id === 'duplicate-host'
    inspection.report({ ...finding, path: aboutHost ? [...path, 'host'] : path })
  }
}

/** A sign-in is never seen outside the cookie domain: such a service could only send people in circles. */
function checkDomain(inspection: Inspection, services: readonly Service[]): void {
  const [domain] = inspection.settings.domains ?? []
  if (domain === undefined) return
  for (const [i, { host, rules }] of services.entries()) {
    const asks = rules.some(({ auth }) => auth === 'required' || auth === 'public')
    if (!asks || isWithinDomain(host.replace(/^\*\./, ''), domain)) continue
    const required = rules.some(({ auth }) => auth === 'required')
    inspection.report({
      id: 'outside-domain',
      severity: required ? 'error' : 'warning',
      path: ['services', i, 'host'],
      message: `Found the host "${host}", wanted one within the cookie domain "${domain}": a sign-in is not seen elsewhere`,
      fix: `Serve it below "${domain}", or write "auth: app" or "auth: none"`,
    })
  }
}

function checkIdentity(
  inspection: Inspection,
  services: readonly Service[],
  providers: readonly string[],
): void {
  if (providers.length > 0) return
  const asking = services.find(({ rules }) => rules.some(({ auth }) => auth === 'required'))
  if (asking === undefined) return
  inspection.report({
    id: 'no-identity',
    path: ['identity'],
    message: `Nobody can sign in, but "${asking.host}" asks for it`,
    fix: 'Add "oidc", "providers", "accounts" or "authentik" under "identity"',
  })
}
