// `gatehouse import authentik`: an estate file from what a live authentik has.
import type { Command } from 'commander'
import { parseAuthentikAddress } from '../config.ts'
import { type Imported, importEstate } from '../gate-import.ts'
import { readAuthentikToken } from './authentik-source.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'

interface ImportAuthentikOptions {
  readonly url: string
  readonly tokenFile?: string
  readonly out?: string
  readonly outpost?: string
  readonly insecure?: boolean
  readonly force?: boolean
}

/** Everybody may read it: there is no secret in it. */
const fileMode = 0o644

/** Adds `gatehouse import authentik`. */
export function registerImport(program: Command, context: CliContext): void {
  const group = program.command('import').description('Write a configuration from what you have')
  withExamples(group, [
    ['gatehouse import authentik --url https://id.example.com', 'Print it, write nothing'],
  ])
  const command = group
    .command('authentik')
    .description(
      'Write a configuration from the proxy applications of a live authentik: exit 0 all of it, ' +
        '2 with something that cannot be said, 1 failed',
    )
    .requiredOption('--url <address>', 'Address of authentik, with its path if it has one')
    .option(
      '--token-file <file>',
      'File with an API token of a person who may read everything (else: AUTHENTIK_TOKEN)',
    )
    .option('--out <file>', 'File to write; printed if left out')
    .option('--outpost <name>', 'Only the providers of this outpost')
    .option('--insecure', 'Do not verify the certificate of authentik')
    .option('--force', 'Replace the file if there is one')
    .action(context.action((options: ImportAuthentikOptions) => importAuthentik(context, options)))
  withExamples(command, [
    [
      'gatehouse import authentik --url https://id.example.com --token-file token --out gatehouse.yaml',
      'Never replaces a file unless told to',
    ],
  ])
}

async function importAuthentik(
  context: CliContext,
  options: ImportAuthentikOptions,
): Promise<ExitCode> {
  const { clock, files, http } = context.world
  const { url, out, outpost = null, insecure = false } = options
  const address = parseAuthentikAddress(url)
  if (address === null)
    return fail(
      context,
      `Found the address "${url}", wanted one such as "https://id.example.com"`,
      2,
    )
  const token = readAuthentikToken(context, options.tokenFile)
  if (!token.ok) return fail(context, token.error, 2)
  // Asked before anything is read, and again by the person: a file is never lost to a typing slip.
  if (out !== undefined && options.force !== true && files.exists(out))
    return fail(
      context,
      `Cannot write "${out}": it is there already, and "--force" was not given`,
      1,
    )
  const imported = await importEstate({
    ...{ http, clock, address, token: token.value, insecure, outpost },
  })
  if (!imported.ok) return fail(context, imported.error, 1)
  return finish(context, imported.value, out)
}

function finish(context: CliContext, imported: Imported, out: string | undefined): ExitCode {
  const { files, process } = context.world
  const { text, services, remarks } = imported
  if (out === undefined) process.out(text)
  else {
    const written = files.writeAtomic(out, text, fileMode)
    if (!written.ok) return fail(context, `Cannot write "${out}": "${written.error.code}"`, 1)
    process.out(`Wrote ${services} services to "${out}"\nNext: gatehouse check --config ${out}\n`)
  }
  for (const remark of remarks)
    process.error(`${remark.isLoss ? 'left out' : 'note'}: ${remark.about}: ${remark.text}\n`)
  return remarks.some(({ isLoss }) => isLoss) ? 2 : 0
}

function fail(context: CliContext, message: string, code: ExitCode): ExitCode {
  context.world.process.error(`gatehouse: ${message}\n`)
  return code
}
