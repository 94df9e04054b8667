// Front door of the estate for rules, and for what a change of it comes to.
export { estateRules } from './estate/check/registry.ts'
export { planBetween } from './estate/plan/plan.ts'
export { planText } from './estate/plan/plan-text.ts'
