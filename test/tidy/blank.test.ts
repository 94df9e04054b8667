import { expect, test } from 'bun:test'
import { codeOnly } from './blank.ts'

const cases: readonly (readonly [what: string, text: string, code: string])[] = [
  ['line comment', 'a // any\nb', 'a       \nb'],
  ['block comment over lines', 'a /* x\ny */ b', 'a     \n     b'],
  ['strings with escapes', `f('it\\'s', "x")`, 'f(       ,    )'],
  ['template', 'f(`a ${b(`c`)} d`)', 'f(     b(   )    )'],
  ['braces inside a template', '`${ { a: 1 } }` + c', '    { a: 1 }    + c'],
  ['regular expression', 'x = /a"[/]b/.test(y)', 'x =         .test(y)'],
  ['division', 'a / b / c', 'a / b / c'],
  ['apostrophe in the text of a page', "<p>don't</p>\nany", '<p>don t</p>\nany'],
]

test('codeOnly() keeps code where it is and blanks everything else', () => {
  for (const [what, text, code] of cases) expect([what, codeOnly(text)]).toEqual([what, code])
})
