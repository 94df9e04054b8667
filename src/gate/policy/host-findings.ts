// What is doubtful between the hosts of a policy: wildcards, and the hosts that lie below them.
import type { Finding } from '../../model/finding.ts'
import type { Service } from '../../model/service.ts'
import { compilePolicy } from './compile.ts'
import type { Policy } from './policy.ts'
import { type Survey, hostBelow, reachOf, survey, unnamed } from './reach.ts'

/** A service with its place, as the checks pass it on. */
export interface PlacedService {
  readonly service: Service
  readonly path: string
  rulePath(ruleIndex: number): string
}

/** Examples that a finding over many hosts shows. */
const examplesMax = 3

/** Findings over hosts. With errors elsewhere only hosts declared twice are looked for. */
export function hostFindings(
  placed: readonly PlacedService[],
  hasErrors: boolean,
): readonly Finding[] {
  const twice = duplicateHosts(placed)
  if (hasErrors || twice.length > 0) return twice
  const policy = compilePolicy(placed.map(({ service }) => service))
  const parents = parentsOf(placed)
  return [
    ...placed.flatMap((place) => (isWildcard(place.service) ? openWildcard(policy, place) : [])),
    ...placed.flatMap((place) => notInherited(policy, place, parents.get(place.service))),
    ...placed.flatMap((place) => exceptions(place, parents)),
  ]
}

function isWildcard({ host }: Service): boolean {
  return host.startsWith('*.')
}

function duplicateHosts(placed: readonly PlacedService[]): readonly Finding[] {
  const seen = new Map<string, string>()
  return placed.flatMap(({ service, path }): readonly Finding[] => {
    const first = seen.get(service.host)
    if (first === undefined) {
      seen.set(service.host, path)
      return []
    }
    const message = `The host "${service.host}" is already declared at "${first}"`
    const fix = 'Put all rules of a host under one service'
    return [{ id: 'duplicate-host', severity: 'error', path, message, fix }]
  })
}

/** The wildcard that would decide for a service's host if the service were not there. */
function parentsOf(placed: readonly PlacedService[]): ReadonlyMap<Service, Service> {
  const wildcards = new Map<string, Service>()
  for (const { service } of placed)
    if (isWildcard(service)) wildcards.set(service.host.slice(2), service)
  const parents = new Map<Service, Service>()
  for (const { service } of placed) {
    const name = isWildcard(service) ? service.host.slice(2) : service.host
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
      const parent = wildcards.get(name.slice(dot + 1))
      if (parent === undefined) continue
      parents.set(service, parent)
      break
    }
  }
  return parents
}

/** `https://host/path` of a request that reaches the rule; null when none does. */
function exampleUrl(surveyed: Survey, ruleIndex: number, host: string): string | null {
  const compiled = surveyed.policy.rules[ruleIndex]
  if (compiled === undefined) return null
  const reach = reachOf(surveyed, compiled)
  return reach.kind === 'reached' ? `https://${host}${encodeURI(reach.question.path)}` : null
}

/** A wildcard rule that asks nobody to sign in opens names that nobody has thought of. */
function openWildcard(policy: Policy, { service, rulePath }: PlacedService): readonly Finding[] {
  const surveyed = survey(service)
  const declared = new Set<string>(policy.services.map(({ host }) => host))
  const label = unnamed('anything', {
    has: (name) => declared.has(hostBelow(service.host, name)),
  })
  return service.rules.flatMap((rule, i): readonly Finding[] => {
    if (rule.auth === 'required') return []
    const url = exampleUrl(surveyed, i, hostBelow(service.host, label))
    if (url === null) return []
    return [
      {
        id: 'wildcard-bypass',
        severity: 'warning',
        path: rulePath(i),
        message: `The rule "${rule.id}" asks nobody to sign in, for every name below "${service.host.slice(2)}", declared or not: "${url}"`,
        fix: 'Declare the hosts that are meant by name',
      },
    ]
  })
}

/** A host of its own whose rules leave a gap: the wildcard above does not fill it. */
function notInherited(
  policy: Policy,
  { service, path }: PlacedService,
  parent: Service | undefined,
): readonly Finding[] {
  if (parent === undefined || service.rules.length === 0) return []
  const { host, unnamedSegment } = survey(service)
  const question = { host, path: `/${unnamedSegment}`, method: 'GET', clientAddress: null }
  const [own, above] = [policy.match(question), compilePolicy([parent]).match(question)]
  if (own.kind !== 'no-rule' || above.kind !== 'rule') return []
  return [
    {
      id: 'wildcard-not-inherited',
      severity: 'warning',
      path,
      message: `No rule of "${service.host}" covers "https://${host}/${unnamedSegment}", which is refused; the rules of "${parent.host}" do not apply to it`,
      fix: 'Add a rule for "/**", if the rest is to be reached',
    },
  ]
}

/** Where hosts below a wildcard that asks for sign-in ask for none: one finding for all of them. */
function exceptions(
  { service, path }: PlacedService,
  parents: ReadonlyMap<Service, Service>,
): readonly Finding[] {
  if (!service.rules.some(({ auth }) => auth === 'required')) return []
  const urls: string[] = []
  let count = 0
  for (const [below, parent] of parents) {
    if (parent !== service) continue
    const open = below.rules.findIndex(({ auth }) => auth === 'public' || auth === 'none')
    if (open === -1) continue
    count++
    if (urls.length === examplesMax) continue
    const surveyed = survey(below)
    const url = exampleUrl(surveyed, open, surveyed.host)
    if (url !== null) urls.push(`"${url}"`)
  }
  if (count === 0) return []
  const hosts = count === 1 ? '1 host' : `${count} hosts`
  return [
    {
      id: 'wildcard-exception',
      severity: 'warning',
      path,
      message: `"${service.host}" asks for sign-in, but ${hosts} below it let people in without: ${urls.join(', ')}`,
      fix: 'Nothing, if that is meant; otherwise set auth to "required" there',
    },
  ]
}
