// Front door of the watch for Prometheus and Grafana: rules, dashboard, which alerts can fire.
export { dashboardFileName, renderDashboard } from './watch/dashboard/dashboard.ts'
export { type RulesInput, renderPrometheusFiles } from './watch/rules/render.ts'
export type { Judgement } from './watch/prove/judge.ts'
export { proveAlerts } from './watch/prove/prove.ts'
export { type Status, statuses } from './watch/prove/status.ts'
export type { PrometheusAddress } from './watch/prove/prometheus-api.ts'
export { type FiredAlert, fireAlerts, fireSpeed } from './watch/prove/fire/fire.ts'
export { type HeldAlert, arrivedAlerts, heldAlerts } from './watch/prove/fire/webhook.ts'
