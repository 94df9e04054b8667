// Every rule about the estate, in the order of the reference page: a new one is one file and one line here.
import type { EstateRule } from './rule.ts'
import { accidentalDefault } from './rules/accidental-default.ts'
import { guardMissing } from './rules/guard-missing.ts'
import { headerOpensDoor } from './rules/header-opens-door.ts'
import { hostWithoutMonitor } from './rules/host-without-monitor.ts'
import { layerWithoutAlert } from './rules/layer-without-alert.ts'
import { memoryVolumeAboveLimit } from './rules/memory-volume-above-limit.ts'
import { monitorAcceptsFailure } from './rules/monitor-accepts-failure.ts'
import { monitorBehindOwnDoor } from './rules/monitor-behind-own-door.ts'
import { monitorOfNothing } from './rules/monitor-of-nothing.ts'
import { monitoringSharesFate } from './rules/monitoring-shares-fate.ts'
import { networksOverlap } from './rules/networks-overlap.ts'
import { noBreakGlass } from './rules/no-break-glass.ts'
import { oneWayOut } from './rules/one-way-out.ts'
import { outpostFallsBack } from './rules/outpost-falls-back.ts'
import { outpostKeepsFiles } from './rules/outpost-keeps-files.ts'
import { outsideIsInside } from './rules/outside-is-inside.ts'
import { probesOverloadStore } from './rules/probes-overload-store.ts'
import { quotaAboveMachines } from './rules/quota-above-machines.ts'
import { restoreUntested } from './rules/restore-untested.ts'
import { secretAsValue } from './rules/secret-as-value.ts'
import { stateWithoutBackup } from './rules/state-without-backup.ts'
import { storeOverflows } from './rules/store-overflows.ts'
import { tierWithoutReason } from './rules/tier-without-reason.ts'
import { unknownGroup } from './rules/unknown-group.ts'
import { unknownReference } from './rules/unknown-reference.ts'

/** All rules. */
export const estateRules: readonly EstateRule[] = [
  tierWithoutReason,
  headerOpensDoor,
  unknownGroup,
  noBreakGlass,
  networksOverlap,
  outsideIsInside,
  storeOverflows,
  probesOverloadStore,
  memoryVolumeAboveLimit,
  accidentalDefault,
  outpostKeepsFiles,
  outpostFallsBack,
  hostWithoutMonitor,
  monitorOfNothing,
  monitorAcceptsFailure,
  monitorBehindOwnDoor,
  monitoringSharesFate,
  guardMissing,
  layerWithoutAlert,
  oneWayOut,
  stateWithoutBackup,
  restoreUntested,
  secretAsValue,
  quotaAboveMachines,
  unknownReference,
]
