// Settings to the estate: services with their facts, and the twelve areas.
import { estateSchema } from '../estate-areas.ts'
import type { Estate, EstateService } from '../estate.ts'
import { must } from '../std/assert.ts'
import { check } from '../std/schema/check.ts'
import { estateFields } from './estate-fields.ts'
import type { Inspection } from './inspection.ts'
import type { Settings } from './schema.ts'
import { buildService } from './services.ts'

/** What reads the section `estate`. */
export interface EstatePart {
  readonly fields: typeof estateFields
  /** The estate of good settings. Areas that are left out are empty. */
  build(inspection: Inspection): Estate
}

/** See {@link EstatePart}. */
export const estatePart: EstatePart = { fields: estateFields, build: buildEstate }

function buildEstate(inspection: Inspection): Estate {
  const { settings } = inspection
  return {
    origin: settings.url?.origin ?? '',
    services: (settings.services ?? []).map((service, i) => buildEstateService(service, i)),
    areas: settings.estate ?? noAreas(),
  }
}

function noAreas(): Estate['areas'] {
  const empty = check(estateSchema, {})
  return must(empty.ok ? empty.value : null, 'Every area may be left out')
}

function buildEstateService(service: Settings['services'][number], index: number): EstateService {
  const { stack, owner, reason, exposure, paths_only, monitor, depends_on, bypasses } = service
  const built = buildService(service)
  return {
    ...built,
    facts: { stack, owner, reason, exposure, paths_only, monitor, depends_on, bypasses },
    reasons: new Map(
      built.rules.flatMap(({ id }, i) => {
        const said = service.paths?.[i]?.reason ?? reason
        return said === undefined ? [] : [[id, said] as const]
      }),
    ),
    index,
  }
}
