// The journal: what is written is what is read, and damage costs what is damaged.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { memoryFiles } from '../../world/files.ts'
import { type ChannelRecord, journalText, readJournal, writeJournal } from './journal.ts'
import { named, testNotice } from './testing.ts'

const path = '/data/watch/outbox.jsonl'
const [a, b, closed] = [
  testNotice('opened', named('a')),
  testNotice('opened', { ...named('b'), verdict: null }),
  testNotice('closed', named('c')),
]

const record = (name: string, more: Partial<ChannelRecord> = {}): ChannelRecord => ({
  name,
  outage: null,
  missed: { count: 0, subjects: [] },
  taken: [],
  open: [],
  waiting: [],
  ...more,
})

function read(text: string) {
  const result = readJournal(memoryFiles({ [path]: text }), path)
  if (!result.ok) throw new Error(result.error.code)
  return result.value
}

describe('readJournal()', () => {
  test('gives back what was written', () => {
    const records = [
      record('phone', {
        outage: { since: 5, detail: 'Answered 503', carrier: 'mail' },
        missed: { count: 9, subjects: ['one', 'two'] },
        taken: [
          ['a', 3],
          ['b', 1],
        ],
        open: [a, b],
        waiting: [
          { notice: a, attempts: 4, queuedAt: 1000, mayHaveArrived: true },
          { notice: closed, attempts: 0, queuedAt: 2000, mayHaveArrived: false },
        ],
      }),
      record('mail', { outage: { since: 6, detail: '', carrier: null }, open: [a] }),
    ]
    const { channels, damaged } = read(journalText(records))
    expect(damaged).toBe(0)
    expect([...channels.values()]).toEqual(records)
  })

  test('is nothing where there is no file, and a fault where it cannot be read', () => {
    const none = readJournal(memoryFiles({}), path)
    expect(none).toMatchObject({ ok: true, value: { damaged: 0 } })
    const locked = {
      ...memoryFiles({}),
      readText: () => ({ ok: false as const, error: { code: 'EACCES', path } }),
    }
    expect(readJournal(locked, path)).toMatchObject({ ok: false, error: { code: 'EACCES' } })
  })

  test('a notice stands in it once, however many channels wait for it', () => {
    const waiting = [{ notice: a, attempts: 0, queuedAt: 0, mayHaveArrived: false }]
    const text = journalText([record('x', { waiting }), record('y', { waiting, open: [a] })])
    expect(text.match(/"subject"/g)).toHaveLength(1)
  })

  test.each([
    '{"notice":{}}',
    '{"notice":null}',
    '{"notice":{"key":"k","incident":"i","cause":"c","subject":"s","text":"t","kind":"other"}}',
    '{"channel":7}',
    '[]',
    'null',
    '"text"',
    '{',
    '\u0000\u0000',
  ])('counts %j as damaged', (line) => {
    expect(read(`${line}\n`)).toMatchObject({ damaged: 1 })
  })

  test('cut anywhere it loses no channel but the one that is torn, and never throws', () => {
    const records = ['x', 'y', 'z'].map((name) =>
      record(name, {
        waiting: [{ notice: a, attempts: 1, queuedAt: 1, mayHaveArrived: true }],
        taken: [['a', 1]],
      }),
    )
    const text = journalText(records)
    fc.assert(
      fc.property(fc.nat(text.length), (length) => {
        const { channels, damaged } = read(text.slice(0, length))
        const whole = text.slice(0, length).split('\n').length - 1
        expect(channels.size).toBeGreaterThanOrEqual(Math.max(0, whole - 1))
        expect(damaged).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('takes any text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (lines) => {
        expect(() => read(lines.join('\n'))).not.toThrow()
      }),
    )
  })
})

test('writeJournal() makes its directory and lets nobody else read it', () => {
  const made: string[] = []
  const files = memoryFiles({})
  const watched = {
    ...files,
    ensureDirectory: (directory: string, mode: number) => {
      made.push(`${directory} ${mode.toString(8)}`)
      return files.ensureDirectory(directory, mode)
    },
  }
  expect(writeJournal(watched, path, 'x\n').ok).toBe(true)
  expect(made).toEqual(['/data/watch 700'])
  const mode = files.mode(path)
  expect(mode.ok && mode.value).toBe(0o600)
})
