// What is doubtful between the hosts of a policy: wildcards, and the hosts that lie below them.
import type { Finding } from '../../model/finding.ts'
import { isHostPattern } from '../../model/host.ts'
import type { Service } from '../../model/service.ts'
import { compilePolicy } from './compile.ts'
import { type Survey, reachOf } from './reach.ts'

/** A service with its place, as the checks pass it on. */
export interface PlacedService {
  readonly service: Service
  path(): string
  rulePath(ruleIndex: number): string
}

/** Examples that a finding over many hosts shows. */
const examplesMax = 3

/** The same host under two services: which one would decide? */
export function duplicateHosts(placed: readonly PlacedService[]): readonly Finding[] {
  const seen = new Map<string, PlacedService>()
  return placed.flatMap((place): readonly Finding[] => {
    const { service } = place
    const first = seen.get(service.host)
    if (first === undefined) {
      seen.set(service.host, place)
      return []
    }
    const message = `The host "${service.host}" is already declared at "${first.path()}"`
    const fix = 'Put all rules of a host under one service'
    return [{ id: 'duplicate-host', severity: 'error', path: place.path(), message, fix }]
  })
}

/** A service with its place and what there is to see of it in the whole policy, looked for when needed. */
export interface SurveyedService extends PlacedService {
  survey(): Survey
}

/** Findings over the hosts of a policy that has no errors. */
export function hostFindings(all: readonly SurveyedService[]): readonly Finding[] {
  const parents = parentsOf(all)
  const below = new Map<Service, SurveyedService[]>()
  for (const each of all) {
    const parent = parents.get(each.service)
    if (parent === undefined) continue
    const children = below.get(parent) ?? []
    children.push(each)
    below.set(parent, children)
  }
  return [
    ...all.flatMap((each) => (isHostPattern(each.service.host) ? openWildcard(each) : [])),
    ...all.flatMap((each) => notInherited(each, parents.get(each.service))),
    ...all.flatMap((each) => exceptions(each, below.get(each.service) ?? [])),
  ]
}

/** The wildcard that would decide for a service's host if the service were not there. */
function parentsOf(placed: readonly PlacedService[]): ReadonlyMap<Service, Service> {
  const wildcards = new Map<string, Service>()
  for (const { service } of placed)
    if (isHostPattern(service.host)) wildcards.set(service.host.slice(2), service)
  const parents = new Map<Service, Service>()
  for (const { service } of placed) {
    const name = isHostPattern(service.host) ? service.host.slice(2) : service.host
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
function exampleUrl(surveyed: Survey, ruleIndex: number): string | null {
  const compiled = surveyed.rules[ruleIndex]
  if (compiled === undefined) return null
  const reach = reachOf(surveyed, compiled)
  return reach.kind === 'reached'
    ? `https://${surveyed.host}${encodeURI(reach.question.path)}`
    : null
}

/** A wildcard rule that asks nobody to sign in opens names that nobody has thought of. */
function openWildcard({ service, survey, rulePath }: SurveyedService): readonly Finding[] {
  return service.rules.flatMap((rule, i): readonly Finding[] => {
    if (rule.auth === 'required') return []
    const url = exampleUrl(survey(), i)
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
  { service, survey, path }: SurveyedService,
  parent: Service | undefined,
): readonly Finding[] {
  if (parent === undefined || service.rules.length === 0 || hasRuleForAll(service)) return []
  const { host, unnamedSegment, policy } = survey()
  const question = { host, path: `/${unnamedSegment}`, method: 'GET', clientAddress: null }
  if (policy.match(question).kind !== 'no-rule') return []
  if (compilePolicy([parent]).match(question).kind !== 'rule') return []
  return [
    {
      id: 'wildcard-not-inherited',
      severity: 'warning',
      path: path(),
      message: `No rule of "${service.host}" covers "https://${host}/${unnamedSegment}", which is refused; the rules of "${parent.host}" do not apply to it`,
      fix: 'Add a rule for "/**", if the rest is to be reached',
    },
  ]
}

/** The usual case, told apart without asking the policy. */
function hasRuleForAll({ rules }: Service): boolean {
  return rules.some(
    ({ path, methods, networks }) => path === '/**' && methods.length + networks.length === 0,
  )
}

/** Where hosts below a wildcard that asks for sign-in ask for none: one finding for all of them. */
function exceptions(
  { service, path }: SurveyedService,
  below: readonly SurveyedService[],
): readonly Finding[] {
  if (!service.rules.some(({ auth }) => auth === 'required')) return []
  const openRule = ({ rules }: Service) =>
    rules.findIndex(({ auth }) => auth === 'public' || auth === 'none')
  const open = below.filter((each) => openRule(each.service) !== -1)
  if (open.length === 0) return []
  const urls = open
    .slice(0, examplesMax)
    .map((each) => exampleUrl(each.survey(), openRule(each.service)))
    .filter((url) => url !== null)
  const hosts = open.length === 1 ? '1 host below it lets' : `${open.length} hosts below it let`
  return [
    {
      id: 'wildcard-exception',
      severity: 'warning',
      path: path(),
      message: `"${service.host}" asks for sign-in, but ${hosts} people in without: ${urls.map((url) => `"${url}"`).join(', ')}`,
      fix: 'Nothing, if that is meant; otherwise set auth to "required" there',
    },
  ]
}
