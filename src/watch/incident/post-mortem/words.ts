// How a post-mortem writes times, shares and texts from outside.
import type { ElementId } from '../../../model/layer.ts'
import { formatDuration } from '../../../std/units.ts'

const textLengthMax = 500

/** One line without control and format characters (bidirectional overrides among them). */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
}

/** Text from outside as one line of Markdown: nothing in it is markup, a link or a border. */
export function plain(text: string): string {
  return oneLine(text)
    .slice(0, textLengthMax)
    .replaceAll(/[\\|*[\]]/g, '\\$&')
    .replaceAll('<', '&lt;')
    .replaceAll('`', "'")
    .replace(/^([#>+-]|\d+(?=[.)]\s))/, '\\$1')
}

/** A name that is ours, such as a probe, as code. */
export function code(text: string): string {
  return `\`${text.replaceAll(/[`\n|]/g, "'")}\``
}

/** `2026-04-16 16:57`. */
export function minute(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}

/** `16:57`. */
export function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 16)
}

/** `2026-04-16`. */
export function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** `43 h 44 min`, as an operator counts; days only from the fourth on. */
export function span(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return 'under a minute'
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours >= 72) return formatDuration(ms)
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}

/** Never surer than it is: 0.9999 is 99.9 %. */
export function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`
}

/** `gate_new and idp` as code; `nothing broken` for none. */
export function elementsText(elements: readonly ElementId[]): string {
  return elements.length === 0 ? 'nothing broken' : elements.map(code).join(' and ')
}

/** Text inside a sequence diagram: what would end a line or begin a comment there is left out. */
export function diagramText(text: string): string {
  return oneLine(text)
    .replaceAll(/[;#<>"`%]/g, '')
    .trim()
}

/** Sections and paragraphs with an empty line between; empty ones are left out. */
export function blocks(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n')
}

/** A list; empty where there is nothing. */
export function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n')
}
