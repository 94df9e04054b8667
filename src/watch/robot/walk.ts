// A browser without eyes: follows redirects and fills in forms until a page comes that asks for nothing.
import { isAddressLiteral } from '../../model/host.ts'
import { probeMarkHeader } from '../../model/probe-mark.ts'
import { type Result, err, ok } from '../../std/result.ts'
import type { WatchConfig } from '../config.ts'
import type { Way } from '../contract/vantage.ts'
import type { ProbeAnswer, ProbeFault, ProbeRequest, Prober, RobotBody } from '../probe/prober.ts'
import { urlTarget } from '../probe/url-target.ts'
import type { AnswerClass } from '../door.ts'
import type { CookieJar } from './cookie-jar.ts'
import { type FlowRequest, type OneTimeCodes, flowOf, walkFlow } from './flow.ts'
import { type Credentials, fill, kindOf, readForms } from './form.ts'

/** What a walk needs. */
export interface WalkContext {
  readonly prober: Prober
  readonly mark: (() => string) | null
  /** Epoch ms, and ms of a clock that never jumps. */
  now(): number
  monotonic(): number
  readonly config: Pick<
    WatchConfig,
    'doors' | 'port' | 'scheme' | 'signInOrigins' | 'timeoutMs' | 'verifyTls'
  >
  /** Way of the public names: over the edge, or pinned to the ingress. */
  readonly way: Way
  readonly jar: CookieJar
  readonly credentials: Credentials
  /** Turns an address that a redirect leads to into the one that is opened. */
  readonly rewrite: (url: URL) => URL
  /** Authentik, where its flows are walked: then the password goes to this origin and to no other. */
  readonly authentik: { readonly origin: string; readonly codes: OneTimeCodes | null } | null
  /** False on the way out, when nobody is given a password. */
  readonly isSigningIn: boolean
}

/** Where a walk ended. */
export interface Arrival {
  readonly url: URL
  readonly answer: ProbeAnswer
  /** All addresses on the way, in order, without the last. */
  readonly passed: readonly URL[]
}

/** Why it did not get anywhere: the last fault, or a sentence. Neither holds a query or a secret. */
export interface WalkFault {
  readonly class: AnswerClass
  readonly status: number | null
  readonly detail: string
}

/** Requests of one walk at most. */
const hopsMax = 20
/** Forms filled in at most: name, then password, then a consent. A wrong password shows the same form again. */
const formsMax = 4
/** Flows of authentik on one walk at most: to sign in, to authorize, and one each that somebody put between. */
const flowsMax = 6
/** Longest time of one walk, in ms, waiting for the next one-time code included. */
const walkMsMax = 90_000

/**
 * Walks from `start` to the page that it leads to. The addresses on the way are put into `passed`, also where
 * the walk fails: a fault itself holds none, since it is logged.
 */
export async function walk(
  context: WalkContext,
  start: URL,
  passed: URL[] = [],
): Promise<Result<Arrival, WalkFault>> {
  const so = { filled: new Set<string>(), flows: 0, hasSignedIn: false }
  const deadline = context.monotonic() + walkMsMax
  /** True once the walk has been elsewhere and come back: whoever leads on from there is the service. */
  let isBack = false
  let step: Step = { url: start, form: null, from: null }
  for (let hop = 0; hop < hopsMax; hop++) {
    const { url } = step
    const distrust = distrustOfPlace(context, url)
    if (distrust !== null) return err(distrust)
    // oxlint-disable-next-line no-await-in-loop -- each step depends on the one before
    const outcome = await open(context, { ...step, deadline })
    if (!outcome.ok) return err({ ...outcome.error, status: null })
    const { value: answer } = outcome
    context.jar.take(url, answer.setCookies, context.now())
    const next = redirectOf(answer, url)
    if (next === 'none') return err(wrong(answer, `${place(url)} redirects to nowhere`))
    isBack ||= url.hostname === start.hostname && passed.some((at) => at.hostname !== url.hostname)
    if (next === null) {
      // oxlint-disable-next-line no-await-in-loop -- as above
      const page = await nextStep(context, { answer, url, so, isBack, deadline })
      if (!page.ok) return page
      if (page.value === 'arrived') return ok({ url, answer, passed })
      step = { ...page.value, from: url }
    } else step = { url: context.rewrite(next), form: null, from: url }
    passed.push(url)
  }
  return err({ class: loopOf(context), status: null, detail: `More than ${hopsMax} requests` })
}

/** What a walk has done so far. */
interface SoFar {
  /** Forms sent, by address and kind. */
  readonly filled: Set<string>
  flows: number
  hasSignedIn: boolean
}

interface Page {
  readonly answer: ProbeAnswer
  readonly url: URL
  readonly so: SoFar
  readonly isBack: boolean
  /** Monotonic ms at which the walk is given up. */
  readonly deadline: number
}

type PageStep = Pick<Step, 'url' | 'form'> | 'arrived'

/** Where a page leads that is no redirect. */
async function nextStep(context: WalkContext, page: Page): Promise<Result<PageStep, WalkFault>> {
  const { authentik, isSigningIn } = context
  const { answer, url } = page
  if (authentik === null || url.origin !== authentik.origin) {
    const step = await nextForm(context, page)
    if (step === 'arrived' || typeof step !== 'string') return ok(step)
    return err(wrong(answer, step))
  }
  if (flowOf(url) !== null) return flowStep(context, page)
  if (!isSigningIn) return ok('arrived')
  // A page of its own in place of a redirect: authentik has refused the application to this person.
  const refused = answer.status < 500 ? 'SIGN_IN_DENIED' : 'SIGN_IN_ERROR'
  const detail = `authentik stopped at ${place(url)} with ${answer.status}`
  return err({ class: refused, status: answer.status, detail })
}

async function flowStep(
  context: WalkContext,
  { answer, deadline, so, url: page }: Page,
): Promise<Result<PageStep, WalkFault>> {
  const { authentik, credentials, isSigningIn, jar } = context
  const { status } = answer
  if (status !== 200)
    return err({ class: 'SIGN_IN_ERROR', status, detail: `${place(page)} answered ${status}` })
  if (++so.flows > flowsMax)
    return err({
      class: 'SIGN_IN_LOOP',
      status,
      detail: `More than ${flowsMax} flows of authentik`,
    })
  const ended = await walkFlow(
    {
      origin: authentik?.origin ?? '',
      credentials,
      isSigningIn,
      hasSignedIn: so.hasSignedIn,
      codes: authentik?.codes ?? null,
      open: async (request) => {
        const outcome = await openFlow(context, request, deadline)
        if (outcome.ok) jar.take(request.url, outcome.value.setCookies, context.now())
        return outcome
      },
    },
    page,
  )
  if (!ended.ok) return ended
  if (ended.value.kind === 'ended') return ok('arrived')
  const { form, hasSignedIn, url } = ended.value
  so.hasSignedIn ||= hasSignedIn
  // Who signs out is led to the way in again.
  return ok(isSigningIn ? { url: context.rewrite(url), form } : 'arrived')
}

/** Why a place is not even asked: while authentik's flows are walked, nobody else has a part in it. */
function distrustOfPlace({ authentik, config }: WalkContext, url: URL): WalkFault | null {
  if (authentik === null || url.origin === authentik.origin || isPublic(config, url.hostname))
    return null
  const detail = `The sign-in leads to "${url.host}", which is neither a declared host nor the declared authentik`
  return { class: 'SIGN_IN_ELSEWHERE', status: null, detail: detail.slice(0, 300) }
}

function loopOf({ authentik }: WalkContext): AnswerClass {
  return authentik === null ? 'OTHER' : 'SIGN_IN_LOOP'
}

/** The form that the page wants to have sent; `arrived` where it wants none; a sentence when it is stuck. */
async function nextForm(
  context: WalkContext,
  { answer, isBack, so: { filled }, url }: Page,
): Promise<{ readonly url: URL; readonly form: string } | 'arrived' | string> {
  const { config, credentials } = context
  // The pages of the doors are the services' own: whatever forms they have are nobody's sign-in.
  if (config.doors.some(({ host }) => host === url.hostname)) return 'arrived'
  const forms = await readForms(answer.body)
  const wanted =
    forms.find((form) => kindOf(form) === 'credentials') ??
    forms.find((form) => kindOf(form) === 'confirmation' && form.method === 'post')
  if (wanted === undefined) return 'arrived'
  const to = URL.parse(wanted.action === '' ? url.href : wanted.action, url)
  if (to === null || !/^https?:$/.test(to.protocol)) return `${place(url)} has a form to nowhere`
  const distrust =
    kindOf(wanted) === 'credentials' ? distrustOf(context, { url, to, isBack }) : null
  if (distrust !== null) return distrust
  const mark = `${to.origin}${to.pathname} ${kindOf(wanted)} ${wanted.fields.length}`
  if (filled.has(mark)) return `${place(url)} asks again: it did not take what it was given`
  if (filled.size >= formsMax) return `${place(url)} is one form too many`
  filled.add(mark)
  const form = fill(wanted, credentials)
  return { url: to, form }
}

/** Why the password is not typed into a page; null where it is. */
function distrustOf(
  { authentik, config: { scheme } }: WalkContext,
  { isBack, to, url }: { readonly url: URL; readonly to: URL; readonly isBack: boolean },
): string | null {
  if (authentik !== null) return `${place(url)} asks for a password, which is for authentik alone`
  if (isBack) return `${place(url)} asks for a password after the sign-in: the service led there`
  if (to.hostname !== url.hostname) return `${place(url)} would send the password to "${to.host}"`
  const isClear = scheme === 'https' && [url, to].some(({ protocol }) => protocol !== 'https:')
  return isClear ? `${place(url)} would send the password in clear` : null
}

interface Step {
  readonly url: URL
  readonly form: string | null
  /** The page that it was reached from. */
  readonly from: URL | null
}

function open(
  context: WalkContext,
  { deadline, form, from, url }: Step & { readonly deadline: number },
): Promise<Result<ProbeAnswer, ProbeFault>> {
  // As a browser does for a form of its own page, so that checks against cross-site requests pass.
  // Strangers get no more than the origin: the query of a sign-in is nobody else's business.
  const referer = from?.origin === url.origin ? from.href : `${from?.origin ?? ''}/`
  const sender = form === null || from === null ? {} : { Origin: from.origin, Referer: referer }
  const body = form === null ? null : ({ type: formType, text: form } as const)
  return send(context, { url, body, headers: sender, deadline })
}

const formType = 'application/x-www-form-urlencoded'

/** As the page of a flow asks the executor: JSON, and the header against cross-site requests. */
function openFlow(
  context: WalkContext,
  { body, page, url }: FlowRequest,
  deadline: number,
): Promise<Result<ProbeAnswer, ProbeFault>> {
  const cookie = /(?:^|; )authentik_csrf=([\w-]{1,200})(?:;|$)/.exec(context.jar.header(url))?.[1]
  const headers = {
    Accept: 'application/json',
    Referer: page.href,
    ...(body === null ? {} : { Origin: page.origin }),
    ...(body === null || cookie === undefined ? {} : { 'X-authentik-CSRF': cookie }),
  }
  return send(context, { url, body, headers, deadline })
}

interface Sent {
  readonly url: URL
  readonly body: RobotBody | null
  readonly headers: Readonly<Record<string, string>>
  readonly deadline: number
}

function send(
  context: WalkContext,
  { body, deadline, headers, url }: Sent,
): Promise<Result<ProbeAnswer, ProbeFault>> {
  const { config, jar, mark, prober } = context
  const leftMs = deadline - context.monotonic()
  if (leftMs <= 0) {
    const detail = `The sign-in took more than ${walkMsMax / 1000} s`
    return Promise.resolve(err({ class: 'TIMEOUT', detail, ms: walkMsMax }))
  }
  const request = requestOf(context, url)
  if (request === null) {
    const detail = `${place(url)} is no address that can be opened`
    return Promise.resolve(err({ class: 'CONNECT', detail, ms: 0 }))
  }
  const isOurs = isPublic(config, url.hostname)
  const announcement = mark !== null && isOurs ? { [probeMarkHeader]: mark() } : {}
  return prober.probeSignedIn({
    request: {
      ...request,
      timeoutMs: Math.min(request.timeoutMs, leftMs),
      headers: { ...request.headers, ...headers, ...announcement },
    },
    cookies: jar.header(url),
    body,
  })
}

function requestOf({ config, way }: WalkContext, url: URL): ProbeRequest | null {
  const target = urlTarget(url)
  if (target === null) return null
  const isOurs =
    target.scheme === config.scheme && target.port === config.port && isPublic(config, url.hostname)
  const pinned = way.vantage === 'ingress' && isOurs ? way.replica : null
  // The name as it stands in the address bar, whichever port the replica listens on.
  const name = pinned === null || pinned.port === target.port ? {} : { Host: url.host }
  const { timeoutMs, verifyTls } = config
  return {
    ...target,
    ...(pinned === null ? { address: null } : pinned),
    family: 'any',
    method: 'GET',
    headers: { Accept: 'text/html,*/*;q=0.8', ...name },
    timeoutMs,
    verifyTls,
  }
}

/** True for names that lead to the ingress: those of the doors, and of the gate's own pages. */
function isPublic({ doors, signInOrigins }: WalkContext['config'], name: string): boolean {
  if (isAddressLiteral(name)) return false
  const isSignIn = signInOrigins.some((origin) => URL.parse(origin)?.hostname === name)
  return isSignIn || doors.some(({ host }) => host === name)
}

function redirectOf({ headers, status }: ProbeAnswer, url: URL): URL | null | 'none' {
  if (status < 300 || status > 399 || status === 304) return null
  const location = headers.get('location') ?? ''
  const to = location === '' ? null : URL.parse(location, url)
  return to === null || !/^https?:$/.test(to.protocol) ? 'none' : to
}

function wrong({ status }: ProbeAnswer, detail: string): WalkFault {
  return { class: 'OTHER', status, detail }
}

/** Host and path: the query of a sign-in holds what is nobody's business. */
export function place({ host, pathname }: URL): string {
  return `${host}${pathname.slice(0, 100)}`
}
