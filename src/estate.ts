// Front door of the estate: what other parts may use of it.
export { estateRules } from './estate/check/registry.ts'
export type { EstateRule, RuleExample, RuleFinding } from './estate/check/rule.ts'
export { estateSchema } from './estate/config-schema.ts'
export type { Areas, Estate, EstateService, ServiceFacts } from './estate/estate.ts'
export { planBetween } from './estate/plan/plan.ts'
export { planText } from './estate/plan/plan-text.ts'
export { estatePathFields, estateServiceFields } from './estate/service-schema.ts'
