// The page of signing in: providers, outposts, tiers, and which group opens which host.
import { type AuthTier, authTiers } from '../../../model/service.ts'
import { markdownTable, mermaid, mermaidId, mermaidLabel } from '../../../std/markdown.ts'
import { formatDuration } from '../../../std/units.ts'
import type { Estate, EstateService } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
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
    about ?? '',
    chapter('How one gets in', diagram(estate)),
    chapter('Tiers', tierTable(estate.services)),
    chapter(
      'Providers',
      markdownTable(
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
      markdownTable(
        ['outpost', 'tier', 'replicas', 'sessions are kept in', 'for', 'managed'],
        outposts.map((it) => [
          ...[it.name, it.tier, String(it.replicas), it.sessions, formatDuration(it.validity)],
          it.managed ? 'yes' : 'no',
        ]),
      ),
    ),
    chapter('Groups and the hosts they open', groupTable(estate)),
    glass.length === 0
      ? ''
      : `${glass.map((name) => `**${name}**`).join(' and ')} get in everywhere, also when this table is wrong. Groups kept by hand in the provider: ${kept(groups)}.`,
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
  return markdownTable(
    ['tier', 'meaning', 'front pages'],
    authTiers.map((tier) => {
      const count = services.filter((service) => frontRule(service)?.auth === tier).length
      return [`\`${tier}\``, tierTitles[tier], String(count)]
    }),
  )
}

function groupTable({ services }: Estate): string {
  const hosts = new Map<string, string[]>()
  for (const service of services)
    for (const group of frontRule(service)?.groups ?? [])
      hosts.set(group, [...(hosts.get(group) ?? []), service.host])
  return markdownTable(
    ['group', 'hosts', 'which'],
    [...hosts]
      .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
      .map(([group, open]) => [group, String(open.length), open.toSorted().join(' ')]),
  )
}

function kept(groups: Estate['areas']['authentication']['groups']): string {
  const byHand = groups.filter(({ managed }) => managed === 'ui').map(({ name }) => name)
  return byHand.length === 0 ? 'none' : byHand.join(', ')
}

function mixedTable(services: readonly EstateService[]): string {
  const mixed = services.filter((service) => tiersOf(service).size > 1)
  return markdownTable(
    ['host', 'path or header', 'tier', 'why'],
    mixed.flatMap(({ facts, host, reasons, rules }) => [
      ...rules.map(({ auth, id, path }) => [host, `\`${path}\``, auth, reasons.get(id) ?? '']),
      ...facts.bypasses.map(({ auth, header, path, reason, value }) => [
        ...[host, `\`${path}\` with \`${header}: ${value}\``, auth, reason],
      ]),
    ]),
  )
}

function openTable(services: readonly EstateService[]): string {
  return markdownTable(
    ['host', 'tier', 'why'],
    services.flatMap((service) => {
      const front = frontRule(service)
      if (front === null || !isOpen(front.auth)) return []
      return [[service.host, front.auth, service.reasons.get(front.id) ?? '']]
    }),
  )
}
