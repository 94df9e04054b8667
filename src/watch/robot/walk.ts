// A browser without eyes: follows redirects and fills in forms until a page comes that asks for nothing.
import { isAddressLiteral } from '../../model/host.ts'
import { probeMarkHeader } from '../../model/probe-mark.ts'
import { type Result, err, ok } from '../../std/result.ts'
import type { WatchConfig } from '../config.ts'
import type { Way } from '../contract/vantage.ts'
import type { ProbeAnswer, ProbeFault, ProbeRequest, Prober } from '../probe/prober.ts'
import { urlTarget } from '../probe/url-target.ts'
import type { CookieJar } from './cookie-jar.ts'
import { type Credentials, fill, kindOf, readForms } from './form.ts'

/** What a walk needs. */
export interface WalkContext {
  readonly prober: Prober
  readonly mark: (() => string) | null
  /** Epoch ms. */
  now(): number
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
  readonly class: ProbeFault['class'] | 'OTHER'
  readonly status: number | null
  readonly detail: string
}

/** Requests of one walk at most. */
const hopsMax = 20
/** Forms filled in at most: name, then password, then a consent. A wrong password shows the same form again. */
const formsMax = 4

/** Walks from `start` to the page that it leads to. */
export async function walk(context: WalkContext, start: URL): Promise<Result<Arrival, WalkFault>> {
  const passed: URL[] = []
  const filled = new Set<string>()
  /** True once the walk has been elsewhere and come back: whoever leads on from there is the service. */
  let isBack = false
  let url = start
  let form: string | null = null
  let from: URL | null = null
  for (let hop = 0; hop < hopsMax; hop++) {
    // oxlint-disable-next-line no-await-in-loop -- each step depends on the one before
    const outcome = await open(context, { url, form, from })
    if (!outcome.ok) return err({ ...outcome.error, status: null })
    const { value: answer } = outcome
    context.jar.take(url, answer.setCookies, context.now())
    const next = redirectOf(answer, url)
    if (next === 'none') return err(wrong(answer, `${place(url)} redirects to nowhere`))
    isBack ||= url.hostname === start.hostname && passed.some((at) => at.hostname !== url.hostname)
    if (next !== null) {
      passed.push(url)
      from = url
      url = context.rewrite(next)
      form = null
      continue
    }
    // oxlint-disable-next-line no-await-in-loop -- as above
    const step = await nextForm(context, { answer, url, filled, isBack })
    if (step === 'arrived') return ok({ url, answer, passed })
    if (typeof step === 'string') return err(wrong(answer, step))
    passed.push(url)
    from = url
    url = step.url
    form = step.form
  }
  return err({ class: 'OTHER', status: null, detail: `More than ${hopsMax} requests` })
}

interface Page {
  readonly answer: ProbeAnswer
  readonly url: URL
  /** Forms sent so far, by address and kind. */
  readonly filled: Set<string>
  readonly isBack: boolean
}

/** The form that the page wants to have sent; `arrived` where it wants none; a sentence when it is stuck. */
async function nextForm(
  context: WalkContext,
  { answer, filled, isBack, url }: Page,
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
  const distrust = kindOf(wanted) === 'credentials' ? distrustOf(config, { url, to, isBack }) : null
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
  { scheme }: WalkContext['config'],
  { isBack, to, url }: { readonly url: URL; readonly to: URL; readonly isBack: boolean },
): string | null {
  if (isBack) return `${place(url)} asks for a password after the sign-in: the service led there`
  if (to.hostname !== url.hostname) return `${place(url)} would send the password to "${to.host}"`
  const isClear = scheme === 'https' && [url, to].some(({ protocol }) => protocol !== 'https:')
  return isClear ? `${place(url)} would send the password in clear` : null
}

interface Step {
  readonly url: URL
  readonly form: string | null
  readonly from: URL | null
}

function open(
  context: WalkContext,
  { form, from, url }: Step,
): Promise<Result<ProbeAnswer, ProbeFault>> {
  const { config, jar, mark, prober } = context
  const request = requestOf(context, url)
  if (request === null) {
    const detail = `${place(url)} is no address that can be opened`
    return Promise.resolve(err({ class: 'CONNECT', detail, ms: 0 }))
  }
  // As a browser does for a form of its own page, so that checks against cross-site requests pass.
  // Strangers get no more than the origin: the query of a sign-in is nobody else's business.
  const referer = from?.origin === url.origin ? from.href : `${from?.origin ?? ''}/`
  const sender = form === null || from === null ? {} : { Origin: from.origin, Referer: referer }
  const isOurs = isPublic(config, url.hostname)
  const announcement = mark !== null && isOurs ? { [probeMarkHeader]: mark() } : {}
  const headers = { ...request.headers, ...sender, ...announcement }
  return prober.probeSignedIn({ request: { ...request, headers }, cookies: jar.header(url), form })
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
