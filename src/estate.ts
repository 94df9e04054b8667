// Front door of the estate: what other parts may use of it.
export { estateRules } from './estate/check/registry.ts'
export type { EstateRule, RuleExample, RuleFinding } from './estate/check/rule.ts'
export { estateSchema } from './estate/config-schema.ts'
export type { Areas, Estate, EstateService, ServiceFacts } from './estate/estate.ts'
export type {
  Discovery,
  FoundDoor,
  FoundReplica,
  NotUnderstood,
} from './estate/discover/discovery.ts'
export { doorOf } from './estate/discover/discovery.ts'
export { type ServiceEntry, entriesOf } from './estate/discover/entries.ts'
export { discoverKubernetes } from './estate/discover/kubernetes/kubernetes.ts'
export {
  type KubernetesSettings,
  usualKubernetesSettings,
} from './estate/discover/kubernetes/settings.ts'
export {
  type KubernetesSource,
  servicesFromSchema,
} from './estate/discover/kubernetes/live/config-schema.ts'
export {
  type LiveKubernetes,
  apiServerOf,
  watchKubernetes,
} from './estate/discover/kubernetes/live/live.ts'
export type { ApiServer } from './estate/discover/kubernetes/live/access.ts'
export { listKubernetes } from './estate/discover/kubernetes/live/list-once.ts'
export { discoverUptimeKuma, discoverUptimeKumaMetrics } from './estate/discover/uptime-kuma.ts'
export { discoverTraefik } from './estate/discover/traefik-api.ts'
export {
  type AuthentikDrift,
  type AuthentikSource,
  authentikDrift,
  readLive,
} from './estate/authentik/drift.ts'
export {
  type DriftHeading,
  driftExitCode,
  driftJson,
  driftText,
} from './estate/authentik/drift-text.ts'
export { codifyAuthentik } from './estate/authentik/codify.ts'
export type { LiveAuthentik } from './estate/authentik/understand.ts'
export { renderBlueprint } from './estate/render/blueprint.ts'
export {
  renderAuthentikTerraform,
  renderDeclaredTerraform,
} from './estate/render/terraform/authentik-files.ts'
export type { ExportedFile } from './estate/authentik/read-live.ts'
export { planBetween } from './estate/plan/plan.ts'
export { handWrittenMarkers } from './estate/render/docs/page.ts'
export { type KubernetesInput, renderKubernetes } from './estate/render/kubernetes/kubernetes.ts'
export { renderMonitors } from './estate/render/uptime-kuma/monitors.ts'
export { monitorsPerMs, shapeOf } from './estate/stores.ts'
export { renderDocs } from './estate/render/docs/tree.ts'
export { planText } from './estate/plan/plan-text.ts'
export { estatePathFields, estateServiceFields } from './estate/service-schema.ts'
