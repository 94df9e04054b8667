// Many hosts in one cell: what they have in common is said once.
import type { Estate } from '../../estate.ts'
import { plain, Markup } from './markup.ts'

/**
 * Hosts in alphabetical order, separated by commas. Those below the first public domain are called
 * by what stands before it: `grafana`.
 */
export function hostNames({ areas }: Pick<Estate, 'areas'>, hosts: readonly string[]): Markup {
  const domain = areas.networking.domains.find(({ kind }) => kind === 'public')?.name
  const names = hosts.toSorted().map((host) => {
    const isBelow = domain !== undefined && host.endsWith(`.${domain}`)
    return isBelow ? host.slice(0, -domain.length - 1) : host
  })
  return new Markup(names.map(plain).join(', '))
}

/** The sentence that explains {@link hostNames}, or an empty text where nothing is left out. */
export function hostNamesNote({ areas }: Pick<Estate, 'areas'>): string {
  const domain = areas.networking.domains.find(({ kind }) => kind === 'public')?.name
  return domain === undefined
    ? ''
    : `Names are those below \`${domain}\`; any other host is written out.`
}
