// "Is it only me?": a page for anybody, signed in or turned away, from what the watch knows already.
import { parseHost } from '../model/host.ts'
import type { PublicVerdict } from '../model/public-verdict.ts'
import type { PageRequest, PageRoute } from './page.ts'
import { statusPage, statusPath } from './pages/status.tsx'
import type { Policy } from './policy/policy.ts'

/** What the page is made from. The functions follow a reload; asking them costs nothing and starts nothing. */
export interface StatusSources {
  policy(): Policy
  /** Null: no watch runs beside this gate, or it has seen nothing yet. */
  verdict(): PublicVerdict | null
  /** The operator's own words on whom to ask; empty for none. */
  support(): string
}

/** The page. It knows nobody, so it needs no session, sets no cookie and keeps nothing. */
export function statusRoute(sources: StatusSources): PageRoute {
  return {
    method: 'GET',
    path: statusPath,
    handle: async (request) => answer(sources, request),
  }
}

function answer(sources: StatusSources, request: PageRequest): Response {
  const named = request.query.get('host') ?? ''
  const parsed = parseHost(named)
  const host = parsed.ok ? parsed.value.host : null
  const isDeclared =
    host !== null &&
    sources.policy().match({ host, path: '/', method: 'GET', clientAddress: null }).kind !==
      'unknown-host'
  const verdict = sources.verdict()
  const support = sources.support()
  return statusPage({
    host: isDeclared ? host : null,
    isUnknown: named !== '' && !isDeclared,
    verdict,
    standing: isDeclared ? (verdict?.host(host) ?? null) : null,
    requestId: request.requestId,
    ...(support === '' ? {} : { supportHint: support }),
  })
}
