// From what authentik has to what an estate file says: services, and what is worth a remark.
import { type Hostname, isWithinDomain, parseHost } from '../../../model/host.ts'
import { compileAllowlist } from '../allowlist.ts'
import { parseExternalHost } from '../external-host.ts'
import { parseCookieDomain } from '../unusable.ts'
import { type OpenPath, openPathsOfDomain, openPathsOfHost } from './open-paths.ts'
import type { Source, SourceApplication, SourceProvider } from './read.ts'
import { type Access, Groups, readAccess } from './requirement.ts'

/** Something that a person should know of one object. */
export interface Remark {
  /** `application "Grafana"`; names are quoted as JSON. */
  readonly about: string
  readonly text: string
  /** True when the file says less than authentik does; false for what is only worth knowing. */
  readonly isLoss: boolean
}

/** A service of the file. */
export interface PlannedService {
  readonly host: string
  readonly name: string
  readonly access: Access
  /** Paths that need no sign-in, sorted. */
  readonly openPaths: readonly string[]
  /** Where it comes from, as {@link Remark.about}. */
  readonly origin: string
}

/** What the file will say. */
export interface Plan {
  /** The cookie domain of the file; null when there is no service. */
  readonly domain: string | null
  readonly services: readonly PlannedService[]
  readonly remarks: readonly Remark[]
}

/** Longest name of a service in our file. */
const nameLengthMax = 100

/** A provider that is served, with its application and its hosts. */
interface Served {
  readonly provider: SourceProvider
  readonly application: SourceApplication
  readonly host: Hostname
  /** Null unless it answers for a whole domain. */
  readonly domain: Hostname | null
  readonly access: Access
  readonly about: string
}

/**
 * Plans the file. `outpost` limits it to the providers of one outpost, by name. Pure; the same source
 * gives the same plan whatever the order of its lists.
 */
export function planEstate(source: Source, outpost: string | null): Plan {
  const remarks: Remark[] = []
  const served = servedProviders(source, outpost, remarks)
  const services = new Map<string, PlannedService>()
  // Exact hosts before domains: that is how a provider is found for a request.
  for (const one of served)
    for (const service of ownHost(one, remarks)) add(services, service, remarks)
  const exact = new Set(services.keys())
  for (const one of served)
    for (const service of wholeDomain(one, exact, remarks)) add(services, service, remarks)
  return {
    domain: domainOf(served),
    services: [...services.values()].toSorted((a, b) => compare(hostKey(a.host), hostKey(b.host))),
    remarks: sortedRemarks(remarks),
  }
}

/** By code unit: an order that no language setting changes. */
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** A wildcard stands after the name that it begins below. */
function hostKey(host: string): string {
  return host.startsWith('*.') ? `${host.slice(2)} *` : host
}

function sortedRemarks(remarks: readonly Remark[]): Remark[] {
  const key = ({ about, text }: Remark): string => `${about}\n${text}`
  const unique = new Map(remarks.map((remark) => [key(remark), remark]))
  return [...unique.values()].toSorted((a, b) => compare(key(a), key(b)))
}

function servedProviders(source: Source, outpost: string | null, remarks: Remark[]): Served[] {
  const groups = new Groups(source.groups)
  const outposts = source.outposts.filter(({ name }) => outpost === null || name === outpost)
  const assigned = new Set(outposts.flatMap(({ providers }) => providers))
  if (outposts.length > 1)
    for (const { name } of outposts)
      remarks.push({
        about: `outpost ${JSON.stringify(name)}`,
        text: 'One gate is one outpost: "--outpost" writes the providers of one of them',
        isLoss: false,
      })
  const proxied = new Set(source.providers.map(({ pk }) => pk))
  for (const application of source.applications) {
    if (application.provider !== null && proxied.has(application.provider)) continue
    const text = 'It has no proxy provider and is left out'
    remarks.push({ about: applicationText(application), text, isLoss: false })
  }
  return source.providers
    .toSorted((a, b) => compare(a.name, b.name) || a.pk - b.pk)
    .flatMap((provider) => {
      const about = `provider ${JSON.stringify(provider.name)}`
      const leaveOut = (text: string, isLoss: boolean): [] => {
        remarks.push({ about, text, isLoss })
        return []
      }
      if (!assigned.has(provider.pk))
        return leaveOut('No outpost that is looked at has it; it is left out', false)
      const application = source.applications.find((one) => one.provider === provider.pk)
      if (application === undefined)
        return leaveOut('It has no application, so authentik serves it to nobody', false)
      const external = parseExternalHost(provider.externalHost)
      if (external === null) return leaveOut('Its external host is no http address', true)
      return [
        serve({ provider, application, host: external.hostname }, { source, groups, remarks }),
      ]
    })
}

function serve(
  found: Pick<Served, 'provider' | 'application' | 'host'>,
  on: { readonly source: Source; readonly groups: Groups; readonly remarks: Remark[] },
): Served {
  const { provider, application } = found
  const about = applicationText(application)
  const bindings = on.source.bindings
    .filter(({ target }) => target === application.pk)
    .toSorted((a, b) => a.order - b.order)
  const { access, notes } = readAccess(bindings, application.engineMode, on.groups)
  for (const text of notes) on.remarks.push({ about, text, isLoss: false })
  for (const text of access.kind === 'authentik' ? access.because : [])
    on.remarks.push({ about, text: `${text}; authentik alone decides`, isLoss: true })
  const isDomain = provider.mode === 'forward_domain' && provider.cookieDomain !== ''
  return {
    ...found,
    domain: isDomain ? parseCookieDomain(provider.cookieDomain) : null,
    access,
    about,
  }
}

function applicationText({ name, slug }: SourceApplication): string {
  return `application ${JSON.stringify(name === '' ? slug : name)}`
}

/** The service of a provider's own address. */
function ownHost(served: Served, remarks: Remark[]): PlannedService[] {
  const { provider, host } = served
  const open = openPathsOf(served, remarks)
  const reaches = (path: OpenPath): boolean => path.host === null || path.host === host
  const isOne = provider.mode !== 'forward_domain'
  return [planned(served, host, isOne ? open : open.filter(reaches))]
}

/** Services of all further hosts of a domain-wide provider: the domain, what is below, hosts with lists. */
function wholeDomain(
  served: Served,
  exact: ReadonlySet<string>,
  remarks: Remark[],
): PlannedService[] {
  const { domain, about } = served
  if (domain === null) return []
  const open = openPathsOf(served, [])
  const everywhere = open.filter(({ host }) => host === null)
  const named = new Set(open.flatMap(({ host }) => host ?? []))
  const services = [planned(served, `*.${domain}`, everywhere)]
  for (const host of new Set([domain, ...named])) {
    if (exact.has(host)) continue
    const parsed = parseHost(host)
    if (parsed.ok && isWithinDomain(parsed.value.host, domain))
      services.push(
        planned(
          served,
          host,
          open.filter((path) => path.host === null || path.host === host),
        ),
      )
    else
      remarks.push({
        about,
        text: `It opens paths of "${host}", which is not its own; left out`,
        isLoss: false,
      })
  }
  return services
}

function planned(served: Served, host: string, open: readonly OpenPath[]): PlannedService {
  const { application, access, about: origin } = served
  const name = (application.name === '' ? host : application.name).slice(0, nameLengthMax)
  const openPaths = [...new Set(open.map(({ path }) => path))].toSorted()
  return { host, name, access, openPaths, origin }
}

/** Paths that need no sign-in; each line that cannot be said, or not wholly, is remarked upon. */
function openPathsOf({ provider, about }: Served, remarks: Remark[]): OpenPath[] {
  const { patterns, dropped } = compileAllowlist(provider.skipPathRegex)
  for (const text of dropped)
    remarks.push({
      about,
      text: `Allowed paths: ${text}; it counts for nothing here`,
      isLoss: false,
    })
  const translate = provider.mode === 'forward_domain' ? openPathsOfDomain : openPathsOfHost
  return patterns.flatMap((line) => {
    const { paths, narrowed } = translate(line)
    const written = JSON.stringify(line)
    if (paths.length === 0)
      remarks.push({
        about,
        text: `The allowed path ${written} cannot be said as a path pattern: it asks for sign-in`,
        isLoss: true,
      })
    else if (narrowed)
      remarks.push({
        about,
        text: `The allowed path ${written} opens more than ${paths.map(openText).join(', ')}`,
        isLoss: true,
      })
    return paths
  })
}

function openText({ host, path }: OpenPath): string {
  return JSON.stringify(`${host ?? ''}${path}`)
}

/** Two providers of one host (by port, say) are one service: alike, or authentik alone decides. */
function add(
  services: Map<string, PlannedService>,
  service: PlannedService,
  remarks: Remark[],
): void {
  const before = services.get(service.host)
  if (before === undefined) {
    services.set(service.host, service)
    return
  }
  if (sameRules(before, service)) return
  const text = `Its host "${service.host}" is also that of ${before.origin}; authentik alone decides`
  remarks.push({ about: service.origin, text, isLoss: true })
  const access: Access = { kind: 'authentik', because: [text] }
  services.set(service.host, { ...before, access, openPaths: [] })
}

function sameRules(a: PlannedService, b: PlannedService): boolean {
  const rules = ({ access, openPaths }: PlannedService): string =>
    JSON.stringify([access.kind === 'authentik' ? a.origin + b.origin : access, openPaths])
  return rules(a) === rules(b)
}

/** The widest cookie domain; without one the parent that most hosts have. */
function domainOf(served: readonly Served[]): string | null {
  const domains = served.flatMap(({ domain }) => domain ?? [])
  const widest = domains.toSorted((a, b) => a.length - b.length || compare(a, b))[0]
  if (widest !== undefined) return widest
  const counts = new Map<string, number>()
  for (const { host } of served) {
    const parent = parentOf(host)
    counts.set(parent, (counts.get(parent) ?? 0) + 1)
  }
  const most = [...counts].toSorted(([a, n], [b, m]) => m - n || compare(a, b))[0]
  return most?.[0] ?? null
}

/** `example.com` of `app.example.com`; a name of two labels stays, since browsers take no cookie for `com`. */
function parentOf(host: string): string {
  const labels = host.split('.')
  return labels.length > 2 ? labels.slice(1).join('.') : host
}
