// Front door of the gate: what other parts may use of it.
export { type Gate, type GateOptions, startGate } from './gate/gate.ts'
export type {
  AccountsConfig,
  GateConfig,
  IdentityConfig,
  IdentityHeaderNames,
  OidcProviderConfig,
  SessionsConfig,
} from './gate/config.ts'
export { gateFields } from './gate/config-schema.ts'
export { authentikVersion } from './gate/authentik/config-schema.ts'
export type { AuthentikAddress, OutpostSettings } from './gate/authentik/settings.ts'
export { type Imported, type ImportOptions, importEstate } from './gate/authentik/import/import.ts'
export type { ControlPlane } from './gate/authentik/outpost.ts'
export { everyone, servicesWith } from './gate/policy/config-schema.ts'
export { isPathPattern } from './gate/policy/path-pattern.ts'
export { policyFindings } from './gate/policy/findings.ts'
export { isAbsoluteUrl } from './gate/canonical.ts'
export {
  type Answering,
  type AskedPerson,
  type Explanation,
  describeReason,
  describeRequirement,
  explainRequest,
} from './gate/explain.ts'
export { signInPlace } from './gate/recent.ts'
export { type SignInFaultCode, type SignInFaultEntry, signInFaults } from './gate/sign-in/faults.ts'
export { compilePolicy } from './gate/policy/compile.ts'
export { caseFileSchema, toPolicyCase } from './gate/policy/case-schema.ts'
export {
  type PolicyCase,
  type PolicyCaseResult,
  runPolicyTests,
  toTap,
  untestedRules,
} from './gate/policy/cases.ts'
export { type DialectName, dialectNames } from './gate/dialect/dialect.ts'
export { type SnippetChoice, snippetInput, snippetWarning } from './gate/snippet/input.ts'
export { type ForwardAuthHeaders, forwardAuthHeaders } from './gate/snippet/forward-auth-headers.ts'
export { renderSnippet, renderSnippetFiles, snippetDirectory } from './gate/snippet/registry.ts'
export type { SnippetFile, SnippetInput } from './gate/snippet/snippet.ts'
export {
  type ListedSession,
  type SessionAdministration,
  administerSessions,
} from './gate/session/administration.ts'
export { type StaticPerson, staticAccounts } from './gate/sign-in/accounts/account.ts'
export { passwordBytesMax, passwordLengthMin } from './gate/sign-in/accounts/password-hash.ts'
export { hashPassword } from './gate/sign-in/accounts/password-hasher.ts'
export {
  type Administration,
  type ListedPerson,
  administerPeople,
} from './gate/sign-in/accounts/administration.ts'
export {
  mistakeText as peopleMistakeText,
  readPeopleFile,
} from './gate/sign-in/accounts/people-directory.ts'
