// A flow of authentik, walked as its own page walks it: over the flow executor, challenge by challenge.
import { type Result, err, ok } from '../../std/result.ts'
import type { Clock } from '../../world/clock.ts'
import type { AnswerClass } from '../door.ts'
import type { ProbeAnswer, ProbeFault, RobotBody } from '../probe/prober.ts'
import { type FlowMove, type FlowStop, moveFor } from './flow-challenge.ts'
import type { Credentials } from './form.ts'
import { codeOf, stepAt, stepMs } from './one-time-code.ts'

/** Requests of one flow at most; authentik's own client gives up after ten stages, each of two requests. */
const requestsMax = 24

/** One request as the page of the flow sends it. */
export interface FlowRequest {
  readonly url: URL
  readonly page: URL
  readonly body: RobotBody | null
}

/** What a flow is walked with. */
export interface FlowContext {
  /** Origin of authentik as it is declared: nothing is ever sent elsewhere. */
  readonly origin: string
  readonly credentials: Credentials
  /** False when signing out: then nothing is given to anybody. */
  readonly isSigningIn: boolean
  /** True once a flow before this one has taken the name and the password. */
  readonly hasSignedIn: boolean
  readonly codes: OneTimeCodes | null
  open(request: FlowRequest): Promise<Result<ProbeAnswer, ProbeFault>>
}

const asksName = 'ak-stage-identification'
const askedAgain = 'authentik took the password, ended its flow well, and asks to sign in again'

/** How a flow ended. */
export type FlowOutcome =
  | {
      readonly kind: 'leave'
      readonly url: URL
      readonly form: string | null
      readonly hasSignedIn: boolean
    }
  | { readonly kind: 'ended' }

/** Why it did not. */
export interface FlowFault {
  readonly class: AnswerClass
  readonly status: number | null
  readonly detail: string
}

/** Where the page of a flow is: `/if/flow/<slug>/` below the path that authentik lives under. */
const flowPage = /^(\/(?:[\w.~-]+\/)*)if\/flow\/([-\w]{1,200})\/$/

/** Base path and slug of the page of a flow; null for any other page. */
export function flowOf({ pathname }: URL): { readonly base: string; readonly slug: string } | null {
  const [, base, slug] = flowPage.exec(pathname) ?? []
  return base === undefined || slug === undefined ? null : { base, slug }
}

/** Walks through the flow of a page that was opened. */
export async function walkFlow(
  context: FlowContext,
  page: URL,
): Promise<Result<FlowOutcome, FlowFault>> {
  const flow = flowOf(page)
  if (flow === null || page.origin !== context.origin)
    return stuck({
      class: 'SIGN_IN_ELSEWHERE',
      detail: `${page.host} is not the declared authentik`,
    })
  const executor = new URL(`${flow.base}api/v3/flows/executor/${flow.slug}/`, page)
  executor.search = new URLSearchParams({ query: page.search.slice(1) }).toString()
  const given = new Set<string>()
  let body: RobotBody | null = null
  for (let request = 0; request < requestsMax; request++) {
    // oxlint-disable-next-line no-await-in-loop -- each challenge depends on the one before
    const opened: Result<ProbeAnswer, ProbeFault> = await context.open({
      url: executor,
      page,
      body,
    })
    if (!opened.ok) return err({ ...opened.error, status: null })
    const answered = read(opened.value, executor, { context, given })
    body = null
    if (answered === 'again') continue
    if (answered.kind === 'stop') return stuck(answered, opened.value.status)
    // oxlint-disable-next-line no-await-in-loop -- as above
    const next = await follow(answered, { context, given, page, executor })
    if (next === 'again') continue
    if ('outcome' in next) return next.outcome
    body = next.body
  }
  return stuck({ class: 'SIGN_IN_LOOP', detail: `The flow ${flow.slug} does not end` })
}

interface Walking {
  readonly context: FlowContext
  readonly given: Set<string>
}

/** The move that an answer asks for; `again`: the next challenge has to be fetched. */
function read(
  { body, headers, status }: ProbeAnswer,
  executor: URL,
  { context, given }: Walking,
): FlowMove | 'again' {
  // A stage that is done answers with a redirect to the executor itself.
  if (status === 302)
    return isSame(URL.parse(headers.get('location') ?? '', executor), executor)
      ? 'again'
      : { kind: 'stop', class: 'SIGN_IN_ELSEWHERE', detail: 'The flow executor leads elsewhere' }
  if (status === 429) return { kind: 'stop', class: 'RATE_LIMITED', detail: 'Too many sign-ins' }
  if (status !== 200)
    return { kind: 'stop', class: 'SIGN_IN_ERROR', detail: `The flow executor answered ${status}` }
  const { codes, credentials } = context
  return moveFor(body, { credentials, given, hasSeed: codes !== null })
}

type Next =
  | 'again'
  | { readonly body: RobotBody }
  | { readonly outcome: Result<FlowOutcome, FlowFault> }

interface Following extends Walking {
  readonly page: URL
  readonly executor: URL
}

async function follow(move: Exclude<FlowMove, FlowStop>, following: Following): Promise<Next> {
  const { context, given } = following
  if (move.kind === 'ended') return { outcome: ok({ kind: 'ended' }) }
  if (move.kind === 'leave' || move.kind === 'post') return leave(move, following)
  if (!context.isSigningIn) return { outcome: ok({ kind: 'ended' }) }
  if (context.hasSignedIn && move.asks === asksName)
    return { outcome: stuck({ class: 'SIGN_IN_DEACTIVATED', detail: askedAgain }) }
  given.add(move.asks)
  const code = move.kind === 'code' && context.codes !== null ? await context.codes.next() : null
  const json = code === null ? move.json : { ...move.json, code }
  return { body: { type: 'application/json', text: JSON.stringify(json) } }
}

function leave(
  move: Extract<FlowMove, { readonly to: string }>,
  { executor, given, page }: Following,
): Next {
  const url = URL.parse(move.to, page)
  if (move.kind === 'leave' && isSame(url, executor)) return 'again'
  if (url === null || !/^https?:$/.test(url.protocol))
    return { outcome: stuck({ class: 'SIGN_IN_ELSEWHERE', detail: 'The flow leads to nowhere' }) }
  const form = move.kind === 'post' ? move.form : null
  return { outcome: ok({ kind: 'leave', url, form, hasSignedIn: given.has(asksName) }) }
}

function isSame(url: URL | null, executor: URL): boolean {
  return url !== null && url.origin === executor.origin && url.pathname === executor.pathname
}

function stuck(
  { class: answerClass, detail }: Pick<FlowFault, 'class' | 'detail'>,
  status: number | null = null,
): Result<never, FlowFault> {
  return err({ class: answerClass, status, detail })
}

/** Codes of one seed, none of them twice: authentik refuses what was used (RFC 6238 section 5.2). */
export interface OneTimeCodes {
  /** A fresh one, if need be when the next step begins: after 30 seconds at most. */
  next(): Promise<string>
}

/** Codes of a seed. */
export function oneTimeCodes(seed: Uint8Array, clock: Pick<Clock, 'now' | 'after'>): OneTimeCodes {
  let used = -1
  return {
    next: async () => {
      const present = stepAt(clock.now())
      // A clock that was set back is no reason to wait for hours.
      const step = used >= present && used <= present + 1 ? used + 1 : present
      used = step
      const waitMs = step * stepMs - clock.now()
      if (waitMs > 0) await new Promise<void>((resolve) => void clock.after(waitMs, resolve))
      return codeOf(seed, step)
    },
  }
}
