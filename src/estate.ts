// Front door of the estate: what is declared, as other parts know it.
// Rules, sources and renderers stand behind doors of their own, so that nobody loads what it does not use.
export type { EstateRule, RuleExample, RuleFinding } from './estate/check/rule.ts'
export type { Areas, Estate, EstateService, ServiceFacts } from './estate/estate.ts'
export type { Discovery, FoundDoor, NotUnderstood } from './estate/discover/discovery.ts'
export {
  type KubernetesSource,
  servicesFromSchema,
} from './estate/discover/kubernetes/live/config-schema.ts'
export { monitorsPerMs, shapeOf } from './estate/stores.ts'
export { estatePathFields, estateServiceFields } from './estate/service-schema.ts'
