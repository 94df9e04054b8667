// Front door of the estate for what runs: a cluster, a proxy, monitors.
export { type FoundReplica, doorOf } from './estate/discover/discovery.ts'
export { type ServiceEntry, entriesOf } from './estate/discover/entries.ts'
export { discoverKubernetes } from './estate/discover/kubernetes/kubernetes.ts'
export {
  type KubernetesSettings,
  usualKubernetesSettings,
} from './estate/discover/kubernetes/settings.ts'
export {
  type LiveKubernetes,
  apiServerOf,
  watchKubernetes,
} from './estate/discover/kubernetes/live/live.ts'
export type { ApiServer } from './estate/discover/kubernetes/live/access.ts'
export { listKubernetes } from './estate/discover/kubernetes/live/list-once.ts'
export { discoverUptimeKuma, discoverUptimeKumaMetrics } from './estate/discover/uptime-kuma.ts'
export { discoverTraefik } from './estate/discover/traefik-api.ts'
