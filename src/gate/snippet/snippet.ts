// The contract of a snippet: what a proxy's configuration is made of, and the files that come out.
import type { IdentityHeaderNames } from '../config.ts'

/** A service as a proxy sees it. */
export interface SnippetService {
  /** A name, or `*.name`. */
  readonly host: string
  /** Origin that the proxy connects to (`http://127.0.0.1:3000`); null when it is not declared. */
  readonly upstream: string | null
}

/** Everything that a snippet says. Checked before it gets here: no value can end a quoted string. */
export interface SnippetInput {
  /** Origin of the sign-in host: `https://auth.example.com`. */
  readonly origin: string
  /** `host:port` under which the proxy reaches the gate's http listener. */
  readonly gateAddress: string
  readonly services: readonly SnippetService[]
  readonly identityHeaders: IdentityHeaderNames
  /** Name of the session cookie, which no service needs to see. */
  readonly sessionCookie: string
  /** Where the files will be put, without a trailing slash; files refer to one another by it. */
  readonly directory: string
}

/** One file of a proxy's configuration; `path` is relative to the directory of the input. */
export interface SnippetFile {
  readonly path: string
  readonly text: string
}

/** One proxy's configuration. Pure: the same input gives the same bytes. */
export interface Snippet {
  /** Where the proxy's Debian package, image or documentation keeps such files. */
  readonly directory: string
  render(input: SnippetInput): readonly SnippetFile[]
}
