// `gatehouse discover`: what runs, as entries of the configuration; what was not understood beside it.
import { Argument, type Command } from 'commander'
import { parseAllDocuments, stringify } from 'yaml'
import { type Discovery, discoverKubernetes, entriesOf } from '../estate.ts'
import { type Result, err, ok } from '../std/result.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'

interface DiscoverOptions {
  readonly file?: readonly string[]
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
    .option('--json', 'Doors, entries and what was not understood, as data')
    .action(
      context.action((source: string, options: DiscoverOptions) =>
        discover(context, source, options),
      ),
    )
  withExamples(command, [
    [
      'gatehouse discover kubernetes --file cluster.yaml',
      'Ingress, IngressRoute, HTTPRoute, Middleware',
    ],
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
