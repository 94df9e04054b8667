// The limited log: bounded by time and not by how many ask for a line.
import { expect, test } from 'bun:test'
import { fakeClock } from './clock.ts'
import { limitedLog } from './limited-log.ts'
import { memoryLog } from './log.ts'

test('limitedLog passes on so many lines a second of each event and says how many it left out', () => {
  const clock = fakeClock(0)
  const memory = memoryLog()
  const log = limitedLog(memory, clock, 3)
  for (let i = 0; i < 1000; i++) log.write('warn', 'flood', { i })
  log.write('info', 'other')
  expect(memory.lines.map(({ event }) => event)).toEqual(['flood', 'flood', 'flood', 'other'])
  clock.advance(1000)
  log.write('warn', 'flood', { i: 1000 })
  expect(memory.lines.slice(4)).toEqual([
    { level: 'warn', event: 'lines-left-out', fields: { event: 'flood', count: 997 } },
    { level: 'warn', event: 'flood', fields: { i: 1000 } },
  ])
})

test('limitedLog says nothing of what it did not leave out', () => {
  const clock = fakeClock(0)
  const memory = memoryLog()
  const log = limitedLog(memory, clock, 3)
  for (let i = 0; i < 9; i++) {
    if (i % 3 === 0) clock.advance(1000)
    log.write('info', 'steady')
  }
  expect(memory.lines).toHaveLength(9)
})
