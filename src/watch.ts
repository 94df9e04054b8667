// Front door of the watch: what is declared of it, and what follows from that alone.
// What runs and what commands ask stands behind doors of its own, so that nobody loads what it does not use.
export type { StoreSample } from './watch/forecast/sample.ts'
export type {
  ChannelConfig,
  ProgramConfig,
  RobotConfig,
  WatchConfig,
  WatchedStore,
  WitnessConfig,
} from './watch/config.ts'
export { isOneTimeSeed } from './watch/robot/one-time-code.ts'
export { notifySchema, watchSchema } from './watch/config-schema.ts'
export { isChannelUrl } from './watch/setting-text.ts'
export type { Door } from './watch/door.ts'
export type { Change } from './watch/incident/incident.ts'
export { type DoorOverride, declaredDoors } from './watch/plan/doors.ts'
export { watchFindings } from './watch/plan/findings.ts'
export { planOf } from './watch/plan/plan.ts'
export { monitorFindings } from './watch/witness/accepted-codes.ts'
export { ownLoad } from './watch/schedule/load.ts'
