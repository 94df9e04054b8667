// Writes the generated reference pages; `--check` only says which are stale, and fails if one is.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { commandsPage } from './reference/commands.ts'
import { configurationPage, schemaPage } from './reference/configuration.ts'
import { metricsPage } from './reference/metrics.ts'
import type { ReferencePage } from './reference/page.ts'
import { postMortemPage } from './reference/post-mortem.ts'
import { reasonsPage } from './reference/reasons.ts'
import { rulesPage } from './reference/rules.ts'
import { surfacePage } from './reference/surface.ts'
import { isFrontDoor } from '../test/tidy/imports.ts'

const root = join(import.meta.dir, '..')

/** Front doors by the order of the import table, the one that all need first. */
const doors = ['gate', 'watch', 'estate', 'config', 'cli'].flatMap((part) =>
  readdirSync(join(root, 'src'))
    .filter((file) => isFrontDoor(`src/${file}`, part))
    .toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .map((file) => file.replace('.ts', '')),
)

/** Every generated page as it should be. */
export async function referencePages(): Promise<readonly ReferencePage[]> {
  return [
    await commandsPage(),
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
