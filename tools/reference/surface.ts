// The page of front doors: what each part offers to the others, with the first sentence of its comment.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type ReferencePage, code, referencePage, table } from './page.ts'

const root = join(import.meta.dir, '..', '..')

/** One exported symbol of a front door and the file that defines it. */
export interface DoorExport {
  readonly name: string
  readonly from: string
}

/** Everything that a front door re-exports. */
export function doorExports(text: string): DoorExport[] {
  return [...text.matchAll(/export\s+(?:type\s+)?\{([^}]*)\}\s*from\s*'([^']+)'/g)].flatMap(
    (match) =>
      (match[1] ?? '')
        .split(',')
        .map((part) => part.trim().replace(/^type\s+/, ''))
        .filter((part) => part !== '')
        .map((part) => ({
          name: part.split(/\s+as\s+/).at(-1) ?? part,
          from: match[2] ?? '',
        })),
  )
}

/** First sentence of the doc comment above `export … name`; empty when there is none. */
export function firstSentence(source: string, name: string): string {
  const pattern = new RegExp(
    `/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*(?://[^\\n]*\\n)?export (?:async )?(?:function\\*?|const|class|interface|type) ${name}\\b`,
  )
  const words = (pattern.exec(source)?.[1] ?? '')
    .replace(/^\s*\*? ?/gm, '')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim()
  return /^.*?[.:](?=\s|$)/.exec(words)?.[0].replace(/:$/, '.') ?? words
}

/** Every front door of `src/`, by its name without the ending, in the order given. */
export function surfacePage(doors: readonly string[]): ReferencePage {
  const sections = doors.map((title) => {
    const door = `src/${title}.ts`
    const rows = doorExports(readFileSync(join(root, door), 'utf8')).map(({ name, from }) => {
      const path = join(dirname(door), from)
      return [code(name), code(path), firstSentence(readFileSync(join(root, path), 'utf8'), name)]
    })
    return `## ${title}\n\n${table(['export', 'defined in', 'what it is'], rows)}`
  })
  return referencePage('docs/reference/surface.md', [
    '# Surface',
    'What each part offers to the others, through its front doors `src/<part>.ts` and `src/<part>-<what>.ts`. A change of any of these is visible in the diff of this page.',
    ...sections,
  ])
}
