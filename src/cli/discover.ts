// `gatehouse discover`: what runs, as entries of the configuration; what was not understood beside it.
import { Argument, type Command } from 'commander'
import { parseAllDocuments, stringify } from 'yaml'
import { type Discovery, discoverKubernetes, discoverTraefik, entriesOf } from '../estate.ts'
import { type Result, err, ok } from '../std/result.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'

interface DiscoverOptions {
  readonly file?: readonly string[]
  readonly url?: string
  readonly json?: boolean
}

/** Reads a source; the error is a line for each thing that could not be read. */
type Discover = (
  context: CliContext,
  options: DiscoverOptions,
) => Promise<Result<Discovery, readonly string[]>>

/** Every source: a new one is its reader and one line here. */
const sources: Readonly<Record<string, Discover>> = {
  kubernetes: discoverFiles,
  traefik: discoverTraefikApi,
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
    .option('--url <url>', 'Where the source answers ("http://traefik:8080")')
    .option('--json', 'Doors, entries and what was not understood, as data')
    .action(
      context.action((source: string, options: DiscoverOptions) =>
        discover(context, source, options),
      ),
    )
  withExamples(command, [
    ['gatehouse discover kubernetes --file cluster.yaml', 'From an export of the cluster'],
    ['gatehouse discover traefik --url http://127.0.0.1:8080', 'Routers of a running Traefik'],
  ])
}

async function discover(
  context: CliContext,
  source: string,
  options: DiscoverOptions,
): Promise<ExitCode> {
  const { process } = context.world
  const read = await sources[source]?.(context, options)
  if (read === undefined || !read.ok) {
    for (const line of read?.error ?? []) process.error(`gatehouse: ${line}\n`)
    return 1
  }
  const { doors } = read.value
  const entries = entriesOf(doors)
  const notUnderstood = [...read.value.notUnderstood, ...entries.notUnderstood]
  if (options.json === true)
    process.out(
      `${JSON.stringify({ ...read.value, services: entries.services, notUnderstood }, null, 2)}\n`,
    )
  else process.out(stringify({ services: entries.services }, { lineWidth: 100 }))
  for (const { object, why } of notUnderstood)
    process.error(`gatehouse: Not understood: ${object}: ${why}\n`)
  process.error(
    `gatehouse: ${read.value.read} objects read, ${doors.length} doors on ${entries.services.length} hosts, ${notUnderstood.length} not understood\n`,
  )
  return notUnderstood.length === 0 ? 0 : 2
}

async function discoverFiles(
  { world }: CliContext,
  { file = [] }: DiscoverOptions,
): Promise<Result<Discovery, readonly string[]>> {
  if (file.length === 0) return err(['Found no --file, wanted exported objects to read'])
  const faults: string[] = []
  const objects = file.flatMap((path) => {
    const text = world.files.readText(path)
    if (!text.ok) {
      faults.push(`Cannot read "${path}" (${text.error.code})`)
      return []
    }
    return parseAllDocuments(text.value).flatMap((document) => {
      const [fault] = document.errors
      if (fault !== undefined) {
        faults.push(`Cannot read "${path}" as YAML: ${fault.code}`)
        return []
      }
      const value: unknown = document.toJS()
      return value === null ? [] : [value]
    })
  })
  // A source that could be read in part only would look like one from which things were removed.
  return faults.length > 0 ? err(faults) : ok(discoverKubernetes(objects))
}

const askTimeoutMs = 10_000
const answerBytesMax = 32 * 1024 * 1024

async function discoverTraefikApi(
  context: CliContext,
  { url }: DiscoverOptions,
): Promise<Result<Discovery, readonly string[]>> {
  if (url === undefined) return err(['Found no --url, wanted where the API of Traefik answers'])
  const base = url.replace(/\/+$/, '')
  const [routers, middlewares] = await Promise.all([
    askJson(context, `${base}/api/http/routers?per_page=10000`),
    askJson(context, `${base}/api/http/middlewares?per_page=10000`),
  ])
  if (!routers.ok) return err([routers.error])
  if (!middlewares.ok) return err([middlewares.error])
  return ok(discoverTraefik({ routers: routers.value, middlewares: middlewares.value }))
}

/** The JSON at an address; the error is a sentence that names it. */
async function askJson({ world }: CliContext, url: string): Promise<Result<unknown, string>> {
  const answer = await world.http.send({
    url,
    timeoutMs: askTimeoutMs,
    bytesMax: answerBytesMax,
    headers: { accept: 'application/json' },
  })
  if (!answer.ok) return err(`Cannot read "${url}": ${answer.error.code}`)
  const { body, status } = answer.value
  if (status !== 200) return err(`Cannot read "${url}": Found the status "${status}", wanted "200"`)
  try {
    return ok(JSON.parse(new TextDecoder().decode(body)))
  } catch {
    return err(`Cannot read "${url}": The answer is no JSON`)
  }
}
