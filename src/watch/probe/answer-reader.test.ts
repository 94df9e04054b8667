// Answers off the wire: what is read, what is refused, what is cut, however the bytes arrive.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { AnswerReader, type AnswerOutcome } from './answer-reader.ts'
import { bodyBytesMax, headBytesMax, interimAnswersMax } from './limits.ts'

interface Read {
  readonly method?: string
  /** Bytes of a piece; all at once where it is not given. */
  readonly step?: number
  readonly isClean?: boolean
}

/** What a reader makes of `text`, given in pieces, with the connection ended behind it. */
function read(text: string | Buffer, { method = 'GET', step, isClean = true }: Read = {}) {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
  const reader = new AnswerReader(method)
  const size = step ?? Math.max(1, bytes.length)
  for (let at = 0; at < bytes.length; at += size) {
    const outcome = reader.take(bytes.subarray(at, at + size))
    if (outcome !== null) return shown(outcome)
  }
  return shown(reader.end(isClean))
}

function shown(outcome: NonNullable<AnswerOutcome>): string {
  if (!outcome.ok) return `${outcome.error.class}: ${outcome.error.detail}`
  const { body, head, isCut } = outcome.value
  return `${head.status} "${body.toString('latin1')}"${isCut ? ' cut' : ''}`
}

const ok = 'HTTP/1.1 200 OK\r\n'

describe('AnswerReader', () => {
  const answers: readonly (readonly [answer: string, wanted: string, options?: Read])[] = [
    [`${ok}Content-Length: 2\r\n\r\nhi`, '200 "hi"'],
    [`${ok}Content-Length: 2\r\n\r\nhi there`, '200 "hi"'],
    [`${ok}Content-Length: 0\r\n\r\n`, '200 ""'],
    [`${ok}\r\nto the end`, '200 "to the end"'],
    [`${ok}\r\nto the cut`, '200 "to the cut" cut', { isClean: false }],
    [`${ok}Content-Length: 9\r\n\r\n`, '200 ""', { method: 'HEAD' }],
    ['HTTP/1.1 204 No\r\n\r\nextra', '204 ""'],
    ['HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n', '304 ""'],
    ['HTTP/1.0 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n', '302 ""'],
    [
      `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3;x=y\r\n yo\r\n0\r\nA: b\r\n\r\n`,
      '200 "hi yo"',
    ],
    [
      'HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\nx',
      '404 "x"',
    ],
    [`${ok}Content-Type: text/event-stream\r\n\r\ndata: 1\r\n\r\n`, '200 "" cut'],
    [`${ok}Location: /a\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n`, '200 ""'],
  ]
  test.each(answers.map(([answer, wanted, options = {}]) => ({ answer, wanted, options })))(
    'reads what comes to $wanted',
    ({ answer, wanted, options }) => {
      expect(read(answer, options)).toBe(wanted)
      expect(read(answer, { ...options, step: 1 })).toBe(wanted)
    },
  )

  const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`
  test.each([
    ['', 'MALFORMED: The connection ended before any answer'],
    ['HTTP/1.1 200 OK\r\nA: b', 'MALFORMED: The connection ended in the head of the answer'],
    ['SSH-2.0-OpenSSH_9.2\r\n', 'MALFORMED: What answers does not speak HTTP/1.1'],
    ['HTTP/2 200 OK\r\n\r\n', 'MALFORMED: What answers does not speak HTTP/1.1'],
    ['\u0015\u0003\u0003\u0000\u0002\u0002P', 'MALFORMED: What answers does not speak HTTP/1.1'],
    ['HTTP/1.1 99 Low\r\n\r\n', 'MALFORMED: The head is no HTTP/1.1'],
    ['HTTP/1.1 2000 High\r\n\r\n', 'MALFORMED: The head is no HTTP/1.1'],
    ['HTTP/1.1 OK\r\n\r\n', 'MALFORMED: The head is no HTTP/1.1'],
    [`${ok}A: b\nC: d\r\n\r\n`, 'MALFORMED: The head is no HTTP/1.1'],
    [`${ok}A: b\r\n folded\r\n\r\n`, 'MALFORMED: The head is no HTTP/1.1'],
    [`${ok}A: \u0000\r\n\r\n`, 'MALFORMED: The head is no HTTP/1.1'],
    [`${ok}${'A: b\r\n'.repeat(300)}\r\n`, 'MALFORMED: The head is no HTTP/1.1'],
    [
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n',
      'MALFORMED: The protocol was switched without being asked to',
    ],
    [
      `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      'MALFORMED: The head says two things about the length of the body',
    ],
    [
      `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      'MALFORMED: The head says two things about the length of the body',
    ],
    [
      'HTTP/1.1 302 F\r\nLocation: https://id.example.com/\r\nLocation: https://evil.test/\r\n\r\n',
      'MALFORMED: Header "location" says two things',
    ],
    [
      `${ok}Content-Length: 9\r\n\r\nshort`,
      'MALFORMED: The connection ended after 5 bytes of the body',
    ],
    [`${chunked}5\r\nhi`, 'MALFORMED: The connection ended after 2 bytes of the body'],
    [`${chunked}-1\r\n`, 'MALFORMED: The body is chunked in a wrong way'],
    [`${chunked}ffffffffffffffff\r\n`, 'MALFORMED: The body is chunked in a wrong way'],
    [`${chunked}\r\n`, 'MALFORMED: The body is chunked in a wrong way'],
    [`${chunked}2\nhi\r\n`, 'MALFORMED: The body is chunked in a wrong way'],
    [`${chunked}2\r\nhi!\r\n`, 'MALFORMED: The body is chunked in a wrong way'],
    [`${chunked}${'1'.repeat(5000)}`, 'MALFORMED: The body is chunked in a wrong way'],
    [`${chunked}1;${'x'.repeat(5000)}\r\n`, 'MALFORMED: The body is chunked in a wrong way'],
    [`${chunked}0\r\nno field\r\n\r\n`, 'MALFORMED: The body is chunked in a wrong way'],
    [
      `${chunked}0\r\n${'A: b\r\n'.repeat(1500)}\r\n`,
      'MALFORMED: The body is chunked in a wrong way',
    ],
  ])('refuses %j', (answer, wanted) => {
    expect(read(answer)).toBe(wanted)
    expect(read(answer, { step: 1 })).toBe(wanted)
  })

  test('bounds the head', () => {
    const padded = (length: number): string => {
      const head = `${ok}Content-Length: 0\r\nA: `
      return `${head}${'x'.repeat(length - head.length)}\r\n\r\n`
    }
    expect(read(padded(headBytesMax))).toBe('200 ""')
    const tooLarge = `TOO_LARGE: The head is longer than ${headBytesMax} bytes`
    for (const step of [100_000, 4096, 1])
      expect(read(padded(headBytesMax + 1), { step })).toBe(tooLarge)
    expect(read(`${ok}A: ${'x'.repeat(10_000_000)}`, { step: 65_536 })).toBe(tooLarge)
  })

  test('bounds interim answers', () => {
    const hint = 'HTTP/1.1 100 Continue\r\n\r\n'
    const end = `${ok}Content-Length: 0\r\n\r\n`
    expect(read(hint.repeat(interimAnswersMax) + end)).toBe('200 ""')
    const wanted = `MALFORMED: More than ${interimAnswersMax} interim answers`
    expect(read(hint.repeat(interimAnswersMax + 1) + end)).toBe(wanted)
    expect(read(hint.repeat(10_000), { step: 7 })).toBe(wanted)
  })

  test.each([
    ['Content-Length: 1000000', 'x'.repeat(1_000_000)],
    ['A: until the connection ends', 'x'.repeat(1_000_000)],
    ['Transfer-Encoding: chunked', `${'400\r\n'}${'x'.repeat(1024)}\r\n`.repeat(1000)],
    ['Transfer-Encoding: chunked', `fffffff\r\n${'x'.repeat(1_000_000)}`],
  ])('cuts a body with %j at the bound', (header, body) => {
    for (const step of [200_000, 1000]) {
      const wanted = `200 "${'x'.repeat(bodyBytesMax)}" cut`
      expect(read(`${ok}${header}\r\n\r\n${body}`, { step })).toBe(wanted)
    }
  })

  test('keeps what it said when more comes', () => {
    const reader = new AnswerReader('GET')
    const outcome = reader.take(Buffer.from(`${ok}Content-Length: 0\r\n\r\n`))
    expect(reader.take(Buffer.from('more'))).toBe(outcome)
    expect(reader.end(false)).toBe(outcome as NonNullable<AnswerOutcome>)
  })

  test('says the same of any bytes, in whatever pieces they come', () => {
    const part = fc.oneof(
      fc.constantFrom(
        ok,
        'HTTP/1.1 100 C\r\n\r\n',
        '\r\n',
        '\r\n\r\n',
        '0\r\n\r\n',
        '5\r\nhello\r\n',
      ),
      fc.constantFrom('Transfer-Encoding: chunked\r\n', 'Content-Length: 5\r\n', 'Location: /\r\n'),
      fc.string({ unit: 'binary', maxLength: 20 }),
    )
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 12 }),
        fc.integer({ min: 1, max: 9 }),
        (parts, step) => {
          const bytes = Buffer.from(parts.join(''), 'utf8')
          expect(read(bytes, { step })).toBe(read(bytes))
        },
      ),
      { numRuns: 2000 },
    )
  })
})
