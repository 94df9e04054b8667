// What commands that read a live authentik share: its address and token, or files exported from it.
import type { Command } from 'commander'
import { parseAuthentikAddress, readSecretFile } from '../config.ts'
import type { AuthentikSource, ExportedFile } from '../estate-authentik.ts'
import type { Estate } from '../estate.ts'
import { type Result, err, ok } from '../std/result.ts'
import { AuthentikApi, authentikHttp } from '../world/authentik-api.ts'
import type { CliContext } from './context.ts'
import { readExported } from './exported-files.ts'
import { version } from './version.ts'

/** Options of a command that reads a live authentik. */
export interface AuthentikOptions {
  readonly url?: string
  readonly tokenFile?: string
  readonly insecure?: boolean
  readonly file?: readonly string[]
}

/** A source, and what to call it. */
export interface NamedSource {
  readonly source: AuthentikSource
  readonly name: string
}

/** Adds the options. */
export function withAuthentikOptions(command: Command): Command {
  return command
    .option('--url <address>', 'Address of authentik (else: the one in the configuration)')
    .option(
      '--token-file <file>',
      'File with an API token of a person who may read everything (else: AUTHENTIK_TOKEN)',
    )
    .option('--insecure', 'Do not verify the certificate of authentik')
    .option('--file <path...>', 'Exported JSON instead: pages of its API, or lists by name')
}

/** Where to read. The error is a line for each thing that is wrong. */
export function authentikSource(
  context: CliContext,
  options: AuthentikOptions,
  estate: Estate | null,
): Result<NamedSource, readonly string[]> {
  const { clock, http } = context.world
  if (options.file !== undefined) return filesSource(context, options.file)
  const declared = estate?.areas.authentication.providers.find(
    ({ kind, url }) => kind === 'authentik' && url !== undefined,
  )
  const url = options.url ?? declared?.url?.toString()
  if (url === undefined)
    return err(['Missing the address of authentik, wanted "--url", or "--file" with exported JSON'])
  const address = parseAuthentikAddress(url)
  if (address === null)
    return err([`Found the address "${url}", wanted one such as "https://id.example.com"`])
  const token = readAuthentikToken(context, options.tokenFile)
  if (!token.ok) return err([token.error])
  const { insecure = false } = options
  const api = new AuthentikApi(authentikHttp(http, { address, insecure }), {
    ...{ address, token: token.value, agent: `gatehouse/${version}` },
  })
  return ok({ source: { kind: 'api', api, clock }, name: address.baseUrl })
}

function filesSource(
  { world }: CliContext,
  paths: readonly string[],
): Result<NamedSource, readonly string[]> {
  const texts = readExported(world.files, paths)
  if (!texts.ok) return texts
  const files = texts.value.map(({ path, text }): ExportedFile => ({ path, value: jsonOf(text) }))
  const faults = files
    .filter(({ value }) => value === undefined)
    .map(({ path }) => `Cannot read "${path}": it is not JSON`)
  return faults.length > 0
    ? err(faults)
    : ok({ source: { kind: 'files', files }, name: paths.join(', ') })
}

/** Undefined, which JSON does not have, for a text that is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The token never stands in an argument: those show in every list of processes. */
export function readAuthentikToken(
  context: CliContext,
  file: string | undefined,
): Result<string, string> {
  const { files } = context.world
  if (file !== undefined) {
    const secret = readSecretFile(files, file)
    if (!secret.ok) return err(secret.error.message)
    return checkToken(secret.value)
  }
  const { env } = context.world.process
  const token = env['AUTHENTIK_TOKEN'] ?? ''
  return token === ''
    ? err('Missing an API token, wanted "--token-file FILE" or AUTHENTIK_TOKEN')
    : checkToken(token.trim())
}

/** A token travels in a header. */
function checkToken(token: string): Result<string, string> {
  return /^[\x21-\x7e]+$/.test(token)
    ? ok(token)
    : err('Found a token that is hidden, wanted one without white space')
}
