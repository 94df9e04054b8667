// The field of the root that the estate reads.
import { estateSchema } from '../estate-areas.ts'
import { optional } from '../std/schema/schema.ts'

/** The twelve areas. */
export const estateFields = {
  estate: optional('What there is beside the services, in twelve areas', estateSchema),
}
