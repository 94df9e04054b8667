// Front door of the configuration: re-exports only.
export {
  type LoadedConfig,
  type LoadOptions,
  configFile,
  isWithoutFile,
  loadConfig,
  loadSource,
} from './config/load.ts'
export { readYaml } from './config/source.ts'
export { type ConfigMistake, type Position, formatMistake } from './config/mistake.ts'
export { loadPolicyCases } from './config/policy-cases.ts'
export type { GatehouseConfig } from './config/schema.ts'
export { defineConfig } from './config/define-config.ts'
export {
  environmentName,
  isOutpostEnvironment,
  loadOutpostEnvironment,
} from './config/outpost-environment.ts'
export { parseAuthentikAddress } from './config/authentik-address.ts'
export { noSecretFile } from './config/secret-setting.ts'
export {
  type SecretFault,
  gateSecret,
  loadOrCreateSecret,
  readGateSecret,
  readSecretFile,
} from './config/secret.ts'
export {
  type DiscoveredServices,
  type NotTaken,
  servicesOfDoors,
} from './config/discovered-services.ts'
export { type WatchOptions, logWarnings, watchConfig } from './config/watch.ts'
export { type KeptDoors, keptDoorsText, readKeptDoors } from './config/kept-doors.ts'
