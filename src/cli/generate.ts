// `gatehouse generate`: configuration of other programs, made from ours; a target is one entry here.
import { type Command, Argument } from 'commander'
import { dialectNames, forwardAuthHeaders } from '../gate-snippet.ts'
import type { GateConfig } from '../gate.ts'
import { renderDeclaredTerraform } from '../estate-authentik.ts'
import { renderDocs, renderKubernetes, renderMonitors } from '../estate-render.ts'
import type { Estate } from '../estate.ts'
import { dashboardFileName, renderDashboard, renderPrometheusFiles } from '../watch-alerts.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type ProxyOptions, generateProxy } from './generate-proxy.ts'
import { type GeneratedFile, writeGenerated } from './generated-files.ts'
import { loadOrReport, withConfigOption } from './load.ts'
import { metricsTargets } from './metrics-targets.ts'
import { version } from './version.ts'

interface GenerateOptions extends ProxyOptions {
  readonly job: string
  readonly image: string
  readonly namespace: string
  readonly scrape?: readonly string[]
  readonly out?: string
  readonly check?: boolean
  readonly force?: boolean
}

/** What a target writes; null after it has said what is wrong with the configuration. */
type Generate = (
  context: CliContext,
  options: GenerateOptions,
) => Promise<readonly GeneratedFile[] | null>

/** Every target: a new one is its renderer and one line here. */
const targets: Readonly<Record<string, Generate>> = {
  prometheus: generatePrometheus,
  grafana: generateGrafana,
  kubernetes: generateKubernetes,
  'uptime-kuma': fromEstate(renderMonitors),
  terraform: fromEstate(renderDeclaredTerraform),
  ...Object.fromEntries(dialectNames.map((proxy) => [proxy, generateProxy(proxy)])),
  docs: fromEstate(renderDocs),
}

/** Adds `gatehouse generate`. */
export function registerGenerate(program: Command, context: CliContext): void {
  const command = program
    .command('generate')
    .description(
      'Write what other programs and people read: rules and their tests for Prometheus, a dashboard, manifests, Terraform, proxies, documentation',
    )
    .addArgument(new Argument('<target>', 'What for').choices(Object.keys(targets)))
    .option('--out <dir>', 'Write the files into this directory instead of printing them')
    .option('--check', 'Write nothing; fail if a file in --out is missing or stale')
    .option('--force', 'Also over files that were changed by hand')
    .option('--job <name>', 'Job that scrapes Gatehouse', 'gatehouse')
    .option('--image <reference>', 'Image of the gate, for Kubernetes', `gatehouse:${version}`)
    .option('--namespace <name>', 'Namespace of the gate, for Kubernetes', 'gatehouse')
    .option('--gate <host:port>', 'Where a proxy reaches the gate (default: listen.http)')
    .option('--directory <dir>', 'Where the files of a proxy will be, if not where it has them')
    .option(
      '--scrape <host:port...>',
      'Where Prometheus reaches Gatehouse (default: listen.metrics of the configuration)',
    )
    .action(
      context.action((target: string, options: GenerateOptions) =>
        generate(context, target, options),
      ),
    )
  withConfigOption(command)
  withExamples(command, [
    ['gatehouse generate prometheus --out /etc/prometheus/gatehouse', 'Rules, tests, scrape job'],
    ['gatehouse generate prometheus --scrape gate-a:9300 gate-b:9300', 'Two gates, printed'],
    ['gatehouse generate prometheus --out rules --check', 'In a pipeline: are they fresh?'],
    ['gatehouse generate nginx --gate gatehouse:9000 --out proxy', 'What "snippet" prints, kept'],
    ['gatehouse generate docs --out docs', 'Index, a page for each area, runbooks'],
  ])
}

async function generate(
  context: CliContext,
  target: string,
  options: GenerateOptions,
): Promise<ExitCode> {
  const { process } = context.world
  if (options.check === true && options.out === undefined) {
    process.error('gatehouse: Found --check without --out, wanted the directory to look at\n')
    return 2
  }
  const files = (await targets[target]?.(context, options)) ?? null
  if (files === null) return 2
  if (options.out === undefined) {
    process.out(files.map(({ path, text }) => `# --- ${path}\n${text}`).join('\n'))
    return 0
  }
  return writeGenerated(context.world, files, {
    out: options.out,
    check: options.check === true,
    force: options.force === true,
    by: `generate ${target}`,
  })
}

/** A target that needs nothing but the estate. */
function fromEstate(render: (estate: Estate) => readonly GeneratedFile[]): Generate {
  return async (context, options) => {
    const declared = await loadDeclared(context, options)
    return declared === null ? null : render(declared.estate)
  }
}

/** A configuration with what is declared in it; null after it has said what is wrong. */
async function loadDeclared(
  context: CliContext,
  options: GenerateOptions,
): Promise<{ readonly gate: GateConfig; readonly estate: Estate } | null> {
  const loaded = await loadOrReport(context, options)
  if (loaded === null) return null
  const { estate, gate } = loaded
  if (estate !== null) return { estate, gate }
  context.world.process.error(
    'gatehouse: Found only the environment of an outpost, wanted a configuration file that declares services\n',
  )
  return null
}

async function generateKubernetes(
  context: CliContext,
  options: GenerateOptions,
): Promise<readonly GeneratedFile[] | null> {
  const loaded = await loadDeclared(context, options)
  if (loaded === null) return null
  const headers = forwardAuthHeaders(loaded.gate)
  if (headers === null) {
    context.world.process.error('gatehouse: Cannot write the identity headers into a middleware\n')
    return null
  }
  const { image, namespace } = options
  return renderKubernetes(loaded.estate, { headers, image, namespace })
}

function generateGrafana(
  _context: CliContext,
  { job }: GenerateOptions,
): Promise<readonly GeneratedFile[] | null> {
  return Promise.resolve([{ path: dashboardFileName, text: renderDashboard({ job }) }])
}

async function generatePrometheus(
  context: CliContext,
  options: GenerateOptions,
): Promise<readonly GeneratedFile[] | null> {
  const scrape = options.scrape ?? (await metricsAddress(context, options))
  return scrape === null ? null : renderPrometheusFiles({ job: options.job, targets: scrape })
}

async function metricsAddress(
  context: CliContext,
  options: GenerateOptions,
): Promise<readonly string[] | null> {
  const loaded = await loadOrReport(context, options)
  if (loaded === null) return null
  const targets = metricsTargets(loaded.gate)
  if (targets === null)
    context.world.process.error(
      'gatehouse: Found "off" at listen.metrics, wanted an address that Prometheus can scrape\n',
    )
  return targets
}
