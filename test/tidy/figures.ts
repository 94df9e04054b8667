// Figures about the code: printed by each run, and bounded so that they do not creep.
import { codeOnly } from './blank.ts'
import { type SourceFile, isCode, isProduct, isTest } from './tree.ts'

/** What is counted. Ratios are rounded to two digits. */
export interface Figures {
  readonly sourceFiles: number
  readonly sourceLines: number
  readonly testLines: number
  /** Test lines per source line. */
  readonly testRatio: number
  /** Share of source lines that are comments, in per cent. */
  readonly commentPercent: number
  /** `as` casts (not `as const`) in 1000 source lines, branding parsers left out. */
  readonly castsPerThousand: number
  /** Lint rules switched off in place. */
  readonly lintDisables: number
  readonly longestFile: number
  readonly medianFile: number
}

/** Counts over the whole tree; blank lines count nowhere. */
export function figures(files: readonly SourceFile[]): Figures {
  const product = files.filter((file) => isProduct(file.path))
  const tests = files.filter((file) => isCode(file.path) && isTest(file.path))
  const lengths = product.map((file) => lines(file.text).length).toSorted((a, b) => a - b)
  const sourceLines = sum(lengths)
  const testLines = sum(tests.map((file) => lines(file.text).length))
  return {
    sourceFiles: product.length,
    sourceLines,
    testLines,
    testRatio: ratio(testLines, sourceLines),
    commentPercent: ratio(100 * sum(product.map((file) => commentLines(file.text))), sourceLines),
    castsPerThousand: ratio(1000 * sum(product.map((file) => casts(file.text))), sourceLines),
    lintDisables: sum(product.map((file) => file.text.split('oxlint-disable').length - 1)),
    longestFile: lengths.at(-1) ?? 0,
    medianFile: lengths[Math.floor(lengths.length / 2)] ?? 0,
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

/** Lines that hold a comment and no code. */
export function commentLines(text: string): number {
  const code = codeOnly(text).split('\n')
  return text.split('\n').filter((line, index) => {
    const words = line.trim()
    return /^(\/\/|\/\*|\*)/.test(words) && (code[index] ?? '').trim() === ''
  }).length
}

/** Casts, without `as const`, import renames and the one cast by which a parser brands its value. */
export function casts(text: string): number {
  const brands = new Set([...text.matchAll(/type (\w+) = Brand</g)].map((match) => match[1]))
  const code = codeOnly(text).replace(/^(import|export)\b[^(]*?(\bfrom\b|\})/gm, '')
  return [...code.matchAll(/(?<=[\w)\]}?]\s*|\s)\bas (?!const\b)([A-Za-z_]\w*)/g)].filter(
    (match) => !brands.has(match[1]),
  ).length
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((100 * part) / whole) / 100
}
