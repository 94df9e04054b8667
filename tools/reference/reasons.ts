// The page of reason codes, from the table that decisions are made of.
import { decisionKinds, reasons } from '../../src/model/decision.ts'
import { type ReferencePage, code, referencePage, table } from './page.ts'

/** Every reason code, by decision. */
export function reasonsPage(): ReferencePage {
  const rows = decisionKinds.flatMap((kind) =>
    Object.entries(reasons)
      .filter(([, reason]) => reason.decision === kind)
      .map(([name, reason]) => [code(name), code(kind), reason.title, reason.fix]),
  )
  return referencePage('docs/reference/reasons.md', [
    '# Reason codes',
    'Every answer says who decided and why: `X-Gatehouse-Decision: <decision>; <reason>`. The codes are stable; log lines, metrics and `gatehouse explain` use the same ones.',
    table(['reason', 'decision', 'what it says', 'what to do'], rows),
  ])
}
