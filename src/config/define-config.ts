// What a configuration in TypeScript is written with.
import type { GatehouseConfig } from './schema.ts'

/** Gives `config` its type: `export const config = defineConfig({ … })` in `gatehouse.ts`. */
export function defineConfig(config: GatehouseConfig): GatehouseConfig {
  return config
}
