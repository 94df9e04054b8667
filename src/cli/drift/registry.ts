// Every source that `gatehouse drift` compares: a new one is its file and one line here.
import { authentik } from './authentik.ts'
import { kubernetes } from './kubernetes.ts'
import { prometheus } from './prometheus.ts'
import type { DriftSource } from './source.ts'
import { uptimeKuma } from './uptime-kuma.ts'

/** By name, in the order in which they are read. */
export const driftSources: Readonly<Record<string, DriftSource>> = {
  authentik,
  'uptime-kuma': uptimeKuma,
  prometheus,
  kubernetes,
}
