// Metrics that are read from the gate when somebody scrapes: nothing is counted on the answer path.
import { Counter, Gauge, type Registry } from '../std/prometheus.ts'

/** Metrics by name, each with its help and how it is read. */
export type Readings<Value> = Readonly<Record<string, readonly [help: string, read: () => Value]>>

/** Adds gauges without labels to `registry`. */
export function registerGauges(registry: Registry, readings: Readings<number>): void {
  for (const [name, [help, read]] of Object.entries(readings))
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read())
        },
      }),
    )
}

/** Adds counters without labels to `registry`; what is read is the count since the start. */
export function registerCounters(registry: Registry, readings: Readings<number>): void {
  for (const [name, [help, read]] of Object.entries(readings))
    registry.registerMetric(
      new Counter({
        name,
        help,
        registers: [],
        collect() {
          this.reset()
          this.inc(read())
        },
      }),
    )
}

/** Adds counters with one label to `registry`; what is read are counts by its value, one of ours. */
export function registerCountersBy(
  registry: Registry,
  label: string,
  readings: Readings<Readonly<Record<string, number>>>,
): void {
  for (const [name, [help, read]] of Object.entries(readings))
    registry.registerMetric(
      new Counter({
        name,
        help,
        labelNames: [label],
        registers: [],
        collect() {
          this.reset()
          for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count)
        },
      }),
    )
}
