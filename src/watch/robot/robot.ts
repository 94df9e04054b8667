// The person of its own that the watch signs in as: one session that is kept, and full sign-ins that end.
import { type Result, err, ok } from '../../std/result.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { RobotConfig, WatchConfig } from '../config.ts'
import type { Way } from '../contract/vantage.ts'
import type { AnswerClass, Door } from '../door.ts'
import type { Prober } from '../probe/prober.ts'
import { type CookieJar, createCookieJar } from './cookie-jar.ts'
import { type OneTimeCodes, flowOf, oneTimeCodes } from './flow.ts'
import { seedBytes } from './one-time-code.ts'
import { type Arrival, type WalkContext, type WalkFault, place, walk } from './walk.ts'

/** A session of the robot. */
export interface RobotSession {
  /** Value of the header Cookie for a host; never logged. */
  cookiesFor(host: string): string
}

/** How a full sign-in went. */
export interface SignInResult {
  readonly ok: boolean
  readonly class: AnswerClass
  readonly status: number | null
  readonly ms: number
  readonly detail: string
}

/** The robot. Nothing that it does rejects. */
export interface Robot {
  /** The session that is kept; made at the first call. Null: there is none, and it is too early to try again. */
  session(): Promise<RobotSession | null>
  /**
   * A new session in place of one that was refused, or the one that somebody else has renewed already.
   * `isEarly`: the old one did not last as long as sessions do. Null: there is no new one.
   */
  renew(refused: RobotSession): Promise<{
    readonly session: RobotSession
    readonly isEarly: boolean
  } | null>
  /** Signs in from nothing, opens the door, signs out. */
  signInFully(): Promise<SignInResult>
  /** Signs the kept session out, so that it does not stay behind. */
  close(): Promise<void>
}

/** What the robot is made with. */
export interface RobotOptions {
  readonly robot: RobotConfig
  readonly door: Door
  readonly way: Way
  readonly config: WalkContext['config'] & Pick<WatchConfig, 'intervalMs'>
  readonly prober: Prober
  /** Gives a fresh value of the header that announces a probe to the gate; null: none. */
  readonly mark: (() => string) | null
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'after'>
  readonly log: Log
}

/** A session that ended before this time did not end of age. */
const lastingMs = 10 * 60_000

interface Kept extends RobotSession {
  readonly jar: CookieJar
  readonly openedAt: number
  /** Where one signs out of it, one after the other; none: not known. */
  readonly exits: readonly URL[]
}

/** Makes the robot. */
export function createRobot(given: RobotOptions): Robot {
  const { clock, config, door, log, robot } = given
  const seed = seedBytes(robot.totpSeed ?? '')
  const options: Made = { ...given, codes: seed === null ? null : oneTimeCodes(seed, clock) }
  let kept: Kept | null = null
  let opening: Promise<Kept | null> | null = null
  let failures = 0
  let notBefore = -Infinity

  const open = async (): Promise<Kept | null> => {
    if (clock.monotonic() < notBefore) return null
    const opened = await signIn(options)
    if (opened.ok) {
      failures = 0
      kept = opened.value.session
      return kept
    }
    // A wrong password that is tried every minute would lock its own account.
    failures++
    notBefore = clock.monotonic() + Math.min(robot.signInEveryMs, config.intervalMs * 2 ** failures)
    log.write('warn', 'robot-not-signed-in', { detail: opened.error.detail, failures })
    return null
  }
  /** One sign-in at a time, whoever asks. */
  const opened = (): Promise<Kept | null> => {
    opening ??= open().finally(() => {
      opening = null
    })
    return opening
  }
  return {
    session: () => (kept === null ? opened() : Promise.resolve(kept)),
    renew: async (refused) => {
      if (kept !== null && kept !== refused) return { session: kept, isEarly: false }
      const age = clock.monotonic() - (kept?.openedAt ?? -Infinity)
      kept = null
      const session = await opened()
      return session === null ? null : { session, isEarly: age < lastingMs }
    },
    signInFully: async () => {
      const from = clock.monotonic()
      const signedIn = await signIn(options)
      const ms = clock.monotonic() - from
      if (!signedIn.ok) return { ok: false, ms, ...signedIn.error }
      const left = await signOut(options, signedIn.value.session)
      if (left !== null) log.write('warn', 'robot-not-signed-out', { detail: left })
      const { status } = signedIn.value.arrival.answer
      const detail = `Signed in and opened ${door.id}${left === null ? ', and signed out' : ''}`
      return { ok: true, class: 'CONTENT', status, ms, detail }
    },
    close: async () => {
      const session = kept
      kept = null
      if (session !== null) await signOut(options, session)
    },
  }
}

/** One source of codes for all sign-ins, so that none is used twice. */
interface Made extends RobotOptions {
  readonly codes: OneTimeCodes | null
}

interface SignedIn {
  readonly session: Kept
  readonly arrival: Arrival
}

/** Opens the door without a session and walks through whatever sign-in it leads to. */
async function signIn(options: Made): Promise<Result<SignedIn, WalkFault>> {
  const { clock, config, door, robot } = options
  const jar = createCookieJar()
  const target = doorUrl(config, door)
  const passed: URL[] = []
  const walked = await walk(walkContext(options, jar, true), target, passed)
  const session: Kept = {
    jar,
    openedAt: clock.monotonic(),
    exits: exitsOf(options, passed, target),
    cookiesFor: () => jar.header(target),
  }
  if (!walked.ok) {
    // Refused behind a sign-in that went well: its session stays where the next one would only add to it.
    if (robot.method === 'authentik') await signOut(options, session)
    return walked
  }
  const detail = faultOf(door, walked.value)
  if (detail === null) return ok({ session, arrival: walked.value })
  // Whatever was opened on the way must not stay behind.
  await signOut(options, session)
  return err({ class: 'OTHER', status: walked.value.answer.status, detail })
}

/** What is wrong with where a sign-in ended; null for the door as it should be. */
function faultOf(door: Door, { answer, passed, url }: Arrival): string | null {
  const { body, status } = answer
  if (url.hostname !== door.host) return `Stopped at ${place(url)} with ${status}`
  if (passed.every(({ hostname, pathname }) => hostname === door.host && pathname === url.pathname))
    return `${door.id} let a stranger in with ${status}`
  if (status >= 400) return `Signed in, but ${door.id} answered ${status}`
  return door.marker === null || body.includes(door.marker)
    ? null
    : `Signed in, but ${door.id} lacks "${door.marker}"`
}

/** Signs out; null when that worked, else why not. */
async function signOut(options: Made, { exits, jar }: Kept): Promise<string | null> {
  if (exits.length === 0) return 'Nothing is known of how to sign out here'
  let wrong: string | null = null
  for (const exit of exits) {
    // oxlint-disable-next-line no-await-in-loop -- out of the gate first, then out of what stands behind it
    const walked = await walk(walkContext(options, jar, false), exit)
    if (!walked.ok) wrong ??= walked.error.detail
    else if (walked.value.answer.status >= 400)
      wrong ??= `${place(walked.value.url)} answered ${walked.value.answer.status}`
  }
  return wrong
}

function walkContext(options: Made, jar: CookieJar, isSigningIn: boolean): WalkContext {
  const { clock, codes, config, mark, prober, robot, way } = options
  const origin = robot.method === 'authentik' ? (robot.provider ?? '') : null
  return {
    prober,
    mark,
    now: clock.now,
    monotonic: clock.monotonic,
    config,
    way,
    jar,
    credentials: robot,
    rewrite: robot.method === 'accounts' ? pastTheChooser : (url) => url,
    authentik: origin === null ? null : { origin, codes },
    isSigningIn,
  }
}

/** The chooser has no form: the robot knows which way it takes. */
function pastTheChooser(url: URL): URL {
  if (url.pathname !== signInPath) return url
  const direct = new URL(url)
  direct.pathname = `${signInPath}/accounts`
  return direct
}

const signInPath = '/_gatehouse/sign-in'
const outpostStartPath = '/outpost.goauthentik.io/start'

/** Where one signs out, by where the sign-in began: the gate's pages, or those of an outpost; then authentik itself. */
function exitsOf({ robot }: Made, passed: readonly URL[], target: URL): readonly URL[] {
  const own = exitOf(passed, target)
  const flow = passed.find((url) => url.origin === robot.provider && flowOf(url) !== null)
  const base = robot.method !== 'authentik' || flow === undefined ? null : flowOf(flow)?.base
  return [
    ...(own === null ? [] : [own]),
    // The session there outlives that of the gate: one would be left at every sign-in.
    ...(typeof base === 'string' ? [new URL(`${base}flows/-/default/invalidation/`, flow)] : []),
  ]
}

function exitOf(passed: readonly URL[], target: URL): URL | null {
  const start = passed.find(({ pathname }) => pathname.startsWith(signInPath))
  if (start !== undefined) return new URL('/_gatehouse/sign-out', start)
  return passed.some(({ pathname }) => pathname === outpostStartPath)
    ? new URL('/outpost.goauthentik.io/sign_out', target)
    : null
}

function doorUrl({ port, scheme }: RobotOptions['config'], { host, path }: Door): URL {
  return new URL(path, `${scheme}://${host}:${port}`)
}
