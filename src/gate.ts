// Front door of the gate: what is declared of it, and what follows from that alone.
// What runs and what commands ask stands behind doors of its own, so that nobody loads what it does not use.
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
export type { ControlPlane } from './gate/authentik/outpost.ts'
export { everyone, servicesWith } from './gate/policy/config-schema.ts'
export { isPathPattern } from './gate/policy/path-pattern.ts'
export { policyFindings } from './gate/policy/findings.ts'
export { isAbsoluteUrl } from './gate/canonical.ts'
export { compilePolicy } from './gate/policy/compile.ts'
export { caseFileSchema, toPolicyCase } from './gate/policy/case-schema.ts'
export type { PolicyCase } from './gate/policy/cases.ts'
export { type StaticPerson, staticAccounts } from './gate/sign-in/accounts/account.ts'
export {
  mistakeText as peopleMistakeText,
  readPeopleFile,
} from './gate/sign-in/accounts/people-directory.ts'
