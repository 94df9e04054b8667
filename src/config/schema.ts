// The whole configuration: the sections of all parts, side by side.
import { type JsonSchema, toJsonSchema } from '../std/schema/json-schema.ts'
import { type InputOf, type OutputOf, section } from '../std/schema/schema.ts'
import { commonFields } from './common-fields.ts'
import { estateFields } from './estate-fields.ts'
import { watchFields } from './watch-fields.ts'

/** The root of `gatehouse.yaml`. */
export const configSchema = section({ ...commonFields, ...watchFields, ...estateFields })

/** Fields of the root. */
export type ConfigFields = (typeof configSchema)['shape']

/** What a person writes in `gatehouse.ts`; `gatehouse.yaml` has the same shape. */
export type GatehouseConfig = InputOf<typeof configSchema>

/** All settings in the right form. */
export type Settings = OutputOf<typeof configSchema>

/** Where the published schema has its name. */
const schemaTitle = 'Gatehouse configuration'

/** The JSON Schema (draft 2020-12) of the configuration file. */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...rest } = toJsonSchema(configSchema)
  return { ...($schema === undefined ? {} : { $schema }), title: schemaTitle, ...rest }
}
