// Every limit of the reverse proxy. Times run from the last byte, not from the first: an upload may last.

/** Limits that a test may tighten. */
export interface ProxyLimits {
  /** To reach the service, TLS included. */
  readonly connectTimeoutMs: number
  /** From the end of the request to the head of the answer. */
  readonly answerTimeoutMs: number
  /** Between two pieces of a request body. */
  readonly uploadTimeoutMs: number
  /** Between two pieces of an answer: server-sent events may be silent for long. */
  readonly downloadTimeoutMs: number
  /** Without a byte in either direction on a WebSocket. */
  readonly tunnelTimeoutMs: number
  /** For a reader that takes nothing. */
  readonly stallTimeoutMs: number
  /** Requests under way at one time; further ones are answered 503. */
  readonly exchangesMax: number
}

/** The limits in use. */
export const proxyLimits: ProxyLimits = {
  connectTimeoutMs: 10_000,
  answerTimeoutMs: 300_000,
  uploadTimeoutMs: 60_000,
  downloadTimeoutMs: 3_600_000,
  tunnelTimeoutMs: 3_600_000,
  stallTimeoutMs: 120_000,
  exchangesMax: 4096,
}

/** Longest head of a service's answer, in bytes. */
export const responseHeadBytesMax = 65_536
/** Interim answers (1xx) to one request; a service that sends more is cut off. */
export const interimAnswersMax = 16
