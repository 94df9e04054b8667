// `gatehouse why HOST`: one person, one service, one replica, or a layer; answered in seconds.
import type { Command } from 'commander'
import type { LoadedConfig } from '../config.ts'
import { compilePolicy } from '../gate.ts'
import { type Hostname, isHostPattern, parseHost } from '../model/host.ts'
import { type Result, err, ok } from '../std/result.ts'
import { suggest } from '../std/suggest.ts'
import { askWhy } from '../watch-why.ts'
import type { Door, WatchConfig } from '../watch.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { originOf } from './healthcheck.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'
import { type PersonalCause, personalCausesOf } from './personal-causes.ts'
import { fetchDecisions } from './recorded-decision.ts'
import { version } from './version.ts'
import { watchOf } from './watch.ts'
import { type Person, renderWhy, whyData } from './why-text.ts'

interface WhyOptions extends ConfigOptions {
  readonly user?: string
  readonly json?: boolean
}

/** Adds `gatehouse why`. */
export function registerWhy(program: Command, context: CliContext): void {
  const command = program
    .command('why')
    .description(
      'Say why a host does not work, and for whom: exit 0 it is fine for strangers, 1 it is not',
    )
    .argument('<host>', 'Host, perhaps with a path, or the address from the browser')
    .option('--user <name>', 'Look also through what the running gate refused this person')
    .option('--json', 'Print an object: sentence, kind, elements, tried, next')
    .action(context.action((host: string, options: WhyOptions) => why(context, host, options)))
  withConfigOption(command)
  withExamples(command, [
    ['gatehouse why grafana.example.com', 'Somebody says that it does not work'],
    [
      'gatehouse why grafana.example.com/api --user alice',
      'Is it her alone? Run it beside the gate',
    ],
  ])
}

async function why(context: CliContext, text: string, options: WhyOptions): Promise<ExitCode> {
  const { process } = context.world
  const fail = (line: string, code: ExitCode): ExitCode => {
    process.error(`gatehouse: ${line}\n`)
    return code
  }
  const asked = readAddress(text)
  if (!asked.ok) return fail(asked.error, 2)
  const loaded = await loadOrReport(context, options, { withWatch: true })
  if (loaded === null) return 2
  const config = watchOf(loaded, context.world)
  if (config === null) return fail('There is no configuration file that declares services', 2)
  const door = doorAt(loaded, config, asked.value)
  if (!door.ok) return fail(door.error, 2)
  if (process.stderrIsTerminal) process.error('Knocking by every way …\n')
  const [answer, person] = await Promise.all([
    askWhy({ config, world: context.world, version }, door.value),
    personOf(context, loaded, { user: options.user, host: asked.value.host }),
  ])
  const shown = { answer, person }
  process.out(
    options.json === true
      ? `${JSON.stringify(whyData(shown), null, 2)}\n`
      : `${renderWhy(shown, context.paint())}\n`,
  )
  const isTheirs = person?.causes.some(({ isKnown }) => isKnown) === true
  return answer.kind === 'fine' && !isTheirs ? 0 : 1
}

/** What somebody typed or copied: a host, and a path without its query. */
interface Asked {
  readonly host: Hostname
  readonly path: string
}

function readAddress(text: string): Result<Asked, string> {
  const wrong = `Cannot read "${text}", wanted a host such as "grafana.example.com", perhaps with a path`
  const url = /^https?:\/\//i.test(text) ? text : `https://${text}`
  if (/[\s\\@]/.test(text) || !URL.canParse(url)) return err(wrong)
  const { hostname, pathname } = new URL(url)
  const host = parseHost(hostname)
  return host.ok ? ok({ host: host.value.host, path: pathname }) : err(wrong)
}

/** The declared door at an address, or one made from the rule that covers it. */
function doorAt(
  { gate }: LoadedConfig,
  { doors }: WatchConfig,
  { host, path }: Asked,
): Result<Door, string> {
  const own = doors.filter((door) => door.host === host)
  const exact = own.find((door) => door.path === path) ?? (path === '/' ? own[0] : undefined)
  if (exact !== undefined) return ok(exact)
  const match = compilePolicy(gate.services).match({
    host,
    path,
    method: 'GET',
    clientAddress: null,
  })
  if (match.kind === 'unknown-host') return err(unknownHost(gate.services, host))
  if (match.kind !== 'rule') return err(`No rule of "${host}" covers "GET ${path}" (${match.kind})`)
  const { rule, service } = match.compiled
  const alike = own.find(({ tier }) => tier === rule.auth)
  return ok({
    id: `${host}${path}`,
    host,
    path,
    headers: {},
    tier: rule.auth,
    statuses: alike?.statuses ?? [],
    marker: null,
    upstream: service.upstream,
  })
}

function unknownHost(services: LoadedConfig['gate']['services'], host: Hostname): string {
  const names = services.flatMap((service) => (isHostPattern(service.host) ? [] : [service.host]))
  const meant = suggest(host, names) ?? names.find((name) => name.startsWith(`${host}.`)) ?? null
  const hint = meant === null ? '' : `; did you mean "${meant}"?`
  return `No service is declared for the host "${host}"${hint}`
}

/** What the gate beside us refused a person; null where nobody asked for one. */
async function personOf(
  { world }: CliContext,
  { gate }: LoadedConfig,
  { user, host }: { readonly user: string | undefined; readonly host: Hostname },
): Promise<Person | null> {
  if (user === undefined) return null
  const none: readonly PersonalCause[] = []
  const { metrics } = gate.listen
  if (metrics === null)
    return { user, causes: none, trouble: 'The gate cannot be asked: "listen.metrics" is "off"' }
  const fetched = await fetchDecisions(world.http, originOf(metrics))
  if (!fetched.ok) return { user, causes: none, trouble: fetched.error }
  const causes = personalCausesOf(fetched.value, { user, host, now: world.clock.now() })
  return { user, causes, trouble: null }
}
