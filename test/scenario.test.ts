import { expect, test } from 'bun:test'
import { checkNeed, findProgram } from './needs.ts'
import { judge } from './scenario.ts'

const missing = { ok: false, reason: 'Program "x" is not installed', optional: false } as const

test('judge() runs a scenario that lacks nothing', () => {
  expect(judge(undefined, true)).toEqual({ kind: 'run' })
})

test('judge() skips on a person’s machine and fails in CI', () => {
  expect(judge(missing, false)).toEqual({ kind: 'skip', reason: missing.reason })
  expect(judge(missing, true)).toEqual({ kind: 'fail', reason: missing.reason })
})

test('judge() skips an optional need in CI too', () => {
  expect(judge({ ...missing, optional: true }, true)).toEqual({
    kind: 'skip',
    reason: missing.reason,
  })
})

test('findProgram() finds a program of the system and not one that does not exist', () => {
  expect(findProgram('sh')).toContain('/sh')
  expect(findProgram('no-such-program-anywhere')).toBeNull()
})

test('checkNeed() gives the same answer each time', () => {
  expect(checkNeed('linux')).toBe(checkNeed('linux'))
})
