// Settings to the estate: services with their facts, and the twelve areas.
import type { Estate, EstateService } from '../estate.ts'
import { estateRules } from '../estate-check.ts'
import { estateSchema } from '../estate.ts'
import { must } from '../std/assert.ts'
import { check } from '../std/schema/check.ts'
import type { Inspection } from './inspection.ts'
import type { Settings } from './schema.ts'
import { buildService } from './services.ts'

/** The estate of good settings. Areas that are left out are empty. */
export function buildEstate(inspection: Inspection): Estate {
  const { settings } = inspection
  return {
    origin: settings.url?.origin ?? '',
    services: (settings.services ?? []).map((service, i) => buildEstateService(service, i)),
    areas: settings.estate ?? noAreas(),
  }
}

/** Runs every rule about the estate; findings go to `inspection`. */
export function checkEstate(inspection: Inspection, estate: Estate): void {
  for (const rule of estateRules)
    for (const { path, message, fix } of rule.find(estate))
      inspection.report({
        id: rule.id,
        severity: rule.severity,
        path,
        message,
        fix: fix ?? rule.fix,
      })
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
