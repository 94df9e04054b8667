// Code without its words: comments and the content of strings blanked out, so that a plain text search
// sees code alone. Lines and columns stay where they are.

const blankable = /[^\n]/g

/** A `/` after one of these starts a regular expression, not a division. */
const beforeRegExp = /(^|[(,=:[!&|?{};<>+\-*%~^]|\b(return|typeof|case|in|of))\s*$/

/** `text` with comments, strings, template text and regular expressions replaced by spaces. */
export function codeOnly(text: string): string {
  let out = ''
  let at = 0
  // For each open `${`, how many braces are open inside it.
  const braces: number[] = []
  while (at < text.length) {
    const end = wordEnd(text, at, out, braces)
    if (end === at) {
      out += text[at] ?? ''
      at++
    } else {
      out += text.slice(at, end).replace(blankable, ' ')
      at = end
    }
  }
  return out
}

/** End of the comment, string or pattern that starts at `at`; `at` itself when code does. */
function wordEnd(text: string, at: number, before: string, braces: number[]): number {
  const two = text.slice(at, at + 2)
  const one = text.charAt(at)
  if (two === '//') return endOr(text.indexOf('\n', at), text)
  if (two === '/*') return endOr(text.indexOf('*/', at + 2), text, 2)
  if (one === "'" || one === '"') return stringEnd(text, at, one)
  if (one === '`') return templateEnd(text, at + 1, braces)
  if (one === '/' && beforeRegExp.test(before.slice(-40))) return regExpEnd(text, at)
  const open = braces.length - 1
  if (one === '{' && open >= 0) braces[open] = (braces[open] ?? 0) + 1
  if (one !== '}' || open < 0) return at
  if (braces[open] !== 0) {
    braces[open] = (braces[open] ?? 0) - 1
    return at
  }
  braces.pop()
  return templateEnd(text, at + 1, braces)
}

function endOr(found: number, text: string, length = 0): number {
  return found === -1 ? text.length : found + length
}

function stringEnd(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote) return at + 1
    // No string spans lines: an apostrophe in the text of a page opened this one.
    else if (text[at] === '\n') return start + 1
  }
  return text.length
}

function templateEnd(text: string, start: number, braces: number[]): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '`') return at + 1
    else if (text.startsWith('${', at)) {
      braces.push(0)
      return at + 2
    }
  }
  return text.length
}

function regExpEnd(text: string, start: number): number {
  let inClass = false
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\n') return start
    if (text[at] === '\\') at++
    else if (text[at] === '[') inClass = true
    else if (text[at] === ']') inClass = false
    else if (text[at] === '/' && !inClass) return at + 1
  }
  return start
}
