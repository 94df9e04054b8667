// The Prometheus text format (exposition format 0.0.4), as much of it as there is in the wild. Never throws.

/** One sample of a scrape. */
export interface ExposedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** NaN and infinities as they stand. */
  readonly value: number
}

/** What was understood of a text, and how many lines were not. */
export interface Exposition {
  readonly samples: readonly ExposedSample[]
  /** Lines that are neither sample nor comment, or that were beyond the bound. */
  readonly unreadable: number
}

/** Most samples kept. */
export const samplesMax = 100_000
/** Most labels of a sample. */
const labelsMax = 100
/** Longest number; what is longer is none. */
const valueLengthMax = 400

const namePattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const labelNamePattern = /^[a-zA-Z_][a-zA-Z0-9_]*/

/** Reads a whole scrape; `wanted` keeps memory small: samples of other names are skipped. */
export function parseExposition(text: string, wanted: (name: string) => boolean): Exposition {
  const samples: ExposedSample[] = []
  let unreadable = 0
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const name = namePattern.exec(line)?.[0]
    if (name !== undefined && !wanted(name)) continue
    const sample = name === undefined ? null : readSample(name, line.slice(name.length).trimStart())
    if (sample === null || samples.length >= samplesMax) unreadable++
    else samples.push(sample)
  }
  return { samples, unreadable }
}

/** `{a="b"} 1 1700000000000`: labels, value, perhaps a time, which is of no use here. */
function readSample(name: string, rest: string): ExposedSample | null {
  const labels = rest.startsWith('{') ? readLabels(rest) : { labels: {}, rest }
  if (labels === null) return null
  const words = labels.rest.trim().split(/\s+/)
  const value = readValue(words[0] ?? '')
  if (value === null || words.length > 2 || (words[1] ?? '0') !== String(Number(words[1] ?? '0')))
    return null
  return { name, labels: labels.labels, value }
}

function readLabels(
  text: string,
): { readonly labels: Readonly<Record<string, string>>; readonly rest: string } | null {
  const labels: [string, string][] = []
  let rest = text.slice(1).trimStart()
  while (!rest.startsWith('}')) {
    const name = labelNamePattern.exec(rest)?.[0]
    const opening = name === undefined ? null : /^\s*=\s*"/.exec(rest.slice(name.length))
    if (name === undefined || opening === null || labels.length >= labelsMax) return null
    const value = readQuoted(rest.slice(name.length + opening[0].length))
    if (value === null) return null
    labels.push([name, value.text])
    rest = value.rest.trimStart()
    if (rest.startsWith(',')) rest = rest.slice(1).trimStart()
    else if (!rest.startsWith('}')) return null
  }
  return { labels: Object.fromEntries(labels), rest: rest.slice(1) }
}

/** A label value up to its closing quote; `\\`, `\"` and `\n` are escapes, other pairs stand for themselves. */
function readQuoted(text: string): { readonly text: string; readonly rest: string } | null {
  let value = ''
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i)
    if (character === '"') return { text: value, rest: text.slice(i + 1) }
    if (character !== '\\') {
      value += character
      continue
    }
    const escaped = text.charAt(++i)
    if (escaped === '') return null
    value += { n: '\n', '\\': '\\', '"': '"' }[escaped] ?? `\\${escaped}`
  }
  return null
}

function readValue(word: string): number | null {
  if (/^[+-]?inf(inity)?$/i.test(word))
    return word.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (/^nan$/i.test(word)) return Number.NaN
  // One run of digits and dots: a pattern with two could try each way to share a long number between them.
  if (word.length > valueLengthMax || !/^[+-]?[\d.]+(?:e[+-]?\d+)?$/i.test(word)) return null
  const value = Number(word)
  return Number.isNaN(value) ? null : value
}
