// `gatehouse codify`: a live authentik written down, as entries of the configuration, Terraform or a blueprint.
import { Argument, type Command, InvalidArgumentError } from 'commander'
import {
  type LiveAuthentik,
  codifyAuthentik,
  readLive,
  renderAuthentikTerraform,
  renderBlueprint,
} from '../estate-authentik.ts'
import { visible } from '../estate-drift.ts'
import type { Estate } from '../estate.ts'
import {
  type AuthentikOptions,
  type NamedSource,
  authentikSource,
  withAuthentikOptions,
} from './authentik-source.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type GeneratedFile, writeGenerated } from './generated-files.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'
import { yamlText } from './yaml-text.ts'

interface CodifyOptions extends ConfigOptions, AuthentikOptions {
  readonly out?: string
  readonly check?: boolean
  readonly force?: boolean
}

interface Written {
  readonly files: readonly GeneratedFile[]
  readonly leftOut: readonly { readonly object: string; readonly why: string }[]
}

type Codify = (live: LiveAuthentik, named: NamedSource) => Written

/** Every form: a new one is its function and one line here. */
const forms: Readonly<Record<string, Codify>> = {
  estate: asEntries,
  terraform: (live) => ({
    files: renderAuthentikTerraform(live),
    leftOut: live.notUnderstood,
  }),
  blueprint: (live, { name }) => ({
    files: [
      { path: 'authentik-blueprint.yaml', text: renderBlueprint(live.objects, `Gate of ${name}`) },
    ],
    leftOut: live.notUnderstood,
  }),
}

/** What the form of the entries was called at first. */
const olderNames: Readonly<Record<string, string>> = { authentik: 'estate' }

const secretKeyBytes = 32

/** Adds `gatehouse codify`. */
export function registerCodify(program: Command, context: CliContext): void {
  const command = program
    .command('codify')
    .description(
      'Write a live authentik down, so that it can be declared: exit 0 all of it, 2 not all, 1 could not read',
    )
    .addArgument(
      new Argument(
        '<form>',
        'Entries of the configuration ("authentik" means the same), Terraform with import blocks, or a blueprint',
      )
        .choices(Object.keys(forms))
        .argParser(formOf),
    )
    .option('--out <dir>', 'Write the files into this directory instead of printing them')
    .option('--check', 'Write nothing; fail if a file in --out is missing or stale')
    .option('--force', 'Also over files that were changed by hand')
    .action(
      context.action((form: string, options: CodifyOptions) => codify(context, form, options)),
    )
  withConfigOption(withAuthentikOptions(command))
  withExamples(command, [
    ['gatehouse codify estate --url https://id.example.com --token-file token', 'Printed'],
    ['gatehouse codify terraform --url https://id.example.com --out authentik', 'One file a kind'],
    ['gatehouse codify blueprint --file export.json', 'From exported files'],
  ])
}

/** The form of that name, or of its older one. */
function formOf(name: string): string {
  const form = olderNames[name] ?? name
  if (Object.hasOwn(forms, form)) return form
  throw new InvalidArgumentError(`Allowed choices are ${Object.keys(forms).join(', ')}.`)
}

async function codify(
  context: CliContext,
  form: string,
  options: CodifyOptions,
): Promise<ExitCode> {
  const { process, random } = context.world
  const fail = (lines: readonly string[]): ExitCode => {
    for (const line of lines) process.error(`gatehouse: ${visible(line)}\n`)
    return 1
  }
  if (options.check === true && options.out === undefined)
    return fail(['Found --check without --out, wanted the directory to look at'])
  const estate = await declaredEstate(context, options)
  if (estate === false) return 1
  const named = authentikSource(context, options, estate)
  if (!named.ok) return fail(named.error)
  const live = await readLive(named.value.source, random.bytes(secretKeyBytes))
  if (!live.ok)
    return fail([
      `Cannot read authentik at "${named.value.name}": nothing was written`,
      ...live.error,
    ])
  const written = forms[form]?.(live.value, named.value)
  if (written === undefined) return 1
  for (const { object, why } of written.leftOut)
    process.error(`gatehouse: Left out: ${visible(`${object}: ${why}`)}\n`)
  return finish(context, written, { ...options, by: `codify ${form}` })
}

function finish(
  context: CliContext,
  written: Written,
  options: CodifyOptions & { readonly by: string },
): ExitCode {
  const { files, leftOut } = written
  const { process } = context.world
  const rest: ExitCode = leftOut.length === 0 ? 0 : 2
  if (options.out === undefined) {
    const [first, ...more] = files
    process.out(
      first !== undefined && more.length === 0
        ? first.text
        : files.map(({ path, text }) => `# --- ${path}\n${text}`).join('\n'),
    )
    return rest
  }
  const code = writeGenerated(context.world, files, {
    out: options.out,
    check: options.check === true,
    force: options.force === true,
    by: options.by,
  })
  return code === 0 ? rest : code
}

/** The estate where one is needed to know the address; false after mistakes were said. */
async function declaredEstate(
  context: CliContext,
  options: CodifyOptions,
): Promise<Estate | null | false> {
  const isTold = options.url !== undefined || options.file !== undefined
  if (isTold && options.config === undefined) return null
  const loaded = await loadOrReport(context, options)
  return loaded === null ? false : loaded.estate
}

function asEntries(live: LiveAuthentik, { name, source }: NamedSource): Written {
  const { authentication, leftOut, services } = codifyAuthentik(
    live,
    source.kind === 'api' ? name : null,
  )
  const entries = { services, estate: { authentication } }
  const text = yamlText(entries, { lineWidth: 0 })
  const comment = `# Written by "gatehouse codify estate" from ${visible(name.replaceAll('\n', ' '))}\n`
  return { files: [{ path: 'authentik.yaml', text: `${comment}${text}` }], leftOut }
}
