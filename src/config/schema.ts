// The whole configuration: the sections of all parts, side by side.
import {
  estatePathFields,
  estateSchema,
  estateServiceFields,
  servicesFromSchema,
} from '../estate.ts'
import { gateFields, servicesWith } from '../gate.ts'
import { type JsonSchema, toJsonSchema } from '../std/schema/json-schema.ts'
import { notifySchema, watchSchema } from '../watch.ts'
import { type InputOf, type OutputOf, optional, required, section } from '../std/schema/schema.ts'

/** The root of `gatehouse.yaml`. */
export const configSchema = section({
  ...gateFields,
  services: required(
    'What is behind the gate and who may use it',
    servicesWith({ service: estateServiceFields, path: estatePathFields }),
  ),
  services_from: optional('Where a running gate takes further services from', servicesFromSchema),
  watch: optional('What watches the estate, and from where', watchSchema),
  notify: optional('Who is told by the watch', notifySchema),
  estate: optional('What there is beside the services, in twelve areas', estateSchema),
})

/** What a person writes in `gatehouse.ts`; `gatehouse.yaml` has the same shape. */
export type GatehouseConfig = InputOf<typeof configSchema>

/** All settings in the right form. */
export type Settings = OutputOf<typeof configSchema>

/** Gives `config` its type: `export const config = defineConfig({ … })` in `gatehouse.ts`. */
export function defineConfig(config: GatehouseConfig): GatehouseConfig {
  return config
}

/** Where the published schema has its name. */
const schemaTitle = 'Gatehouse configuration'

/** The JSON Schema (draft 2020-12) of the configuration file. */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...rest } = toJsonSchema(configSchema)
  return { ...($schema === undefined ? {} : { $schema }), title: schemaTitle, ...rest }
}
