// The estate file that an import writes: YAML in a fixed order, remarks as comments.
import type { Plan, PlannedService } from './plan.ts'

/** What the file says beside the plan. */
export interface FileFrame {
  /** Address of authentik, as it was given. */
  readonly authentikUrl: string
  /** True when its certificate is not verified. */
  readonly insecure: boolean
}

/** Networks whose word an outpost takes, as in authentik's image. */
const trustedProxies = [
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  ...['fe80::/10', '::1/128'],
]
/** Domain of a file without services: RFC 2606, a name that nobody has. */
const noDomain = 'outpost.invalid'

/**
 * The whole file. Every text is written as JSON, which is YAML in one line: nothing that authentik holds
 * can begin a line or end a comment.
 */
export function renderEstate(plan: Plan, { authentikUrl, insecure }: FileFrame): string {
  const domain = plan.domain ?? noDomain
  return [
    `# Written by "gatehouse import authentik" from ${text(authentikUrl)}. Read it before you use it.`,
    ...remarkLines(plan),
    '',
    "# Where the gate's own pages would be; people who sign in through authentik never see them.",
    `url: ${text(`https://gatehouse.${domain}`)}`,
    `domains: [${text(domain)}]`,
    "# As authentik's image has it: everybody in private networks is believed. Name your proxies instead.",
    `trusted_proxies: ${list(trustedProxies)}`,
    'listen: { http: ":9000", metrics: ":9300" }',
    'identity:',
    '  authentik:',
    `    host: ${text(authentikUrl)}`,
    '    # The token of the outpost, not the one that read this.',
    '    token_file: /run/secrets/authentik',
    ...(insecure ? ['    insecure: true'] : []),
    '    listen_https: ":9443"',
    ...(plan.services.length === 0 ? ['services: []'] : ['services:']),
    ...plan.services.flatMap(serviceLines),
    '',
  ].join('\n')
}

function remarkLines({ remarks }: Plan): string[] {
  const lost = remarks.filter(({ isLoss }) => isLoss)
  const known = remarks.filter(({ isLoss }) => !isLoss)
  const lines = (title: string, some: Plan['remarks']): string[] =>
    some.length === 0
      ? []
      : ['#', `# ${title}:`, ...some.map((one) => `# - ${oneLine(`${one.about}: ${one.text}`)}`)]
  return [
    ...lines('What authentik says and this file does not', lost),
    ...lines('Worth knowing', known),
  ]
}

function serviceLines({ host, name, access, openPaths, origin }: PlannedService): string[] {
  return [
    `  # ${oneLine(origin)}${access.kind === 'authentik' ? ': authentik alone decides, see above' : ''}`,
    `  - host: ${text(host)}`,
    `    name: ${text(name)}`,
    ...accessLines(access),
    ...(openPaths.length === 0 ? [] : ['    paths:']),
    ...openPaths.map((path) => `      - { path: ${text(path)}, auth: none }`),
  ]
}

function accessLines(access: PlannedService['access']): string[] {
  switch (access.kind) {
    case 'everyone':
      return ['    users: ["*"]']
    case 'authentik':
      // Only who comes through authentik, which let in whom it lets in.
      return ['    users: ["*"]', '    providers: [authentik]']
    default:
      return [
        ...(access.groups.length === 0 ? [] : [`    groups: ${list(access.groups)}`]),
        ...(access.users.length === 0 ? [] : [`    users: ${list(access.users)}`]),
      ]
  }
}

function list(values: readonly string[]): string {
  return `[${values.map(text).join(', ')}]`
}

function text(value: string): string {
  return oneLine(JSON.stringify(value))
}

/** Line separators that JSON leaves as they are would end a line of YAML 1.1; so would a stray control. */
function oneLine(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
