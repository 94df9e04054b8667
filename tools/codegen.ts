// Writes the generated reference pages; `--check` only says which are stale, and fails if one is.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { commandsPage } from './reference/commands.ts'
import { configurationPage, schemaPage } from './reference/configuration.ts'
import { metricsPage } from './reference/metrics.ts'
import type { ReferencePage } from './reference/page.ts'
import { postMortemPage } from './reference/post-mortem.ts'
import { reasonsPage } from './reference/reasons.ts'
import { rulesPage } from './reference/rules.ts'
import { surfacePage } from './reference/surface.ts'

const root = join(import.meta.dir, '..')

/** Parts with a front door, in the order of the import table. */
const doors = ['gate', 'watch', 'estate', 'config', 'console', 'cli'].filter((part) =>
  existsSync(join(root, `src/${part}.ts`)),
)

/** Every generated page as it should be. */
export async function referencePages(): Promise<readonly ReferencePage[]> {
  return [
    commandsPage(),
    configurationPage(),
    schemaPage(),
    await metricsPage(),
    await postMortemPage(),
    reasonsPage(),
    rulesPage(),
    surfacePage(doors),
  ]
}

/** Paths of pages whose file is missing or other. */
export function stalePages(pages: readonly ReferencePage[]): string[] {
  return pages
    .filter(({ path, text }) => {
      const file = join(root, path)
      return !existsSync(file) || readFileSync(file, 'utf8') !== text
    })
    .map(({ path }) => path)
}

async function main(): Promise<number> {
  const pages = await referencePages()
  const stale = stalePages(pages)
  if (process.argv.includes('--check')) {
    for (const path of stale) console.log(`${path} is stale; run: npm run docs`)
    return stale.length === 0 ? 0 : 1
  }
  for (const { path, text } of pages.filter((page) => stale.includes(page.path))) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    console.log(`Wrote ${path}`)
  }
  return 0
}

if (import.meta.main) process.exit(await main())
