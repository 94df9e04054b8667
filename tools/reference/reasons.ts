// The page of reason codes, from the tables that decisions and the pages of sign-in are made of.
import { type SignInFaultEntry, signInFaults } from '../../src/gate/sign-in/faults.ts'
import { decisionKinds, reasons } from '../../src/model/decision.ts'
import { type ReferencePage, code, referencePage, table } from './page.ts'

/** Every reason code, by decision. */
export function reasonsPage(): ReferencePage {
  const rows = decisionKinds.flatMap((kind) =>
    Object.entries(reasons)
      .filter(([, reason]) => reason.decision === kind)
      .map(([name, reason]) => [code(name), code(kind), reason.title, reason.fix]),
  )
  const faults: readonly (readonly [string, SignInFaultEntry])[] = Object.entries(signInFaults)
  const signIn = faults.map(([name, fault]) => [
    code(name),
    String(fault.status),
    fault.outcome === null ? '' : code(fault.outcome),
    fault.title,
    fault.helps.join('; '),
  ])
  return referencePage('docs/reference/reasons.md', [
    '# Reason codes',
    'Every answer says who decided and why: `X-Gatehouse-Decision: <decision>; <reason>`. The codes are stable; log lines, metrics and `gatehouse explain` use the same ones.',
    table(['reason', 'decision', 'what it says', 'what to do'], rows),
    '## Signing in and out',
    'Pages of the sign-in host carry these codes; the log has them as `reason` of `sign-in-refused`, with the same request id and what was found, and the metric counts the outcome.',
    table(['reason', 'status', 'outcome', 'what it says', 'what to do'], signIn),
  ])
}
