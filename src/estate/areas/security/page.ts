// The page of protection beside signing in.
import { formatDuration } from '../../../std/units.ts'
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
import { codes, docsTable, prose } from '../../render/docs/markup.ts'

/** Blocks of `architecture/security.md`. */
export function securityPage({ areas }: Estate): readonly string[] {
  const { about, admission, bouncers, rate_limits: limits } = areas.security
  return [
    prose(about),
    chapter(
      'Who turns addresses away',
      docsTable(
        ['name', 'kind', 'stands at', 'never blocks'],
        bouncers.map(({ allowed, at, kind, name }) => [name, kind, at, codes(allowed)]),
      ),
    ),
    chapter(
      'Rate limits',
      docsTable(
        ['name', 'requests', 'at once'],
        limits.map(({ average, burst, name, period }) => [
          ...[name, `${average} in ${formatDuration(period)}`, String(burst)],
        ]),
      ),
    ),
    chapter(
      'Admission',
      docsTable(
        ['policy', 'enforced by', 'changes', 'to', 'where'],
        admission.map(({ changes, kind, name, namespaces, value }) => [
          ...[name, kind, changes, value ?? ''],
          namespaces.length === 0 ? 'everywhere' : namespaces.join(', '),
        ]),
      ),
    ),
  ]
}
