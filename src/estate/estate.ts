// The declared truth as one value: services with their facts, and the twelve areas.
import type { Service } from '../model/service.ts'
import type { OutputOf, Section } from '../std/schema/schema.ts'
import type { estateSchema } from './config-schema.ts'
import type { estateServiceFields } from './service-schema.ts'

/** The twelve areas, as declared, with what was left out filled in. Keys are those of the file. */
export type Areas = OutputOf<typeof estateSchema>

/** Name of an area. */
export type AreaName = keyof Areas

/** What the estate knows of a service beside its rules. */
export type ServiceFacts = OutputOf<Section<typeof estateServiceFields>>

/** A service and its facts. */
export interface EstateService extends Service {
  readonly facts: ServiceFacts
  /** By id of a rule: why the gate does not decide there. */
  readonly reasons: ReadonlyMap<string, string>
  /** Position among the declared services, for the path of a finding: `services[index]`. */
  readonly index: number
}

/** Everything declared, checked and frozen. */
export interface Estate {
  /** Origin of the sign-in host: `https://auth.example.com`. */
  readonly origin: string
  readonly services: readonly EstateService[]
  readonly areas: Areas
}
