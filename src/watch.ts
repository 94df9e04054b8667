// Front door of the watch: what other parts may use of it.
export type { StoreSample } from './watch/forecast/sample.ts'
