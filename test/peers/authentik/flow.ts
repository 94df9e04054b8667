// The flow executor of the stand-in: stages one after the other over JSON, as the page of authentik drives it.
// Strict: a field that authentik's schema lacks is a violation, and who is signed in needs the CSRF header.
import { codeOf, seedBytes, stepAt } from '../../../src/watch/robot/one-time-code.ts'
import { hex, uuid } from './chance.ts'
import type { FlowOptions } from './flow-options.ts'
import { type Answer, type Call, page, redirect } from './http.ts'
import type { Person } from './model.ts'
import { isRecord } from './rest.ts'
import { type FlowRun, type State, openSession } from './state.ts'
import { sessionCookie, sessionKeyOf, sessionOf } from './session-cookie.ts'

/** Slugs of the flows that the stand-in has. */
export const flows = {
  signIn: 'default-authentication-flow',
  consent: 'default-provider-authorization-explicit-consent',
  providerSignedOut: 'default-provider-invalidation-flow',
  signOut: 'default-invalidation-flow',
} as const

type Stage = 'identification' | 'password' | 'captcha' | 'mfa' | 'strange' | 'denied' | 'login'

function stagesOf(flow: FlowOptions): readonly Stage[] {
  return [
    'identification',
    ...(flow.captcha === 'stage' ? (['captcha'] as const) : []),
    ...(flow.passwordBeside ? [] : (['password'] as const)),
    ...(flow.devices.length > 0 ? (['mfa'] as const) : []),
    ...(flow.strange === null ? [] : (['strange'] as const)),
    ...(flow.denied ? (['denied'] as const) : []),
    'login',
  ]
}

/** The page that holds the program: no form, and the cookie against cross-site requests. */
export function flowPage({ params, request, state }: Call): Answer {
  const slug = params['slug'] ?? ''
  if (!Object.values(flows).some((known) => known === slug))
    return { status: 404, html: 'Not Found' }
  const has = /(?:^|; )authentik_csrf=/.test(request.headers.get('cookie') ?? '')
  const cookie = `authentik_csrf=${hex(state.random, 16)}; Path=/; SameSite=Lax`
  return {
    ...page(200, 'authentik', `<ak-flow-executor slug="${slug}"></ak-flow-executor>`),
    headers: has ? {} : { 'set-cookie': cookie },
  }
}

/** One request to the executor of a flow. */
export function execute(call: Call): Answer {
  const slug = call.params['slug'] ?? ''
  if (call.query['query'] === undefined)
    call.state.journal.violation('flow-executor: query is missing')
  switch (slug) {
    case flows.signIn:
      return authentication(call)
    case flows.consent:
      return consent(call)
    case flows.providerSignedOut:
      return challenge(call, 'ak-stage-session-end', {
        application_name: new URLSearchParams(call.query['query']).get('application') ?? '',
        invalidation_flow_url: `${call.state.basePath}if/flow/${flows.signOut}/`,
        brand_name: 'authentik',
      })
    case flows.signOut: {
      const session = sessionOf(call)
      if (session !== null) {
        call.state.sessions.delete(session.key)
        call.sessionEnded(session.sid)
      }
      return goTo(call.state.basePath)
    }
    default:
      return { status: 404, json: { detail: 'Not found.' } }
  }
}

function authentication(call: Call): Answer {
  const { json, request, state } = call
  const next = new URLSearchParams(call.query['query']).get('next') ?? state.basePath
  // Whoever is signed in needs no authentication flow.
  if (sessionOf(call) !== null) return leaveTo(call, next)
  const { fresh, run } = runOf(call)
  const headers = fresh ? { 'set-cookie': cookieOf(run.key) } : {}
  const stage = stagesOf(state.flow)[run.done] ?? 'login'
  if (request.method === 'GET') return withHeaders(show(call, stage, run), headers)
  const fields = isRecord(json) ? json : {}
  const answered = solve(call, { stage, fields, run })
  if (answered !== 'done') return withHeaders(answered, headers)
  run.done++
  if (run.done < stagesOf(state.flow).length)
    // To the very address: authentik sends a plain redirect then, which a program follows.
    return redirect(sameAddress(request), headers)
  state.flowRuns.delete(run.key)
  return withHeaders(leaveTo(call, next), login(state, run))
}

function runOf(call: Call): { readonly run: FlowRun; readonly fresh: boolean } {
  const { state } = call
  const known = state.flowRuns.peek(sessionKeyOf(call))
  if (known !== undefined) return { run: known, fresh: false }
  const run: FlowRun = { key: hex(state.random, 16), done: 0, person: null, token: '' }
  state.flowRuns.set(run.key, run)
  return { run, fresh: true }
}

function cookieOf(key: string): string {
  return `${sessionCookie}=${key}; HttpOnly; Path=/; SameSite=Lax`
}

/** The stage of a run as a challenge; stages that ask nothing are passed at once. */
function show(call: Call, stage: Stage, run: FlowRun): Answer {
  const { flow } = call.state
  const pending = { pending_user: run.person?.username ?? '', pending_user_avatar: '/static/x.png' }
  const captcha = { site_key: 'site', js_url: 'https://captcha.example.com/api.js' }
  switch (stage) {
    case 'identification':
      return challenge(call, 'ak-stage-identification', {
        user_fields: ['username', 'email'],
        password_fields: flow.passwordBeside,
        captcha_stage:
          flow.captcha === 'beside' ? { ...captcha, interactive: true, ...pending } : null,
        primary_action: 'Log in',
        sources: [],
        show_source_labels: false,
        flow_designation: 'authentication',
        enable_remember_me: false,
      })
    case 'captcha':
      return challenge(call, 'ak-stage-captcha', { ...captcha, interactive: true, ...pending })
    case 'password':
      return challenge(call, 'ak-stage-password', { ...pending, allow_show_password: false })
    case 'mfa':
      return challenge(call, 'ak-stage-authenticator-validate', {
        ...pending,
        device_challenges: flow.devices.map((device, i) => ({
          ...{ device_class: device, device_uid: `${i + 1}`, challenge: {}, last_used: null },
        })),
        configuration_stages: [],
      })
    case 'strange':
      return challenge(call, flow.strange ?? '', pending)
    case 'denied':
      return denied(call, run)
    case 'login':
      if (flow.rememberMe) return challenge(call, 'ak-stage-user-login', pending)
      return finish(call, run)
  }
}

/** A login stage without a question: the flow is over on the way to it. */
function finish(call: Call, run: FlowRun): Answer {
  const next = new URLSearchParams(call.query['query']).get('next') ?? call.state.basePath
  call.state.flowRuns.delete(run.key)
  return withHeaders(leaveTo(call, next), login(call.state, run))
}

function denied(call: Call, run: FlowRun): Answer {
  call.state.flowRuns.delete(run.key)
  return challenge(call, 'ak-stage-access-denied', {
    pending_user: run.person?.username ?? '',
    pending_user_avatar: '/static/x.png',
    error_message: 'Request has been denied.',
  })
}

/** Fields of a response by component (schema of the API, `FlowChallengeResponseRequest`). */
const responseFields: Readonly<Record<string, readonly string[]>> = {
  'ak-stage-identification': ['uid_field', 'password', 'captcha_token', 'passkey'],
  'ak-stage-password': ['password'],
  'ak-stage-authenticator-validate': ['code', 'selected_challenge', 'webauthn', 'duo'],
  'ak-stage-consent': ['token'],
  'ak-stage-user-login': ['remember_me'],
}

const components: Readonly<Partial<Record<Stage, string>>> = {
  identification: 'ak-stage-identification',
  password: 'ak-stage-password',
  mfa: 'ak-stage-authenticator-validate',
  login: 'ak-stage-user-login',
}

function solve(
  call: Call,
  given: { readonly stage: Stage; readonly fields: Record<string, unknown>; readonly run: FlowRun },
): Answer | 'done' {
  const { fields, run, stage } = given
  const { state } = call
  const component = components[stage] ?? ''
  complain(call, component, fields)
  switch (stage) {
    case 'identification': {
      run.person = personOf(state, fields['uid_field'])
      const isRight = !state.flow.passwordBeside || isPassword(state, run, fields['password'])
      if (run.person !== null && isRight) return 'done'
      return wrong(call, given, { non_field_errors: 'Failed to authenticate.' })
    }
    case 'password':
      if (isPassword(state, run, fields['password'])) return 'done'
      return wrong(call, given, { password: 'Invalid password' })
    case 'mfa':
      if (isCode(state, fields['code'])) return 'done'
      return wrong(call, given, { code: 'Invalid Token.' })
    case 'login':
      return typeof fields['remember_me'] === 'boolean'
        ? 'done'
        : wrong(call, given, { remember_me: 'This field is required.' })
    default:
      return wrong(call, given, { token: 'This field is required.' })
  }
}

function complain(call: Call, component: string, fields: Record<string, unknown>): void {
  const { journal } = call.state
  if (fields['component'] !== component)
    journal.violation(`flow-executor: component is not "${component}"`)
  for (const name of Object.keys(fields))
    if (name !== 'component' && responseFields[component]?.includes(name) !== true)
      journal.violation(`flow-executor: "${component}" has no field "${name}"`)
}

function personOf(state: State, name: unknown): Person | null {
  return state.people.find(({ email, username }) => name === username || name === email) ?? null
}

function isPassword({ flow }: State, { person }: FlowRun, password: unknown): boolean {
  return person?.password === password && (person?.is_active === true || flow.takesInactive)
}

/** One step of grace, and none that was used before (as django-otp has it). */
function isCode(state: State, code: unknown): boolean {
  const seed = seedBytes(state.flow.totpSeed)
  const present = stepAt(state.clock.now())
  const step = [present - 1, present, present + 1].find(
    (one) => one > state.lastStep && seed !== null && codeOf(seed, one) === code,
  )
  if (step === undefined) return false
  state.lastStep = step
  return true
}

function wrong(
  call: Call,
  { run, stage }: { readonly stage: Stage; readonly run: FlowRun },
  errors: Readonly<Record<string, string>>,
): Answer {
  call.state.journal.refusal(`flow-executor: ${stage}`)
  const shown = show(call, stage, run)
  const listed = Object.entries(errors).map(([field, string]) => [
    field,
    [{ string, code: 'invalid' }],
  ])
  return isRecord(shown.json)
    ? { ...shown, json: { ...shown.json, response_errors: Object.fromEntries(listed) } }
    : shown
}

/** A session of the person, under a fresh key; who is not active has none, though the flow went well. */
function login(state: State, { person }: FlowRun): Readonly<Record<string, string>> {
  if (person === null || !person.is_active) return {}
  return { 'set-cookie': cookieOf(openSession(state, person.username).key) }
}

/** The authorization flow of a provider that asks: authorize has looked at the request already. */
function consent(call: Call): Answer {
  const { json, request, state } = call
  const session = sessionOf(call)
  const person = state.people.find(({ username }) => username === session?.username)
  if (session === null || person === undefined) {
    return denied(call, { key: '', done: 0, person: null, token: '' })
  }
  if (request.method === 'POST' && !hasCsrf(call)) return flowError(call, 'no CSRF header')
  const target = state.consents.peek(session.key)
  if (target === undefined) return goTo(state.basePath)
  if (request.method === 'GET')
    return challenge(call, 'ak-stage-consent', {
      ...{ pending_user: person.username, pending_user_avatar: '/static/x.png' },
      header_text: "You're about to sign into an application.",
      permissions: [],
      additional_permissions: [],
      token: target.token,
    })
  const fields = isRecord(json) ? json : {}
  complain(call, 'ak-stage-consent', fields)
  if (fields['token'] !== target.token) return redirect(sameAddress(request))
  state.consents.delete(session.key)
  return goTo(target.uri)
}

/** Who is signed in sends the cookie back as a header, from a page of this very host (Django). */
function hasCsrf({ request, root }: Call): boolean {
  const cookies = request.headers.get('cookie') ?? ''
  const cookie = /(?:^|; )authentik_csrf=([^;]+)/.exec(cookies)?.[1]
  const origin = request.headers.get('origin')
  return (
    cookie !== undefined &&
    request.headers.get('x-authentik-csrf') === cookie &&
    (origin === null || origin === new URL(root).origin)
  )
}

function flowError(call: Call, why: string): Answer {
  call.state.journal.violation(`flow-executor: ${why}`)
  return challenge(call, 'ak-stage-flow-error', { request_id: uuid(call.state.random) })
}

function challenge(
  { state }: Call,
  component: string,
  fields: Readonly<Record<string, unknown>>,
): Answer {
  const info = {
    title: 'Welcome to authentik!',
    background: '/static/dist/assets/images/flow_background.jpg',
    cancel_url: `${state.basePath}flows/-/cancel/`,
    layout: 'stacked',
  }
  return { status: 200, json: { flow_info: info, component, ...fields } }
}

/** Only back into authentik itself, as `is_url_absolute` has it. */
function leaveTo(call: Call, next: string): Answer {
  if (next.startsWith('/') && !/^\/[/\\]/.test(next)) return goTo(next)
  call.state.journal.violation(`flow-executor: next "${next}" leads elsewhere`)
  return denied(call, { key: '', done: 0, person: null, token: '' })
}

function goTo(to: string): Answer {
  return { status: 200, json: { component: 'xak-flow-redirect', to } }
}

function withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

function sameAddress(request: Request): string {
  const { pathname, search } = new URL(request.url)
  return `${pathname}${search}`
}
