// Front door of the gate for those who ask why: reasons, recorded refusals, tests of a policy.
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
export { type PolicyCaseResult, runPolicyTests, toTap, untestedRules } from './gate/policy/cases.ts'
