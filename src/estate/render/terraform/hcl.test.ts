// HCL out of values: its layout as tables, its escapes as a property against a reader of their own; the real
// Terraform reads the same texts in test/scenarios/authentik-codify.test.ts.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Block, Expression, hclFile, jsonEncoded, quoted } from './hcl.ts'

function written(attributes: Block['attributes']): string {
  return hclFile('x', [{ type: 'a', attributes }]).replace(/^# x\n\n/, '')
}

/** What Terraform makes of a quoted text without templates (HCL native syntax, "Template Expressions"). */
function read(text: string): string {
  const inner = text.slice(1, -1)
  expect(text).toBe(`"${inner}"`)
  // A template that is not escaped: an even number of signs before the brace.
  expect(inner.replaceAll('$${', ' ').replaceAll('%%{', ' ')).not.toMatch(/[$%]\{/)
  return inner
    .replaceAll('$${', '${')
    .replaceAll('%%{', '%{')
    .replaceAll(/\\(?:u([0-9a-f]{4})|(.))/g, (_, code?: string, short?: string) =>
      code === undefined
        ? (({ n: '\n', r: '\r', t: '\t' } as Record<string, string>)[short ?? ''] ?? short ?? '')
        : String.fromCharCode(Number.parseInt(code, 16)),
    )
}

describe('quoted()', () => {
  test.each([
    ['', '""'],
    ['a "b" \\', '"a \\"b\\" \\\\"'],
    ['a\nb\r\t', '"a\\nb\\r\\t"'],
    ['${a}', '"$${a}"'],
    ['%{ if }', '"%%{ if }"'],
    ['$${a}', '"$$${a}"'],
    ['$ { 100%', '"$ { 100%"'],
    ['\u0000\u001b\u2028', '"\\u0000\\u001b\\u2028"'],
    ['\u007f\u0085', '"\\u007f\\u0085"'],
    ['ü€😀', '"ü€😀"'],
    ['\ud800', '"\ufffd"'],
  ])('writes %j as %s', (text, wanted) => expect(quoted(text)).toBe(wanted))

  test('is read back as it was, whatever it was, on one line', () => {
    const pieces = fc.constantFrom('$', '%', '{', '}', '\\', '"', '\n', 'u', 'a', '\u0007', 'ü')
    fc.assert(
      fc.property(
        fc.array(pieces).map((parts) => parts.join('')),
        (text) => {
          const line = quoted(text)
          expect(read(line)).toBe(text)
          expect(line).not.toContain('\n')
        },
      ),
    )
  })
})

describe('hclFile()', () => {
  test('keeps the column across a heredoc, as terraform fmt does', () => {
    expect(written({ name: 'x', text: 'one\ntwo\n', long_name: true })).toBe(
      [
        'a {',
        '  name      = "x"',
        '  text      = <<EOT',
        'one',
        'two',
        'EOT',
        '  long_name = true',
        '}',
        '',
      ].join('\n'),
    )
  })

  test('stands attributes in a column, and begins a new one after a value of several lines', () => {
    expect(
      written({
        a: 'x',
        long_name: 3,
        list: ['one', 'two'],
        object: { inner: true, other_one: null },
        left_out: undefined,
        z: new Expression('var.z'),
        yy: false,
      }),
    ).toBe(
      [
        'a {',
        '  a         = "x"',
        '  long_name = 3',
        '  list      = ["one", "two"]',
        '  object = {',
        '    inner     = true',
        '    other_one = null',
        '  }',
        '  z  = var.z',
        '  yy = false',
        '}',
        '',
      ].join('\n'),
    )
  })

  test('writes texts of several lines as heredocs that people can read', () => {
    expect(written({ e: 'if a:\n  return "${b}"\n' })).toBe(
      'a {\n  e = <<EOT\nif a:\n  return "$${b}"\nEOT\n}\n',
    )
    expect(written({ e: 'a\nb' })).toBe('a {\n  e = chomp(<<EOT\na\nb\nEOT\n  )\n}\n')
  })

  test('chooses a mark that the text does not have', () => {
    expect(written({ e: 'a\n EOT\nEOTX' })).toContain('chomp(<<EOTXX\na\n EOT\nEOTX\nEOTXX\n')
  })

  test('quotes what a heredoc cannot say', () => {
    for (const text of ['a\r\nb', 'a\tb\nc', '\n', 'a\n', 'a\u0000\nb'])
      expect(written({ e: text })).toBe(`a {\n  e = ${quoted(text)}\n}\n`)
    expect(written({ e: ['a\nb\n'] })).toBe('a {\n  e = ["a\\nb\\n"]\n}\n')
  })

  test('breaks lists that are long', () => {
    const long = 'x'.repeat(50)
    expect(written({ e: [long, long] })).toBe(
      `a {\n  e = [\n    "${long}",\n    "${long}",\n  ]\n}\n`,
    )
  })

  test('writes blocks inside of blocks, and blocks with nothing in them', () => {
    const inner: Block = { type: 'inner', attributes: {} }
    const outer: Block = { type: 'outer', labels: ['a "b"'], attributes: { x: 1 }, blocks: [inner] }
    expect(hclFile('one\n\ntwo', [outer])).toBe(
      '# one\n#\n# two\n\nouter "a \\"b\\"" {\n  x = 1\n\n  inner {}\n}\n',
    )
  })
})

describe('jsonEncoded()', () => {
  test('keeps every value of JSON, quotes keys that are no names, lets expressions through', () => {
    const value = { a: [1, null, 'x'], 'b c': {}, d: new Expression('var.d'), e: undefined }
    expect(jsonEncoded(value).text).toBe(
      'jsonencode({\n    a     = [1, null, "x"]\n    "b c" = {}\n    d     = var.d\n    e     = null\n  })',
    )
  })
})
