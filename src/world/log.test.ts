// Log lines: one JSON object each, whatever the values are.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { jsonLog, memoryLog } from './log.ts'

describe('jsonLog()', () => {
  test('opens each line with time, level and event', () => {
    const lines: string[] = []
    const log = jsonLog(
      () => Date.UTC(2026, 3, 18, 9, 30),
      (line) => void lines.push(line),
    )
    log.write('warn', 'decision', { host: 'a.example.com', count: 3, groups: ['x'] })
    log.write('info', 'started')
    expect(lines).toEqual([
      '{"time":"2026-04-18T09:30:00.000Z","level":"warn","event":"decision","host":"a.example.com","count":3,"groups":["x"]}',
      '{"time":"2026-04-18T09:30:00.000Z","level":"info","event":"started"}',
    ])
  })

  test('no value can begin a line of its own or change another field', () => {
    fc.assert(
      fc.property(fc.uint16Array(), (units) => {
        // Control characters, line ends of every kind and halves of characters among them.
        const value = String.fromCharCode(...units, 0x0a, 0x2028)
        const lines: string[] = []
        jsonLog(
          () => 0,
          (line) => void lines.push(line),
        ).write('info', 'x', { value })
        expect(lines).toHaveLength(1)
        expect(lines[0]).not.toMatch(/[\n\r]/)
        const read: Record<string, unknown> = JSON.parse(lines[0] ?? '')
        expect(read['event']).toBe('x')
        expect(String(read['value']).toWellFormed()).toBe(value.toWellFormed())
      }),
    )
  })
})

test('memoryLog() keeps lines in order', () => {
  const log = memoryLog()
  log.write('info', 'a')
  log.write('error', 'b', { code: 'x' })
  expect(log.lines).toEqual([
    { level: 'info', event: 'a', fields: {} },
    { level: 'error', event: 'b', fields: { code: 'x' } },
  ])
})
