// Sections that not every configuration has: what reads them is loaded where they are declared or asked for.
import { section, undeclared } from '../std/schema/schema.ts'
import { commonFields } from './common-fields.ts'
import type { EstatePart } from './estate.ts'
import type { ConfigFields } from './schema.ts'
import type { WatchPart } from './watch-section.ts'

/** What reads each such section; null: it is not declared, and nobody asks for it. */
export interface Parts {
  readonly watch: WatchPart | null
  readonly estate: EstatePart | null
}

/** What somebody asks for, declared or not. */
export interface Wanted {
  readonly watch: boolean
  readonly estate: boolean
}

/** Loads what `data` declares and what is wanted beside. */
export async function loadParts(data: unknown, wanted: Wanted): Promise<Parts> {
  const isDeclared = (key: keyof ConfigFields): boolean =>
    typeof data === 'object' && data !== null && key in data
  const [watch, estate] = await Promise.all([
    wanted.watch || isDeclared('watch') || isDeclared('notify')
      ? import('./watch-section.ts')
      : null,
    wanted.estate || isDeclared('estate') ? import('./estate.ts') : null,
  ])
  return { watch: watch?.watchPart ?? null, estate: estate?.estatePart ?? null }
}

/** The root of `gatehouse.yaml` as far as it is read: nothing may stand where no part reads. */
export function rootSchema({ watch, estate }: Parts) {
  return section({
    ...commonFields,
    watch: watch?.fields.watch ?? undeclared,
    notify: watch?.fields.notify ?? undeclared,
    estate: estate?.fields.estate ?? undeclared,
  })
}
