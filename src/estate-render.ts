// Front door of the estate for what is generated from it.
export { handWrittenMarkers } from './estate/render/docs/page.ts'
export { type KubernetesInput, renderKubernetes } from './estate/render/kubernetes/kubernetes.ts'
export { renderMonitors } from './estate/render/uptime-kuma/monitors.ts'
export { renderDocs } from './estate/render/docs/tree.ts'
