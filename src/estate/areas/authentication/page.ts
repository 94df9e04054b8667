// The page of signing in: providers, outposts, tiers, and which group opens which host.
import { type AuthTier, authTiers } from '../../../model/service.ts'
import { mermaid, mermaidId, mermaidLabel } from '../../../std/markdown.ts'
import { formatDuration } from '../../../std/units.ts'
import type { Estate, EstateService } from '../../estate.ts'
import { chapter, tableChapter } from '../../render/docs/page.ts'
import {
  type Markup,
  code,
  docsTable,
  joined,
  plain,
  prose,
  sentence,
} from '../../render/docs/markup.ts'
import { hostNames, hostNamesNote } from '../../render/docs/host-names.ts'
import { frontRule, isOpen, tiersOf } from '../../tiers.ts'

const tierTitles: Readonly<Record<AuthTier, string>> = {
  required: 'the gate decides',
  public: 'strangers enter, and the service is told who is signed in',
  app: 'the service has its own sign-in',
  none: 'deliberately open',
}

/** Blocks of `architecture/authentication.md`. */
export function authenticationPage(estate: Estate): readonly string[] {
  const { about, break_glass: glass, groups, outposts, providers } = estate.areas.authentication
  return [
    prose(about),
    chapter('How one gets in', diagram(estate)),
    chapter('Tiers', tierTable(estate.services)),
    chapter(
      'Providers',
      docsTable(
        ['provider', 'kind', 'address', 'replicas', 'needs'],
        providers.map((it) => [
          it.name,
          it.kind,
          it.url ?? '',
          String(it.replicas),
          it.database ?? '',
        ]),
      ),
    ),
    chapter(
      'Outposts',
      docsTable(
        ['outpost', 'tier', 'replicas', 'sessions are kept in', 'for', 'managed'],
        outposts.map((it) => [
          ...[it.name, it.tier, String(it.replicas), it.sessions, formatDuration(it.validity)],
          it.managed ? 'yes' : 'no',
        ]),
      ),
    ),
    tableChapter('Groups and the hosts they open', hostNamesNote(estate), groupTable(estate)),
    glass.length === 0
      ? ''
      : `${glass.map((name) => `**${plain(name)}**`).join(' and ')} get in everywhere, also when this table is wrong. Groups kept by hand in the provider: ${kept(groups)}.`,
    chapter('Hosts of more than one tier', mixedTable(estate.services)),
    chapter('Open doors and why', openTable(estate.services)),
  ]
}

function diagram({ areas }: Estate): string {
  const { outposts, providers } = areas.authentication
  const [provider] = providers
  if (provider === undefined) return ''
  const lines = outposts.flatMap(({ name, tier }) => [
    `  proxy[${mermaidLabel('reverse proxy')}] -- ${mermaidLabel(`tier ${tier}`)} --> ${mermaidId(name)}[${mermaidLabel(`outpost ${name}`)}]`,
    `  ${mermaidId(name)} -- ${mermaidLabel('nobody signed in')} --> idp[${mermaidLabel(provider.name)}]`,
  ])
  return mermaid(['flowchart LR', ...lines])
}

function tierTable(services: readonly EstateService[]): string {
  return docsTable(
    ['tier', 'meaning', 'front pages'],
    authTiers.map((tier) => {
      const count = services.filter((service) => frontRule(service)?.auth === tier).length
      return [code(tier), tierTitles[tier], String(count)]
    }),
  )
}

function groupTable(estate: Estate): string {
  const hosts = new Map<string, string[]>()
  for (const service of estate.services)
    for (const group of frontRule(service)?.groups ?? [])
      hosts.set(group, [...(hosts.get(group) ?? []), service.host])
  return docsTable(
    ['group', 'hosts', 'which'],
    [...hosts]
      .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
      .map(([group, open]) => [group, String(open.length), hostNames(estate, open)]),
  )
}

function kept(groups: Estate['areas']['authentication']['groups']): string {
  const byHand = groups.filter(({ managed }) => managed === 'ui').map(({ name }) => name)
  return byHand.length === 0 ? 'none' : byHand.map(plain).join(', ')
}

function mixedTable(services: readonly EstateService[]): string {
  const mixed = byHost(services).filter((service) => tiersOf(service).size > 1)
  return docsTable(
    ['host', 'path or header', 'tier', 'why'],
    mixed.flatMap(({ facts, host, reasons, rules }) => [
      ...rules.map(({ auth, id, path }) => [
        ...[host, code(path), auth],
        // The reason of a host says why it is open; a path of it that asks needs none.
        isOpen(auth) ? sentence(reasons.get(id) ?? '') : '',
      ]),
      ...facts.bypasses.map(({ auth, header, path, reason, value }) => [
        ...[host, codesWith(path, `${header}: ${value}`), auth],
        sentence(reason),
      ]),
    ]),
  )
}

function openTable(services: readonly EstateService[]): string {
  return docsTable(
    ['host', 'tier', 'why'],
    byHost(services).flatMap((service) => {
      const front = frontRule(service)
      if (front === null || !isOpen(front.auth)) return []
      return [[service.host, front.auth, sentence(service.reasons.get(front.id) ?? '')]]
    }),
  )
}

function codesWith(path: string, header: string): Markup {
  return joined([code(path), code(header)], ' with ')
}

/** To be looked up, whatever the order of the declaration. */
function byHost(services: readonly EstateService[]): readonly EstateService[] {
  return services.toSorted((a, b) => (a.host < b.host ? -1 : 1))
}
