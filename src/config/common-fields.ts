// Fields of the root that are read of every configuration.
import { estatePathFields, estateServiceFields, servicesFromSchema } from '../estate.ts'
import { gateFields, servicesWith } from '../gate.ts'
import { optional, required } from '../std/schema/schema.ts'

/** Settings of the gate, and the services with what the estate knows of each. */
export const commonFields = {
  ...gateFields,
  services: required(
    'What is behind the gate and who may use it',
    servicesWith({ service: estateServiceFields, path: estatePathFields }),
  ),
  services_from: optional('Where a running gate takes further services from', servicesFromSchema),
}
