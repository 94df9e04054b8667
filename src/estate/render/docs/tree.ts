// The documentation tree of an estate: an index, a page for each area, runbooks, plans, post-mortems.
import { code, docsTable, link } from './markup.ts'
import { authenticationPage } from '../../areas/authentication/page.ts'
import { backupPage } from '../../areas/backup/page.ts'
import { ciCdPage } from '../../areas/ci-cd/page.ts'
import { computePage } from '../../areas/compute/page.ts'
import { databasesPage } from '../../areas/databases/page.ts'
import { monitoringPage } from '../../areas/monitoring/page.ts'
import { networkingPage } from '../../areas/networking/page.ts'
import { secretsPage } from '../../areas/secrets/page.ts'
import { securityPage } from '../../areas/security/page.ts'
import { storagePage } from '../../areas/storage/page.ts'
import { tenancyPage } from '../../areas/tenancy/page.ts'
import { vpnPage } from '../../areas/vpn/page.ts'
import { estateRules } from '../../check/registry.ts'
import type { AreaName, Estate } from '../../estate.ts'
import { type DocsFile, chapter, docsPage } from './page.ts'
import { runbookFiles } from './runbooks.ts'

interface AreaPage {
  readonly title: string
  readonly about: string
  readonly blocks: (estate: Estate) => readonly string[]
}

/** The page of each area, in the order of the index. */
const areaPages: Readonly<Record<AreaName, AreaPage>> = {
  networking: {
    title: 'Networking',
    about: 'Networks, domains, the edge, hosts',
    blocks: networkingPage,
  },
  vpn: { title: 'VPN', about: 'Overlay networks', blocks: vpnPage },
  storage: { title: 'Storage', about: 'Volumes, and how full stores become', blocks: storagePage },
  authentication: {
    title: 'Authentication',
    about: 'Providers, tiers, groups, open doors',
    blocks: authenticationPage,
  },
  security: { title: 'Security', about: 'Bouncers, rate limits, admission', blocks: securityPage },
  monitoring: {
    title: 'Monitoring',
    about: 'Tools, monitors, guards, alerts',
    blocks: monitoringPage,
  },
  secrets: { title: 'Secrets', about: 'Where each secret lives', blocks: secretsPage },
  ci_cd: { title: 'CI/CD', about: 'Pipelines and images', blocks: ciCdPage },
  backup: {
    title: 'Backup and disaster recovery',
    about: 'What is saved and how it is restored',
    blocks: backupPage,
  },
  compute: { title: 'Compute', about: 'Machines', blocks: computePage },
  databases: {
    title: 'Databases',
    about: 'Engines and who depends on them',
    blocks: databasesPage,
  },
  tenancy: { title: 'Multi-tenancy', about: 'Tiers and namespaces', blocks: tenancyPage },
}

/** Every file of the tree; equal estates give equal bytes. */
export function renderDocs(estate: Estate): readonly DocsFile[] {
  const pages = areas().map(([name, { blocks, title }]) =>
    docsPage(`architecture/${fileOf(name)}`, title, blocks(estate)),
  )
  return [
    indexPage(estate),
    ...pages,
    ...runbookFiles(estate),
    docsPage('plans/README.md', 'Plans', [
      'One file for each plan, `YYYY-MM-DD-what.md`: why, what changes, how it is undone. `gatehouse plan` says what a changed declaration would do to doors, monitors and stores; put its output into the plan.',
    ]),
    docsPage('post-mortems/README.md', 'Post-mortems', [
      'One file for each incident, `YYYY-MM-DD-what.md`. `gatehouse incident export` writes the draft from what was observed.',
    ]),
  ]
}

function areas(): readonly (readonly [AreaName, AreaPage])[] {
  // The keys of the table are the names of the areas: the compiler holds it.
  return Object.entries(areaPages) as readonly (readonly [AreaName, AreaPage])[]
}

/** Pages are named as files are, with hyphens. */
function fileOf(name: AreaName): string {
  return `${name.replaceAll('_', '-')}.md`
}

function indexPage(estate: Estate): DocsFile {
  const { areas: declared, services } = estate
  const findings = estateRules.map((rule) => [rule, rule.find(estate).length] as const)
  const found = findings.filter(([, count]) => count > 0)
  return docsPage('README.md', 'The estate', [
    `${services.length} hosts behind ${declared.networking.ingresses.length === 1 ? 'one reverse proxy' : `${declared.networking.ingresses.length} reverse proxies`}; people sign in at ${estate.origin}.`,
    chapter(
      'Quick reference',
      docsTable(
        ['what', 'where'],
        [
          ...declared.networking.networks.map(({ cidr, name }) => [`network ${name}`, code(cidr)]),
          ...declared.networking.domains.map(({ kind, name }) => [`${kind} domain`, code(name)]),
        ],
      ),
    ),
    chapter(
      'Architecture',
      docsTable(
        ['page', 'what it holds'],
        areas().map(([name, { about, title }]) => [
          link(title, `architecture/${fileOf(name)}`),
          about,
        ]),
      ),
    ),
    chapter(
      'Operations',
      '- [Runbooks](runbooks/README.md): the first command is `gatehouse doctor`\n- [Plans](plans/README.md)\n- [Post-mortems](post-mortems/README.md)',
    ),
    chapter(
      'What `gatehouse check` finds today',
      found.length === 0
        ? 'Nothing.'
        : docsTable(
            ['rule', 'findings', 'what it is about'],
            found.map(([{ id, title }, count]) => [code(id), String(count), title]),
          ),
    ),
  ])
}
