// What a probe asks and what it can get. There is no place for a cookie in a request: see `RobotRequest`.
import type { Result } from '../../std/result.ts'

/** Headers of a probe: never anybody's credentials. What gets past the compiler, the prober refuses. */
export type ProbeHeaders = Readonly<Record<string, string>> & {
  readonly [name in 'Cookie' | 'cookie' | 'Authorization' | 'authorization']?: never
}

/** One cookie-less request over HTTP/1.1. Everything is bounded; redirects are never followed. */
export interface ProbeRequest {
  readonly scheme: 'http' | 'https'
  /** Name in Host and SNI. */
  readonly host: string
  readonly port: number
  /**
   * Address connected to instead of what `host` resolves to (as `curl --resolve`), or a name to resolve in
   * its place; null: resolve `host`.
   */
  readonly address: string | null
  /** Address family to use when resolving. */
  readonly family: 'any' | 'ipv4' | 'ipv6'
  /**
   * Resolvers to ask for `host`, in turn until one answers; absent or empty: the machine's way. Public
   * names may lead elsewhere from inside (split horizon).
   */
  readonly resolvers?: readonly string[]
  readonly method: 'GET' | 'HEAD'
  /** Path and query. */
  readonly target: string
  /** Further headers; `Host` and `User-Agent` in place of the prober's own. */
  readonly headers: ProbeHeaders
  /** For the whole exchange, name resolution included. */
  readonly timeoutMs: number
  /** Certificates that do not verify are an observation; false only where the operator said so. */
  readonly verifyTls: boolean
}

/** What came back. Bodies are cut at a bound; a cut body is not a fault. */
export interface ProbeAnswer {
  readonly status: number
  /** Lower-case names; a name that came several times has its values joined by `, `. */
  readonly headers: ReadonlyMap<string, string>
  /** Values of Set-Cookie, which cannot be joined; read by the robot alone, never logged. */
  readonly setCookies: readonly string[]
  /** The first bytes as text, decompressed within a bound. */
  readonly body: string
  /** Address connected to. */
  readonly address: string
  /** Leaf certificate; null over plain HTTP. */
  readonly certificate: ProbeCertificate | null
  readonly ms: number
}

/** What a probe needs to know of a certificate. */
export interface ProbeCertificate {
  /** Epoch ms. */
  readonly notAfter: number
  readonly subject: string
  readonly issuer: string
}

/** Why there is no answer, by name (study, section 4.4). */
export interface ProbeFault {
  readonly class: 'DNS' | 'CONNECT' | 'TLS' | 'TIMEOUT' | 'TOO_LARGE' | 'MALFORMED'
  readonly detail: string
  readonly ms: number
}

/** Sends probes. The real one is `realProber`; drills have a simulated one. */
export interface Prober {
  probe(request: ProbeRequest): Promise<Result<ProbeAnswer, ProbeFault>>
  /** The same with the session of the robot: a type of its own, so that no probe can carry one. */
  probeSignedIn(request: RobotRequest): Promise<Result<ProbeAnswer, ProbeFault>>
  /** Asks for the addresses of a name; faults are of class `DNS`. */
  resolve(question: ResolveRequest): Promise<Result<readonly string[], ProbeFault>>
}

/** A question to a resolver. */
export interface ResolveRequest {
  readonly name: string
  readonly family: 'ipv4' | 'ipv6'
  /** Address, with a port where it is not 53; null: the machine's way. */
  readonly resolver: string | null
  readonly timeoutMs: number
}

/** A request with the one session of the robot, or with the token of a program. */
export interface RobotRequest {
  readonly request: ProbeRequest
  /** Value of the header Cookie; never logged. */
  readonly cookies: string
  /** Value of the header Authorization, for a program with a token; absent: none. Never logged. */
  readonly authorization?: string
  /** Sent by POST, in place of `request.method`; null: nothing. */
  readonly body: RobotBody | null
}

/** What the robot sends: a form as a browser does, or JSON as a program in a page does. */
export interface RobotBody {
  readonly type: 'application/x-www-form-urlencoded' | 'application/json'
  readonly text: string
}
