// `gatehouse discover`: what runs, as entries of the configuration; what was not understood beside it.
import { Argument, type Command } from 'commander'
import { type FoundReplica, entriesOf, usualKubernetesSettings } from '../estate-discover.ts'
import { visible } from '../estate-drift.ts'
import type { LoadedConfig } from '../config.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import {
  type SourceOptions,
  type SourceReading,
  type SourceSettings,
  sources,
} from './discover-sources.ts'
import { type GeneratedFile, writeGenerated } from './generated-files.ts'
import { loadOrReport } from './load.ts'
import { yamlText } from './yaml-text.ts'

interface DiscoverOptions extends SourceOptions {
  readonly config?: string
  readonly ingress?: string
  readonly json?: boolean
  readonly from?: readonly string[]
  readonly out?: string
  readonly force?: boolean
}

/** Adds `gatehouse discover`. */
export function registerDiscover(program: Command, context: CliContext): void {
  const command = program
    .command('discover')
    .description(
      'Read what runs and write it as entries of the configuration: exit 0 all understood, 2 not all, 1 could not read',
    )
    .addArgument(new Argument('<source>', 'Where to look').choices(Object.keys(sources)))
    .option('--file <path...>', 'Exported objects, YAML or JSON ("kubectl get ingress -A -o yaml")')
    .option('--from <path...>', 'The same as --file')
    .option('--out <dir>', 'Write the entries into this directory instead of printing them')
    .option('--force', 'Also over a file that was changed by hand')
    .option('--url <url>', 'Where the source answers ("http://traefik:8080")')
    .option('--token-file <file>', 'File with the token, or the API key, that the source wants')
    .option(
      '--ca-file <file>',
      'File with the certificates (PEM) that the API server is checked by',
    )
    .option(
      '--ingress <service>',
      'Service of the reverse proxy ("traefik/traefik"): its replicas as addresses for the watch',
    )
    .option(
      '-c, --config <file>',
      'Configuration that names annotations, middleware and the cluster',
    )
    .option('--json', 'Doors, entries and what was not understood, as data')
    .action(
      context.action((source: string, options: DiscoverOptions) =>
        discover(context, source, options),
      ),
    )
  withExamples(command, [
    ['gatehouse discover kubernetes --file cluster.yaml', 'From an export of the cluster'],
    [
      'gatehouse discover kubernetes --url https://10.0.20.100:6443 --token-file token',
      'From the API server itself',
    ],
    ['gatehouse discover traefik --url http://127.0.0.1:8080', 'Routers of a running Traefik'],
    ['gatehouse discover uptime-kuma --file export.json --out found', 'Monitors, into a file'],
  ])
}

async function discover(
  context: CliContext,
  source: string,
  options: DiscoverOptions,
): Promise<ExitCode> {
  const { process } = context.world
  const settings = await settingsOf(context, options)
  if (settings === null) return 1
  const file = options.from ?? options.file
  const read = await sources[source]?.(
    context,
    { ...options, ...(file === undefined ? {} : { file }) },
    settings,
  )
  if (read === undefined || !read.ok) {
    for (const line of read?.error ?? []) process.error(`gatehouse: ${visible(line)}\n`)
    return 1
  }
  return report(context, options, { name: source, reading: read.value })
}

/** Which source it was: its file is called so. */
interface NamedReading {
  readonly name: string
  readonly reading: SourceReading
}

function report(
  context: CliContext,
  options: DiscoverOptions,
  { name, reading }: NamedReading,
): ExitCode {
  const { process } = context.world
  const { ingress, json = false } = options
  const { doors, monitors, read, replicas = [] } = reading
  const entries = entriesOf(doors, monitors)
  const services = reading.entries ?? entries.services
  const watch = ingressOf(replicas, ingress)
  const notUnderstood = [
    ...reading.notUnderstood,
    ...entries.notUnderstood,
    ...(watch === null ? [noReplicas(ingress ?? '')] : []),
  ]
  const out = { services, ...watch }
  const text = json
    ? `${visible(JSON.stringify({ ...reading, ...out, notUnderstood }, null, 2))}\n`
    : yamlText(out, { lineWidth: 100 })
  for (const { object, why } of notUnderstood)
    process.error(`gatehouse: Not understood: ${visible(`${object}: ${why}`)}\n`)
  process.error(
    `gatehouse: ${read} objects read, ${doors.length} doors on ${services.length} hosts, ${notUnderstood.length} not understood\n`,
  )
  const given = giveOut(context, options, { path: `${name}.${json ? 'json' : 'yaml'}`, text })
  return given === 0 && notUnderstood.length > 0 ? 2 : given
}

/** Printed, or written where a directory is named. */
function giveOut(
  { world }: CliContext,
  { force = false, out }: DiscoverOptions,
  file: GeneratedFile,
): ExitCode {
  // Each source has a file of its own, beside those of the others.
  const by = `discover ${file.path}`
  if (out !== undefined) return writeGenerated(world, [file], { out, check: false, force, by })
  world.process.out(file.text)
  return 0
}

/** What a configuration that was named says; null: it cannot be read, which has been said. */
async function settingsOf(
  context: CliContext,
  { config }: DiscoverOptions,
): Promise<SourceSettings | null> {
  if (config === undefined) return { kubernetes: usualKubernetesSettings, cluster: null }
  const loaded = await loadOrReport(context, { config })
  return loaded === null ? null : settingsIn(loaded)
}

function settingsIn({ estate, servicesFrom }: LoadedConfig): SourceSettings {
  const middleware = estate?.areas.networking.middleware
  return {
    cluster: servicesFrom,
    kubernetes: {
      authAnnotations: servicesFrom?.auth_annotations ?? usualKubernetesSettings.authAnnotations,
      groupAnnotations: servicesFrom?.group_annotations ?? usualKubernetesSettings.groupAnnotations,
      requiredMiddleware: listed(middleware?.required),
      publicMiddleware: listed(middleware?.public),
    },
  }
}

function listed(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text]
}

/** Replicas of the reverse proxy as `watch.ingress`; null: there are none of that name. */
function ingressOf(
  replicas: readonly FoundReplica[],
  service: string | undefined,
): { readonly watch?: { readonly ingress: readonly string[] } } | null {
  if (service === undefined) return {}
  const own = replicas.filter((replica) => replica.service === service && replica.isReady)
  const ingress = [...new Set(own.map(({ address }) => address))].toSorted()
  return ingress.length === 0 ? null : { watch: { ingress } }
}

function noReplicas(service: string): { readonly object: string; readonly why: string } {
  return { object: `Service ${service}`, why: 'No EndpointSlice names a replica that is ready' }
}
