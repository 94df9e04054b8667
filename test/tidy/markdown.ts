// Documents: one title, links and paths that lead somewhere, commands that exist.
import { posix } from 'node:path'
import type { Problem, SourceFile } from './tree.ts'

/** What a document may name. */
export interface Known {
  /** True for a file or folder, given from the root of the repository. */
  readonly exists: (path: string) => boolean
  /** Names of the npm scripts. */
  readonly scripts: readonly string[]
}

/** Text outside fenced code blocks, lines kept. */
export function prose(markdown: string): string {
  return markdown.replace(/^(```+|~~~+)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, (block) =>
    block.replace(/[^\n]/g, ''),
  )
}

/** A document opens with its one `#` title. */
export function titleProblems(file: SourceFile): Problem[] {
  const titles = prose(file.text)
    .split('\n')
    .filter((line) => /^# /.test(line))
  if (titles.length !== 1)
    return [`${file.path}: has ${titles.length} titles ("# ..."), wanted one`]
  return /^(<!--[^\n]*-->\s*)?# /.test(file.text)
    ? []
    : [`${file.path}: does not open with its title`]
}

/** Relative links and images lead to a file of the repository. */
export function linkProblems(file: SourceFile, known: Known): Problem[] {
  return [...prose(file.text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
    const target = (match[1] ?? '').replace(/[#?].*$/, '')
    if (target === '' || /^[a-z]+:/.test(target)) return []
    const path = posix.join(posix.dirname(file.path), target)
    return known.exists(path.replace(/\/$/, ''))
      ? []
      : [`${file.path}: links to "${match[1]}", which does not exist`]
  })
}

const ourFolders = /^(src|test|tools|bench|bin|docs|examples|deploy|\.ci)\//
const ourTopFiles = /^(\.?[a-z0-9-]+\.(json|toml|lock)|[A-Z]+\.md)$/

/** Paths in backticks exist. Patterns (`*`, `<name>`, `…`) are not looked up. */
export function pathProblems(file: SourceFile, known: Known): Problem[] {
  return codeSpans(file.text).flatMap((span) => {
    const path = span.replace(/\/$/, '').replace(/:\d+$/, '')
    if (!(ourFolders.test(span) || ourTopFiles.test(span)) || /[*<>{}…\s$]/.test(path)) return []
    return known.exists(path) ? [] : [`${file.path}: names "${span}", which does not exist`]
  })
}

/** `npm run x` names a script of package.json, in prose and in code blocks. */
export function scriptProblems(file: SourceFile, known: Known): Problem[] {
  return [...file.text.matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g)].flatMap((match) =>
    known.scripts.includes(match[1] ?? '')
      ? []
      : [`${file.path}: names "npm run ${match[1]}", which package.json does not have`],
  )
}

/** Content of every `code span` of the prose. */
export function codeSpans(markdown: string): string[] {
  return [...prose(markdown).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')
}

/** Fenced code blocks in one language. */
export function codeBlocks(markdown: string, language: string): string[] {
  const blocks = markdown.matchAll(/^```(\S*)[^\n]*\n([\s\S]*?)^```$/gm)
  return [...blocks].filter((match) => match[1] === language).map((match) => match[2] ?? '')
}

/** First words of `gatehouse <command>` in code spans and in shell blocks. */
export function commandsIn(markdown: string): string[] {
  const shell = ['sh', 'shell', 'bash', 'console'].flatMap((name) => codeBlocks(markdown, name))
  const lines = [...codeSpans(markdown), ...shell.flatMap((block) => block.split('\n'))]
  return lines.flatMap((line) => {
    const name = /^(?:\$ )?(?:bin\/|\.\/)?gatehouse ([a-z][a-z-]*)/.exec(line.trim())?.[1]
    return name === undefined ? [] : [name]
  })
}
