// `gatehouse init`: asks little, writes the ten lines, prints what the proxy needs, says the next command.
import { type Command, Option } from 'commander'
import { formatMistake, loadSource, readYaml } from '../config.ts'
import {
  type DialectName,
  dialectNames,
  renderSnippet,
  snippetDirectory,
  snippetInput,
} from '../gate-snippet.ts'
import type { GateConfig } from '../gate.ts'
import { parseHost } from '../model/host.ts'
import { type Result, err, ok } from '../std/result.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'

interface InitOptions {
  readonly domain?: string
  readonly url?: string
  readonly issuer?: string
  readonly clientId: string
  readonly secretFile: string
  readonly group?: string
  readonly trust?: readonly string[]
  readonly proxy?: DialectName
  readonly out: string
  readonly force?: boolean
}

/** What the file says. */
interface Answers {
  readonly domain: string
  readonly url: string
  /** Null: built-in accounts. */
  readonly issuer: string | null
}

const fileMode = 0o644
const answerLengthMax = 1000

/** Names that programs have in the process list, by the proxy that they are. */
const programsOf: Readonly<Record<DialectName, readonly string[]>> = {
  traefik: ['traefik'],
  nginx: ['nginx', 'openresty'],
  caddy: ['caddy'],
  envoy: ['envoy'],
  haproxy: ['haproxy'],
}

/** Adds `gatehouse init`. */
export function registerInit(program: Command, context: CliContext): void {
  const command = program
    .command('init')
    .description('Write a first configuration, and print what your reverse proxy needs')
    .option('--domain <domain>', 'Domain whose hosts are protected, such as example.com')
    .option('--url <url>', 'Sign-in host (default: https://auth. and the domain)')
    .option('--issuer <url>', 'OpenID Connect provider; without one, built-in accounts')
    .option('--client-id <id>', 'Client id there', 'gatehouse')
    .option('--secret-file <path>', 'File of the client secret', '/run/secrets/oidc')
    .option('--group <name>', 'Group that may enter (default: everyone who signs in)')
    .option('--trust <network...>', 'Addresses of the reverse proxy (default: this machine)')
    .addOption(
      new Option('--proxy <name>', 'Reverse proxy (default: the one that runs here)').choices(
        dialectNames,
      ),
    )
    .option('--out <file>', 'Where to write it', 'gatehouse.yaml')
    .option('--force', 'Also over a file that is there')
    .action(context.action((options: InitOptions) => init(context, options)))
  withExamples(command, [
    ['gatehouse init', 'Asks for the domain and the provider'],
    ['gatehouse init --domain example.com --issuer https://id.example.com', 'Asks nothing'],
  ])
}

async function init(context: CliContext, options: InitOptions): Promise<ExitCode> {
  const { files, process } = context.world
  // A link that leads nowhere is somebody's as well.
  const isThere = files.exists(options.out) || files.isLink(options.out)
  if (isThere && options.force !== true) {
    process.error(`gatehouse: Found "${options.out}", wanted a new file; use --out or --force\n`)
    return 1
  }
  const answers = await ask(context, options)
  if (answers === null) return 2
  const text = configText(answers, options)
  const source = readYaml(options.out, text)
  const checked = source.ok
    ? await loadSource(source.value, { files, withSecrets: false, withEstate: false })
    : source
  if (!checked.ok) {
    for (const mistake of checked.error) process.error(`${formatMistake(options.out, mistake)}\n`)
    return 2
  }
  const written = files.writeAtomic(options.out, text, fileMode)
  if (!written.ok) {
    process.error(`gatehouse: Cannot write "${written.error.path}" (${written.error.code})\n`)
    return 1
  }
  process.out(`Wrote ${options.out}\n`)
  sayNext(context, { answers, gate: checked.value.gate, options })
  return 0
}

/** Null: there is no answer, which has been said. */
async function ask(context: CliContext, options: InitOptions): Promise<Answers | null> {
  const { process } = context.world
  const say = (error: string): null => {
    process.error(`gatehouse: ${error}\n`)
    return null
  }
  const domain = await domainOf(context, options)
  if (!domain.ok) return say(domain.error)
  const issuer = await issuerOf(context, options)
  if (!issuer.ok) return say(issuer.error)
  const url = options.url ?? `https://auth.${domain.value}`
  return { domain: domain.value, url, issuer: issuer.value }
}

/** What no flag says is asked on a terminal, again where an answer cannot be; else the flag is asked for. */
async function domainOf(
  context: CliContext,
  { domain }: InitOptions,
): Promise<Result<string, string>> {
  return domain === undefined && context.world.process.stdinIsTerminal
    ? askUntil(context, domainQuestion)
    : readDomain((domain ?? '').trim())
}

/** Asked where the domain was asked for: whoever says that by a flag says all by flags. */
async function issuerOf(
  context: CliContext,
  { domain, issuer }: InitOptions,
): Promise<Result<string | null, string>> {
  return domain === undefined && issuer === undefined && context.world.process.stdinIsTerminal
    ? askUntil(context, issuerQuestion)
    : ok(issuer === undefined || issuer.trim() === '' ? null : issuer.trim())
}

/** A question and how its answer is read; the error says what was wanted. */
interface Question<Value> {
  readonly prompt: string
  read(answer: string): Result<Value, string>
}

const domainQuestion: Question<string> = {
  prompt: 'Domain whose hosts are protected (example.com): ',
  read: readDomain,
}

const issuerQuestion: Question<string | null> = {
  prompt: 'OpenID Connect issuer (empty: built-in accounts): ',
  read: (answer) => {
    if (answer === '') return ok(null)
    return /^https?:$/.test(URL.parse(answer)?.protocol ?? '')
      ? ok(answer)
      : err(`Found the issuer "${answer}", wanted one such as "https://id.example.com"`)
  },
}

/** Asks until an answer can be, or the person gives up (Ctrl-C, Ctrl-D). */
async function askUntil<Value>(
  { world: { process } }: CliContext,
  { prompt, read }: Question<Value>,
): Promise<Result<Value, string>> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- a person answers one after the other
    const answer = await process.readLine(prompt, answerLengthMax)
    if (answer === null) return err('Nothing was written')
    const value = read(answer.trim())
    if (value.ok) return value
    process.error(`${value.error}\n`)
  }
}

function readDomain(text: string): Result<string, string> {
  const host = parseHost(text)
  return host.ok
    ? ok(host.value.host)
    : err(`Found the domain "${text}", wanted one such as "example.com"`)
}

/** The ten lines. Texts are quoted as JSON, which YAML 1.2 reads. */
function configText({ domain, issuer, url }: Answers, options: InitOptions): string {
  const quoted = JSON.stringify
  const oidc =
    issuer === null
      ? ''
      : `\n  oidc: { issuer: ${quoted(issuer)}, client_id: ${quoted(options.clientId)}, client_secret_file: ${quoted(options.secretFile)} }`
  const groups = options.group === undefined ? '' : `, groups: [${quoted(options.group)}]`
  return `url: ${quoted(url)}
domains: [${quoted(domain)}]
trusted_proxies: [${(options.trust ?? ['127.0.0.1', '::1']).map((network) => quoted(network)).join(', ')}]
identity:${issuer === null ? ' { accounts: {} }' : oidc}
services:
  - { host: ${quoted(`*.${domain}`)}, auth: required${groups} }
`
}

interface Written {
  readonly answers: Answers
  readonly gate: GateConfig
  readonly options: InitOptions
}

/** Prints the snippet of the proxy, and the commands that come next. */
function sayNext({ world }: CliContext, { answers, gate, options }: Written): void {
  const { process } = world
  const proxy = options.proxy ?? runningProxy(process.programs())
  if (proxy !== null) {
    const directory = snippetDirectory(proxy)
    const input = snippetInput(gate, { service: null, gateAddress: null, directory })
    const found = options.proxy === undefined ? ', which runs here' : ''
    if (input.ok) process.out(`\n# For ${proxy}${found}:\n${renderSnippet(proxy, input.value)}\n`)
  }
  const commands = nextCommands(answers, options, proxy)
  process.out(`\nNext:\n${commands.map((line) => `  ${line}\n`).join('')}`)
}

function nextCommands(
  { issuer }: Answers,
  { out, secretFile }: InitOptions,
  proxy: DialectName | null,
): readonly string[] {
  return [
    ...(issuer === null
      ? [`gatehouse users add alice --config ${out}`]
      : [`Put the client secret into ${secretFile}`]),
    ...(proxy === null ? [`gatehouse snippet <${dialectNames.join('|')}> --config ${out}`] : []),
    `gatehouse check --config ${out}`,
    `gatehouse serve --config ${out}`,
  ]
}

function runningProxy(programs: readonly string[]): DialectName | null {
  return (
    dialectNames.find((name) => programsOf[name].some((program) => programs.includes(program))) ??
    null
  )
}
