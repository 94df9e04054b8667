// A defect in a log is found, and nothing else is taken for one.
import { expect, test } from 'bun:test'
import { readTree } from '../tidy/tree.ts'
import { expectNoDefects } from './no-defects.ts'
import { startRunningGate } from './running-gate.ts'

test('expectNoDefects finds the line of a defect', () => {
  const line = '{"time":"2026-11-24T00:00:00.000Z","level":"error","event":"defect","stack":""}'
  expect(() => expectNoDefects(`{"event":"started"}\n${line}\n`)).toThrow(line)
  expectNoDefects('{"event":"decision","path":"/defect"}\n')
})

test('a gate of the fixture that ran into one says so when it is closed', async () => {
  const running = await startRunningGate()
  running.log.write('error', 'defect', { stack: '' })
  await expect(running.close()).rejects.toThrow('A request ran into a defect')
})

test('no source file answers a browser with 500', () => {
  const answering = readTree().filter(
    ({ path, text }) =>
      // Statuses of services elsewhere are data there.
      path !== 'src/watch/witness/accepted-codes.ts' &&
      /^src\/.*\.tsx?$/.test(path) &&
      !/\.(?:test|fixture)\./.test(path) &&
      /status: 500\b|HTTP\/1\.1 500\b|'500 /.test(text),
  )
  expect(answering.map(({ path }) => path)).toEqual([])
})
