// Bodies as text: what is undone, what is cut, and what is not what it says.
import { describe, expect, test } from 'bun:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { bodyText } from './decompress.ts'
import { textBytesMax } from './limits.ts'

const codings = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
] as const

/** Text that hardly shrinks, so that half of the compressed form is about half of the text. */
const long = Array.from({ length: 20_000 }, (_, i) => ((i * 7919) % 10_007).toString(36)).join(' ')

describe.each(codings)('bodyText() of %s', (coding, compress) => {
  test('gives the text', async () => {
    expect(await bodyText(compress('hello'), coding)).toBe('hello')
    expect(await bodyText(compress('h\u00e9llo \u{1f600}'), ` ${coding.toUpperCase()} `)).toBe(
      'h\u00e9llo \u{1f600}',
    )
    expect(await bodyText(compress(''), coding)).toBe('')
  })

  test('gives what there is of a body that was cut', async () => {
    const whole = compress(long)
    const half = await bodyText(whole.subarray(0, whole.length / 2), coding)
    expect(half?.length).toBeGreaterThan(long.length / 8)
    expect(long.startsWith(half ?? '')).toBe(true)
  })

  test('stops at its bound', async () => {
    const bomb = compress(Buffer.alloc(20_000_000))
    expect((await bodyText(bomb, coding))?.length).toBe(textBytesMax)
  })

  test('says that bytes are not of the coding', async () => {
    expect(await bodyText(Buffer.from('<html>plain text all the way'), coding)).toBeNull()
  })

  test('takes any bytes without throwing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const text = await bodyText(Buffer.from(bytes), coding)
        expect(text === null || text.length <= textBytesMax).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})

describe('bodyText()', () => {
  test.each([undefined, '', 'identity', 'Identity'])('leaves %j as it is', async (coding) => {
    expect(await bodyText(Buffer.from('hello'), coding)).toBe('hello')
  })

  test('replaces what is not UTF-8', async () => {
    expect(await bodyText(Buffer.from([0x68, 0xff, 0x69]), undefined)).toBe('h\ufffdi')
  })

  test.each(['zstd', 'gzip, gzip', 'constructor', '__proto__'])(
    'sees nothing in %j',
    async (coding) => {
      expect(await bodyText(Buffer.from('hello'), coding)).toBe('')
    },
  )
})
