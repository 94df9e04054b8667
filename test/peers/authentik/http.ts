// The way of a request through the stand-in: route, count, check strictly, apply faults, answer.
import { hex } from './chance.ts'
import { type Fault, type Faults, changedBody, replacement, wait } from './fault.ts'
import type { Endpoint } from './journal.ts'
import type { State } from './state.ts'

/** Largest request body that is read. */
const bodyBytesMax = 65_536

/** Who may call, and what is asked of the caller's headers. */
export type Caller =
  /** The outpost with its API token and its user agent. */
  | 'outpost'
  /** The outpost, or a person's API token as the import uses it. */
  | 'outpost-or-admin'
  | 'admin'
  /** The outpost on behalf of a provider; its user agent says which. */
  | 'provider-client'
  /** A browser, or anything else without a token. */
  | 'anyone'

/** One request that passed the checks of its route. */
export interface Call {
  readonly state: State
  readonly faults: Faults
  readonly request: Request
  readonly endpoint: Endpoint
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Fields of a form body; empty without one. */
  readonly form: Readonly<Record<string, string>>
  /** Parsed JSON body; null without one. */
  readonly json: unknown
  readonly admin: boolean
  /** Address of `/` of authentik as this request names it, with the trailing slash. */
  readonly root: string
  /** Tells all connected outposts that a session ended. */
  readonly sessionEnded: (sid: string) => void
}

/** What an endpoint answers; `json` can still be changed by faults. */
export interface Answer {
  readonly status: number
  readonly json?: unknown
  readonly html?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One path of the specification. */
export interface Route {
  readonly endpoint: Endpoint
  readonly methods: readonly string[]
  /** Below the base path; `{name}` stands for one segment. */
  readonly path: string
  readonly caller: Caller
  /** Query parameters that may be sent. */
  readonly query?: readonly string[]
  readonly answer: (call: Call) => Answer | Promise<Answer>
}

/** What {@link handle} needs beside the request. */
export interface Surroundings {
  readonly state: State
  readonly faults: Faults
  readonly tls: boolean
  readonly sessionEnded: (sid: string) => void
}

/** A refusal of the API in its own form. */
export function detail(status: number, text: string): Answer {
  return { status, json: { detail: text } }
}

/** A redirect for a browser. */
export function redirect(location: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 302, headers: { ...headers, location } }
}

/** Text as it may stand in a page. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A whole page. */
export function page(status: number, title: string, body: string): Answer {
  const name = escapeHtml(title)
  return {
    status,
    html: `<!doctype html><meta charset="utf-8"><title>${name}</title><h1>${name}</h1>${body}`,
  }
}

/** Answers one request by `routes`, or says what is wrong with it. */
export async function handle(
  request: Request,
  routes: readonly Route[],
  around: Surroundings,
): Promise<Response> {
  const { state, faults } = around
  const url = new URL(request.url)
  const found = findRoute(routes, below(url.pathname, state.basePath), request.method)
  const query = single(url.searchParams)
  const seen = state.journal.keep({
    endpoint: found?.route.endpoint ?? null,
    method: request.method,
    path: url.pathname,
    query: query.fields,
    headers: Object.fromEntries(request.headers),
    form: {},
  })
  const where = `${request.method} ${url.pathname}`
  if (found === null) {
    // Browsers ask for it by themselves.
    if (url.pathname !== '/favicon.ico') state.journal.violation(`${where}: unknown path`)
    return toResponse(detail(404, 'Not found.'), state)
  }
  const { route, params } = found
  state.journal.count(route.endpoint)
  const body = await readBody(request)
  seen.form = body.form
  const complaints = [
    ...methodComplaints(route, request),
    ...query.repeated.map((name) => `parameter "${name}" is repeated`),
    ...unknownNames(Object.keys(query.fields), route.query ?? []),
    ...body.complaints,
    ...agentComplaints(route.caller, request),
  ]
  const admin = request.headers.get('authorization') === `Bearer ${state.adminToken}`
  const denied = checkToken(route.caller, { request, state, where, admin })
  for (const complaint of complaints) state.journal.violation(`${where}: ${complaint}`)
  if (denied !== null) return toResponse(denied, state)
  if (complaints.length > 0) return toResponse(detail(400, complaints.join('; ')), state)
  const call: Call = {
    ...{ state, faults, request, endpoint: route.endpoint, params, query: query.fields },
    ...{ form: body.form, json: body.json, admin, root: rootOf(request, around) },
    sessionEnded: around.sessionEnded,
  }
  return withFaults(faults.strike(route.endpoint), state, () => route.answer(call))
}

/** Applies faults around the right answer. */
async function withFaults(
  strikes: readonly Fault[],
  state: State,
  answer: () => Answer | Promise<Answer>,
): Promise<Response> {
  for (const fault of strikes) {
    if (fault.kind === 'slow') await wait(state.clock, fault.ms)
    // Ends with the connection, when the stand-in is closed.
    if (fault.kind === 'hang') await new Promise(() => {})
    const replaced = replacement(fault)
    if (replaced !== null) return replaced
  }
  const right = await answer()
  // Whoever waits for what the answer changed (a session, a token) looks once more.
  state.journal.touch()
  if (right.json === undefined) return toResponse(right, state)
  return toResponse({ ...right, json: changedBody(right.json, strikes) }, state)
}

/** `path` below the base path, or null when it lies outside. */
export function below(path: string, basePath: string): string | null {
  return path.startsWith(basePath) ? path.slice(basePath.length) : null
}

function findRoute(
  routes: readonly Route[],
  path: string | null,
  method: string,
): { route: Route; params: Record<string, string> } | null {
  if (path === null) return null
  const found = routes.flatMap((route) => {
    const params = matchPath(route.path, path)
    return params === null ? [] : [{ route, params }]
  })
  // One path may be another one's for another method.
  return found.find(({ route }) => route.methods.includes(method)) ?? found[0] ?? null
}

/** Values of `{name}` segments, or null when `path` is another one. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return null
  const params: Record<string, string> = {}
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? ''
    const name = /^\{(.+)\}$/.exec(segment)?.[1]
    if (name === undefined ? segment !== value : value === '') return null
    if (name !== undefined) params[name] = value
  }
  return params
}

/** Fields by name; a repeated name keeps its first value and is reported. */
function single(parameters: URLSearchParams): {
  fields: Record<string, string>
  repeated: string[]
} {
  const fields: Record<string, string> = {}
  const repeated: string[] = []
  for (const [name, value] of parameters)
    if (Object.hasOwn(fields, name)) repeated.push(name)
    else fields[name] = value
  return { fields, repeated }
}

/** One complaint for each name that is not allowed. */
export function unknownNames(names: readonly string[], allowed: readonly string[]): string[] {
  return names
    .filter((name) => !allowed.includes(name))
    .map((name) => `parameter "${name}" is not in the specification`)
}

interface Body {
  readonly form: Record<string, string>
  readonly json: unknown
  readonly complaints: readonly string[]
}

async function readBody(request: Request): Promise<Body> {
  const text = await request.text()
  const none = { form: {}, json: null }
  if (request.method !== 'POST')
    return { ...none, complaints: text === '' ? [] : [`${request.method} with a body`] }
  if (text.length > bodyBytesMax) return { ...none, complaints: ['body is too large'] }
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim()
  if (type === 'application/x-www-form-urlencoded') {
    const { fields, repeated } = single(new URLSearchParams(text))
    return { ...none, form: fields, complaints: repeated.map((name) => `field "${name}" twice`) }
  }
  if (type !== 'application/json') return { ...none, complaints: [`content type "${type}"`] }
  try {
    return { ...none, json: JSON.parse(text), complaints: [] }
  } catch {
    return { ...none, complaints: ['body is not JSON'] }
  }
}

function methodComplaints(route: Route, request: Request): string[] {
  return route.methods.includes(request.method)
    ? []
    : [`method is not ${route.methods.join(' or ')}`]
}

const outpostAgent = /^goauthentik\.io\/outpost\/[^\s()]+$/
const providerAgent = /^goauthentik\.io\/outpost\/[^\s()]+ \(provider=.+\)$/

function agentComplaints(caller: Caller, request: Request): string[] {
  const agent = request.headers.get('user-agent') ?? ''
  if (caller === 'outpost' && !outpostAgent.test(agent))
    return [`user agent "${agent}" is not "goauthentik.io/outpost/<version>"`]
  if (caller === 'provider-client' && !providerAgent.test(agent))
    return [`user agent "${agent}" is not "goauthentik.io/outpost/<version> (provider=<name>)"`]
  return []
}

interface TokenCheck {
  readonly request: Request
  readonly state: State
  readonly where: string
  readonly admin: boolean
}

/** Null when the caller's token is good; API tokens are refused with 403, as authentik does. */
function checkToken(caller: Caller, check: TokenCheck): Answer | null {
  const { request, state, where, admin } = check
  if (caller === 'anyone' || caller === 'provider-client') return null
  const header = request.headers.get('authorization')
  if (header === null) {
    state.journal.violation(`${where}: no token`)
    return detail(403, 'Authentication credentials were not provided.')
  }
  const outpost = header === `Bearer ${state.token}`
  if (outpost ? caller !== 'admin' : admin && caller !== 'outpost') return null
  state.journal.refusal(`${where}: token`)
  return outpost || admin
    ? detail(403, 'You do not have permission to perform this action.')
    : detail(403, 'Token invalid/expired')
}

/** Scheme and host as the request names them: authentik builds every absolute address from these. */
function rootOf(request: Request, { tls, state }: Surroundings): string {
  const forwarded = request.headers.get('x-forwarded-proto')
  const scheme = forwarded ?? (tls ? 'https' : 'http')
  return `${scheme}://${request.headers.get('host') ?? ''}${state.basePath}`
}

function toResponse(answer: Answer, state: State): Response {
  const headers = new Headers(answer.headers)
  headers.set('x-authentik-id', hex(state.random, 16))
  headers.set('x-powered-by', 'authentik')
  if (answer.json !== undefined) {
    headers.set('content-type', 'application/json')
    return new Response(JSON.stringify(answer.json), { status: answer.status, headers })
  }
  if (answer.html !== undefined) headers.set('content-type', 'text/html; charset=utf-8')
  return new Response(answer.html ?? null, { status: answer.status, headers })
}
