// Metrics as declarations: what is exposed, what the reference page says, and what rules may name.
import { decisionKinds, reasons } from './decision.ts'

/** One metric family (Prometheus text format 0.0.4). */
export interface MetricDeclaration {
  readonly type: 'gauge' | 'counter'
  readonly help: string
  /**
   * Label names, each with every value that it can take, or null where the configuration names them.
   * Never a value from a client.
   */
  readonly labels: Readonly<Record<string, readonly string[] | null>>
}

/** Declarations by metric name. */
export type MetricTable = Readonly<Record<string, MetricDeclaration>>

/** What rules rely on of the metrics of a gate; a scrape of a real one holds it (`test/rules.test.ts`). */
export const gateMetrics = {
  gatehouse_decisions_total: {
    type: 'counter',
    help: 'Decisions of the auth endpoints',
    labels: { decision: decisionKinds, reason: Object.keys(reasons), dialect: null },
  },
  gatehouse_session_store_faults_total: {
    type: 'counter',
    help: 'Store operations that failed',
    labels: {},
  },
  gatehouse_session_store_up: { type: 'gauge', help: '1 while the store works', labels: {} },
  gatehouse_config_last_reload_successful: {
    type: 'gauge',
    help: '1 when the newest configuration file is in force, 0 when it was refused',
    labels: {},
  },
  gatehouse_defects_total: {
    type: 'counter',
    help: 'Defects of our own that a request ran into',
    labels: {},
  },
  gatehouse_connections_refused_total: {
    type: 'counter',
    help: 'Connections above the limit',
    labels: {},
  },
} as const satisfies MetricTable

/** Metrics of a gate that takes services from a cluster; `kind` is a kind of object of ours. */
export const kubernetesMetrics = {
  gatehouse_kubernetes_up: {
    type: 'gauge',
    help: '1 while the newest word of the API server is a good one',
    labels: { kind: null },
  },
  gatehouse_kubernetes_objects: {
    type: 'gauge',
    help: 'Objects that are known',
    labels: { kind: null },
  },
  gatehouse_kubernetes_services: {
    type: 'gauge',
    help: 'Services that are taken from the cluster',
    labels: {},
  },
  gatehouse_kubernetes_not_taken: {
    type: 'gauge',
    help: 'Things in the cluster that are not taken',
    labels: {},
  },
  gatehouse_kubernetes_from_disk: {
    type: 'gauge',
    help: '1 while the services are those of an earlier run, since the API server has not answered yet',
    labels: {},
  },
  gatehouse_kubernetes_age_seconds: {
    type: 'gauge',
    help: 'Age of the word of the API server that is in force; 0 while it answers',
    labels: {},
  },
} as const satisfies MetricTable
