// The words of a file: its purpose on top, doc comments on what it exports, the grammar of its messages,
// and nothing that only the machine or the people who wrote it know.
import { type Problem, type SourceFile, isCode, isProduct } from './tree.ts'

const purposeCharsMin = 20

/** Code and SQL open with a comment that says what the file is for. Unit tests are named after theirs. */
export function purposeProblems(file: SourceFile): Problem[] {
  const unitTest = /\.test\.tsx?$/.test(file.path) && !file.path.startsWith('test/scenarios/')
  if (unitTest || !(isCode(file.path) || file.path.endsWith('.sql'))) return []
  const first = file.text.replace(/^#![^\n]*\n/, '').split('\n')[0] ?? ''
  const words = /^(?:\/\/|\/\*\*?|--)\s*(.*)$/.exec(first)?.[1] ?? null
  if (words === null || (words.length < purposeCharsMin && !file.text.startsWith('/*')))
    return [`${file.path}: opens without a comment line that says what it is for`]
  return []
}

/** Exported things of the product have a doc comment right above them. */
export function docProblems(file: SourceFile): Problem[] {
  if (!isProduct(file.path)) return []
  const lines = file.text.split('\n')
  const seen = new Set<string>()
  return lines.flatMap((line, index) => {
    const name =
      /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type) (\w+)/.exec(
        line,
      )?.[1]
    if (name === undefined || seen.has(name)) return []
    seen.add(name)
    const above = lines[index - 1] ?? ''
    const doc = above.startsWith('// oxlint-disable-next-line') ? lines[index - 2] : above
    return (doc ?? '').trimEnd().endsWith('*/')
      ? []
      : [`${file.path}:${index + 1}: export "${name}" has no doc comment`]
  })
}

/** Messages open with a capital or a name in quotes, end without a full stop and use no contraction. */
export function messageProblems(file: SourceFile): Problem[] {
  if (!isProduct(file.path)) return []
  const pattern = /\b(?:message|title|fix): (['`])((?:\\.|(?!\1).)*)\1/g
  return [...file.text.matchAll(pattern)].flatMap((match) => {
    const message = (match[2] ?? '').replaceAll("\\'", "'")
    const fault = messageFault(message)
    return fault === null ? [] : [`${file.path}: message "${message}" ${fault}`]
  })
}

/** What is wrong with the form of a message; null when nothing is. */
export function messageFault(message: string): string | null {
  if (message === '') return null
  if (/^[a-z]/.test(message)) return 'starts with a small letter'
  if (/[^.]\.$/.test(message)) return 'ends with a full stop'
  if (/\b(can't|don't|doesn't|isn't|won't|couldn't|it's|you're|aren't|wasn't)\b/i.test(message))
    return 'has a contraction'
  return null
}

// test/tidy/ is not searched, so what is looked for can stand here.
const privateWords: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/(^|[\s"'`(=])\/(work|root|farm)\//m, 'a machine path'],
  [/\bregistry\.npm(js|mirror)/, 'a registry host'],
  [/\bshared\/(design|field|seed|data|hooks)\b/, 'a folder outside of here'],
  [/\bdesign \d+\b|§\d/, 'a document that is not here'],
  [
    /\b(sub-?agents?|claude|anthropic|openai|chatgpt|LLMs?|worktrees?|co-authored-by)\b/i,
    'a word about how the work is done',
  ],
]

/** Things that only the machine or the people who wrote the file know. */
export function privateProblems(file: SourceFile): Problem[] {
  if (file.path.startsWith('test/tidy/')) return []
  // Hosts of the example are called what they are called.
  const isHouse = file.path.startsWith('examples/homelab/')
  const text = isHouse ? file.text.replaceAll(/\bclaude-(memory|breakglass)\b/g, '') : file.text
  return privateWords.flatMap(([pattern, what]) => {
    const found = pattern.exec(text)?.[0].trim()
    return found === undefined ? [] : [`${file.path}: "${found}" is ${what}`]
  })
}
