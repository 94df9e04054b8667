// Front door of the configuration: re-exports only.
export { type LoadedConfig, type LoadOptions, configFile, loadConfig } from './config/load.ts'
export { type ConfigMistake, type Position, formatMistake } from './config/mistake.ts'
export { loadPolicyCases } from './config/policy-cases.ts'
export { type GatehouseConfig, configJsonSchema, defineConfig } from './config/schema.ts'
export { type SecretFault, loadOrCreateSecret } from './config/secret.ts'
export { type WatchOptions, logWarnings, watchConfig } from './config/watch.ts'
