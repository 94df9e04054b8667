// What `gatehouse check` says of the policy of the gate, as rows of the page of rules: each id with its reason.

/** A finding about services and their rules, whatever else is declared. */
interface PolicyRule {
  readonly id: string
  readonly severity: 'error' | 'warning'
  readonly title: string
  readonly reason: string
}

/** Every id of src/gate/policy; a test holds this list against the source. */
export const policyRules: readonly PolicyRule[] = [
  {
    id: 'wildcard-bypass',
    severity: 'warning',
    title: 'A rule of a wildcard host asks nobody to sign in',
    reason: 'It opens every name below, also those that nobody has thought of',
  },
  {
    id: 'wildcard-exception',
    severity: 'warning',
    title: 'A wildcard host asks for sign-in, and hosts below it do not',
    reason: 'Who reads the wildcard alone takes the whole domain for protected',
  },
  {
    id: 'wildcard-not-inherited',
    severity: 'warning',
    title: 'A host below a wildcard leaves paths without a rule',
    reason: 'The rules of the wildcard do not fill the gap: requests there are refused',
  },
  {
    id: 'unreachable-rule',
    severity: 'warning',
    title: 'No request reaches a rule',
    reason: 'Others come first everywhere, so that what it says never holds',
  },
  {
    id: 'duplicate-host',
    severity: 'error',
    title: 'A host is declared twice',
    reason: 'Which of the two counts would be chance',
  },
  {
    id: 'duplicate-rule',
    severity: 'error',
    title: 'Two rules of a host are about the same requests',
    reason: 'Which of the two counts would be chance',
  },
  {
    id: 'tied-rules',
    severity: 'error',
    title: 'Two rules of a host overlap, and neither is narrower',
    reason: 'For the requests of both nobody can tell which counts',
  },
  {
    id: 'malformed-path',
    severity: 'error',
    title: 'A path pattern cannot be read',
    reason: 'A rule that covers other paths than its author thinks opens or shuts the wrong ones',
  },
  {
    id: 'no-rules',
    severity: 'warning',
    title: 'A service has no rule',
    reason: 'Every request to it is refused',
  },
  {
    id: 'requirement-ignored',
    severity: 'warning',
    title: 'A rule names who may enter, and asks nobody to sign in',
    reason: 'The names promise a protection that is not there: everybody may enter',
  },
  {
    id: 'unknown-group',
    severity: 'warning',
    title: 'A rule names a group that nobody can have',
    reason: 'Those whom it means are kept out',
  },
  {
    id: 'unknown-provider',
    severity: 'warning',
    title: 'A rule names a provider that does not exist',
    reason: 'Nobody can sign in through it, so that the rule lets nobody in',
  },
]
