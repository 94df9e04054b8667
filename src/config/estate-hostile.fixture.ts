// A house whose every free text is somebody's worst idea, for what is generated from it.
import fc from 'fast-check'
import type { RuleExample } from '../estate.ts'
import { handWrittenMarkers } from '../estate-render.ts'

/** What means something to Markdown, mermaid, YAML, HCL, PromQL, a shell, or a person who reads right to left. */
const pieces = [
  ...['|', '\\', '\\|', '`', '```', '~~~', '*', '__', '_', '[', '](x)', '![a](b)', '#', '# ', '>'],
  ...['<!--', '-->', '<script>', '</td>', '&amp;', '&#124;', handWrittenMarkers.begin],
  ...[handWrittenMarkers.end, '- ', '1. ', '---', '===', '    ', ' '],
  ...['"', "'", ';', '%', '%%{', '${', '}', '{{', '}}', 'EOT', '<<EOT', 'end', 'subgraph', ']:::'],
  ...[
    ': ',
    ' #',
    '!!js',
    '&a',
    '*a',
    '@',
    '%TAG',
    '? ',
    'null',
    'true',
    '0x1',
    '1e3',
    '2026-01-01',
  ],
  ...['$(id)', '`id`', '&& id', '; id', '\u2028', '\ufeff', '\u202e', 'é', 'e\u0301'],
  ...['😀', '{job="x"}', '/* */', '//', '__proto__', 'constructor'],
] as const

/** A text without control characters, which every schema refuses. */
export const hostileText = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...pieces) }, fc.string()), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) => parts.join('').slice(0, 180).toWellFormed())
  // oxlint-disable-next-line no-control-regex -- control characters are refused before
  .filter((text) => text !== '' && !/[\u0000-\u001f\u007f-\u009f]/.test(text))

/** One text for each place of {@link hostileHouse}, each another one. */
// Not shrunk: each of so many texts would be tried by itself, for minutes.
export const hostileTexts = fc.noShrink(fc.array(hostileText, { minLength: 48, maxLength: 48 }))

/** Gives the next text with each call. */
type Next = () => string

/** Names that one area gives and others refer to. */
interface Shared {
  readonly volume: string
  readonly database: string
  readonly group: string
}

/** A path has no blank, no fragment and no backslash; anything else may stand in it. */
function pathOf(text: string): string {
  return `/${text.replaceAll(/[\s#\\]/gu, '')}`
}

/** Every area, with `texts` in all places that hold free text. */
export function hostileHouse(texts: readonly string[]): RuleExample {
  let used = 0
  const t: Next = () => texts[used++ % texts.length] ?? 'x'
  const shared = { volume: t(), database: t(), group: t() }
  return {
    services: services(t, shared),
    estate: {
      ...reach(t, shared),
      ...access(t, shared),
      ...care(t, shared),
      ...machines(t, shared),
    },
  }
}

function services(t: Next, { group }: Shared) {
  return [
    {
      host: 'a.example.com',
      ...{ stack: t(), owner: t(), groups: [group], upstream: 'http://a.apps:80' },
      paths: [{ path: '/in/**', auth: 'none', reason: t() }],
      bypasses: [{ header: t(), value: t(), reason: t() }],
      monitor: { accepts: t(), path: pathOf(t()) },
    },
    { host: 'b.example.com', auth: 'app', reason: t(), upstream: 'http://b.apps:80' },
  ]
}

/** Ways in, and what is kept. */
function reach(t: Next, { group, volume }: Shared) {
  return {
    networking: {
      about: t(),
      networks: [{ name: t(), cidr: '10.0.0.0/24', about: t() }],
      domains: [{ name: 'example.com' }],
      ingresses: [{ name: t(), controller: 'traefik', class: 'traefik', namespace: 'traefik' }],
      edge: { kind: 'tunnel', tunnel: t(), workers: [t()] },
      middleware: { required: t() },
    },
    vpn: {
      about: t(),
      overlays: [
        {
          ...{ name: t(), kind: 'headscale', cidr: '100.64.0.0/10', control: t(), about: t() },
          ...{ exit_nodes: [t()], groups: [group] },
        },
      ],
    },
    storage: {
      about: t(),
      volumes: [
        {
          ...{ name: volume, medium: 'memory', size: '64MiB', workload: t(), class: t() },
          ...{ rate: '1/min', retention: '1d', used_by: [t()] },
        },
      ],
      classes: [{ name: t(), kind: 'nfs', server: t(), about: t() }],
    },
  }
}

/** Who may. */
function access(t: Next, { database, group, volume }: Shared) {
  return {
    authentication: {
      about: t(),
      providers: [{ name: t(), kind: 'authentik', database }],
      outposts: [{ name: t(), sessions: 'filesystem', validity: '1d', volume }],
      groups: [{ name: group, about: t(), managed: 'ui', attributes: { [t()]: t() } }],
      break_glass: [group],
      authentik: {
        per_service: true,
        policies: [{ name: t(), expression: `${t()}\n${t()}\n` }],
        applications: [{ slug: t(), name: t(), meta_description: `${t()}\n${t()}` }],
      },
    },
    security: {
      about: t(),
      rate_limits: [{ name: t(), average: 1 }],
      bouncers: [{ name: t(), kind: 'crowdsec', at: 'ingress' }],
      admission: [{ name: t(), changes: 'deny', value: t(), namespaces: [t()] }],
    },
  }
}

/** What looks after it. */
function care(t: Next, { database, volume }: Shared) {
  return {
    monitoring: {
      about: t(),
      tools: [{ name: t(), kind: 'alertmanager', volume, database }],
      alerts: [{ name: t(), layer: 'idp', state: 'dead', why: t() }],
      guards: [{ host: 'a.example.com', path: pathOf(t()), by: t() }],
      channels: [t()],
      monitors: { accepts: t() },
    },
    secrets: {
      about: t(),
      secrets: [{ name: t(), place: 'vault', ref: t(), used_by: [t()] }],
    },
    ci_cd: {
      about: t(),
      pipelines: [{ name: t(), repository: t(), changes: [t()] }],
      image_sources: [{ name: t(), registry: t() }],
    },
    backup: {
      about: t(),
      jobs: [{ name: t(), of: [volume], to: t(), every: '1d', restore: t() }],
    },
  }
}

/** What it runs on, and for whom. */
function machines(t: Next, { database }: Shared) {
  const [machine, tier] = [t(), t()]
  return {
    compute: {
      about: t(),
      machines: [
        {
          name: machine,
          kind: 'vm',
          role: 'worker',
          cpus: 1,
          memory: '1GiB',
          gpu: t(),
          taints: [t()],
        },
        { name: t(), kind: 'vm', on: machine, role: 'other', cpus: 1, memory: '1GiB' },
      ],
    },
    databases: {
      about: t(),
      databases: [{ name: database, engine: 'mysql', operator: t(), used_by: [t()] }],
    },
    tenancy: {
      about: t(),
      tiers: [{ name: tier, about: t(), cpus: 1, memory: '1GiB', default_memory: '1MiB' }],
      namespaces: [{ name: t(), tier, owner: t(), stacks: [t()] }],
    },
  }
}
