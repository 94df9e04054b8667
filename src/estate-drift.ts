// Front door of the estate for drift: what is declared against what runs.
export { type ClusterSource, kubernetesDrift } from './estate/drift/kubernetes/drift.ts'
export {
  type DeclaredPrometheus,
  type PrometheusSource,
  type PrometheusThing,
  declaredRules,
  declaredTargets,
  prometheusDrift,
} from './estate/drift/prometheus/drift.ts'
export { hideSecrets } from './estate/drift/hide.ts'
export { driftJson } from './estate/drift/json.ts'
export { type DriftExitCode, type DriftReport, driftExitCode } from './estate/drift/report.ts'
export { addressWithoutSecrets } from './estate/drift/secret-leaves.ts'
export { type DriftHeading, driftText } from './estate/drift/text.ts'
export { type KumaSource, kumaDrift } from './estate/drift/uptime-kuma/drift.ts'
export { visible } from './estate/drift/visible.ts'
