// `gatehouse explain`: what would a request get, by which rule, and why by no other.
import type { Command } from 'commander'
import { type AskedPerson, type Explanation, explainRequest } from '../gate-explain.ts'
import { type GateConfig, compilePolicy, isAbsoluteUrl } from '../gate.ts'
import { parseAddress } from '../model/network.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type Shown, renderExplanation, renderSignIn } from './explain-text.ts'
import { originOf } from './healthcheck.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'
import {
  type RecordedDecision,
  type RecordedSignIn,
  fetchDecision,
  isRequestId,
  isSignIn,
  recordedData,
} from './recorded-decision.ts'

interface ExplainOptions extends ConfigOptions {
  readonly url?: string
  readonly request?: string
  readonly method?: string
  readonly from?: string
  readonly user?: string
  readonly groups?: string
  readonly email?: string
  readonly provider?: string
  readonly json?: boolean
}

/** Adds `gatehouse explain`. */
export function registerExplain(program: Command, context: CliContext): void {
  const command = program
    .command('explain')
    .description('Say what a request would get and why: exit 0 when it would be let in, else 1')
    .option('--url <url>', 'The address that somebody opens')
    .option('--request <id>', 'Instead: the id on a page that somebody saw; asks the running gate')
    .option('--method <method>', 'Method of the request; "GET" if left out')
    .option('--from <address>', 'IP address of the client; not known if left out')
    .option('--user <name>', 'Who is signed in; nobody if this and the next three are left out')
    .option('--groups <names>', 'Groups of the person, separated by commas')
    .option('--email <address>', 'E-mail address of the person')
    .option('--provider <id>', 'Provider signed in through; left out: one that the rule accepts')
    .option('--json', 'Print an object: decision, reason, rule, detail, considered')
    .action(context.action((options: ExplainOptions) => explain(context, options)))
  withConfigOption(command)
  withExamples(command, [
    [
      'gatehouse explain --url https://grafana.example.com/admin',
      'What does a stranger get there?',
    ],
    [
      'gatehouse explain --url https://grafana.example.com/ --user alice --groups staff,ops --json',
      'May alice enter? As data',
    ],
    ['gatehouse explain --request k3J9x2-17', 'Somebody sent a picture of a page with this id'],
  ])
}

async function explain(context: CliContext, options: ExplainOptions): Promise<ExitCode> {
  const usage = usageMistake(options)
  if (usage !== null) {
    context.world.process.error(`gatehouse: ${usage}\n`)
    return 2
  }
  const loaded = await loadOrReport(context, options)
  if (loaded === null) return 2
  if (options.request !== undefined)
    return explainRecorded(context, loaded.gate, { ...options, request: options.request })
  const explanation = explainIn(loaded.gate, options)
  show(context, options, { explanation, recorded: null })
  return explanation.decision === 'allow' ? 0 : 1
}

/** What no request could look like, so that there is nothing to explain. */
function usageMistake({ url, request, from, method }: ExplainOptions): string | null {
  if ((url === undefined) === (request === undefined))
    return 'Found both or none of "--url" and "--request", wanted one of the two'
  if (url !== undefined && !isAbsoluteUrl(url))
    return `Cannot read "--url": found "${url}", wanted an address such as "https://app.example.com/"`
  if (request !== undefined && !isRequestId(request))
    return `Cannot read "--request": found "${request}", wanted an id such as "k3J9x2-17"`
  if (method !== undefined && !/^[A-Za-z]{1,32}$/.test(method))
    return `Cannot read "--method": found "${method}", wanted a method such as "POST"`
  if (from !== undefined && parseAddress(from) === null)
    return `Cannot read "--from": found "${from}", wanted an IP address such as "10.0.0.7"`
  return null
}

function explainIn({ services, host }: GateConfig, options: ExplainOptions): Explanation {
  return explainRequest(
    { policy: compilePolicy(services), gateHost: host },
    {
      url: options.url ?? '',
      method: options.method,
      from: options.from === undefined ? null : parseAddress(options.from),
      person: personOf(options),
    },
  )
}

function personOf({ user, groups, email, provider }: ExplainOptions): AskedPerson | null {
  if ([user, groups, email, provider].every((part) => part === undefined)) return null
  const names = (groups ?? '').split(',').map((name) => name.trim())
  return { user, email, provider, groups: names.filter((name) => name !== '') }
}

/** What the running gate decided, and what the policy in the file says of such a request now. */
async function explainRecorded(
  context: CliContext,
  config: GateConfig,
  options: ExplainOptions & { readonly request: string },
): Promise<ExitCode> {
  const { http, process } = context.world
  const { metrics } = config.listen
  const fetched =
    metrics === null
      ? { ok: false as const, error: 'Cannot ask the gate: "listen.metrics" is "off"' }
      : await fetchDecision(http, originOf(metrics), options.request)
  if (!fetched.ok) {
    process.error(`gatehouse: ${fetched.error}\n`)
    return 1
  }
  const recorded = fetched.value
  if (isSignIn(recorded)) return showSignIn(context, options, recorded)
  const { decision, reason } = recorded
  show(context, options, {
    explanation: { ...explainAgain(config, recorded), decision, reason },
    recorded,
  })
  return 1
}

/** A page of signing in or out: no rule had a part in it. */
function showSignIn(
  context: CliContext,
  { json }: ExplainOptions,
  recorded: RecordedSignIn,
): ExitCode {
  const { decision, reason, detail } = recorded
  const data = {
    decision,
    reason,
    rule: null,
    detail,
    considered: [],
    request: recordedData(recorded),
  }
  const text =
    json === true ? JSON.stringify(data, null, 2) : renderSignIn(recorded, context.paint())
  context.world.process.out(`${text}\n`)
  return 1
}

/** A request that could not be read has no host: nothing was asked of the policy. */
function explainAgain(config: GateConfig, recorded: RecordedDecision): Explanation {
  const { method, host, path, clientAddress, decision, reason } = recorded
  if (host === '') return { decision, reason, rule: null, detail: null, considered: [] }
  // Well formed, since a long path was cut.
  const target = encodeURI(path.toWellFormed()).replace(/[?#]/g, encodeURIComponent)
  return explainIn(config, {
    url: `https://${host}${target}`,
    method,
    ...(clientAddress === '' ? {} : { from: clientAddress }),
  })
}

function show(context: CliContext, { json }: ExplainOptions, shown: Shown): void {
  const text =
    json === true
      ? JSON.stringify(toJson(shown), null, 2)
      : renderExplanation(shown, context.paint())
  context.world.process.out(`${text}\n`)
}

/** The contract of `--json`: rules by their ids. */
function toJson({ explanation, recorded }: Shown) {
  const { decision, reason, rule, detail, considered } = explanation
  const ruleId =
    recorded === null ? (rule?.id ?? null) : recorded.rule === '' ? null : recorded.rule
  const request = recorded === null ? {} : { request: recordedData(recorded) }
  return { decision, reason, rule: ruleId, detail, considered, ...request }
}
