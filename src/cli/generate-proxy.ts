// `gatehouse generate nginx` and its like: what `snippet` prints, as files that are kept fresh.
import {
  type DialectName,
  renderSnippetFiles,
  snippetDirectory,
  snippetInput,
  snippetWarning,
} from '../gate-snippet.ts'
import type { CliContext } from './context.ts'
import type { GeneratedFile } from './generated-files.ts'
import { type ConfigOptions, loadOrReport } from './load.ts'

/** Options of the targets for reverse proxies. */
export interface ProxyOptions extends ConfigOptions {
  readonly gate?: string
  readonly directory?: string
}

/**
 * The configuration of a reverse proxy for every service; null after it has said what is wrong. Where the
 * files are written has no part in it: a checkout anywhere gives the same bytes.
 */
export function generateProxy(proxy: DialectName) {
  return async (
    context: CliContext,
    options: ProxyOptions,
  ): Promise<readonly GeneratedFile[] | null> => {
    const loaded = await loadOrReport(context, options)
    if (loaded === null) return null
    const input = snippetInput(loaded.gate, {
      service: null,
      gateAddress: options.gate ?? null,
      directory: options.directory ?? snippetDirectory(proxy),
    })
    if (!input.ok) {
      context.world.process.error(`gatehouse: ${input.error}\n`)
      return null
    }
    const warning = snippetWarning(loaded.gate, input.value)
    if (warning !== null) context.world.process.error(`gatehouse: ${warning}\n`)
    return renderSnippetFiles(proxy, input.value)
  }
}
