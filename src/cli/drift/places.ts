// Where a source is: exported files, or the tool that the estate declares, with the credential that goes with it.
import type { Areas } from '../../estate.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { type TextFile, readExported } from '../exported-files.ts'
import { credentialOf } from './credential.ts'
import type { DriftInput } from './source.ts'

/** The files that are named, or null where none is. The error is a line for each that cannot be read. */
export function exportedFiles({
  context,
  options,
}: DriftInput): Result<readonly TextFile[] | null, readonly string[]> {
  const paths = options.from ?? options.file
  if (paths === undefined) return ok(null)
  return readExported(context.world.files, paths)
}

type Tool = Areas['monitoring']['tools'][number]

/** The tool of a kind that the estate declares. */
export function declaredTool(
  { areas }: DriftInput['declared']['estate'],
  kind: Tool['kind'],
): Tool | undefined {
  return areas.monitoring.tools.find((tool) => tool.kind === kind)
}

/** An address without a slash at its end, and what to show it. */
export interface ToolPlace {
  readonly url: string
  readonly credential: string | null
}

/** Where the tool answers: `--url`, else as declared. */
export function toolPlace(
  input: DriftInput,
  tool: Pick<Tool, 'kind'> & { readonly variable: string },
): Result<ToolPlace, readonly string[]> {
  const { declared, options } = input
  const known = declaredTool(declared.estate, tool.kind)
  const url = options.url ?? known?.url?.toString()
  if (url === undefined)
    return err([`Missing the address of ${tool.kind}, wanted "--url", or "--from" with an export`])
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    return err([
      `Found the address "${url}", wanted one such as "https://${tool.kind}.example.com"`,
    ])
  const place = withoutSlash(url)
  // What is declared for one address is not sent to another.
  const isDeclared = known?.url !== undefined && place === withoutSlash(known.url.toString())
  const credential = credentialOf(input, {
    variable: tool.variable,
    secret: isDeclared ? known.secret : undefined,
  })
  return credential.ok ? ok({ url: place, credential: credential.value }) : err([credential.error])
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
