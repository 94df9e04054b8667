// Programs: found by name, started, and ended whatever they do.
import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { findProgram, startProgram, temporaryDirectory } from './program.ts'

test('findProgram() looks on PATH, in the usual places, and first where the environment says', () => {
  expect(findProgram('sh', { PATH: '' })).toMatch(/\/sh$/)
  expect(findProgram('no-such-program', { PATH: '/usr/bin' })).toBeNull()
  expect(findProgram('a-b', { GATEHOUSE_A_B: '/bin/sh' })).toBe('/bin/sh')
  // What is named and is not there is not looked for elsewhere.
  expect(findProgram('sh', { GATEHOUSE_SH: '/no/such/sh' })).toBeNull()
})

test('startProgram() keeps what it says, and knows how it ended', async () => {
  const directory = temporaryDirectory('program-test')
  const program = startProgram('/bin/sh', ['-c', 'echo hello; echo trouble >&2; exit 3'], {
    directory: directory.path,
    log: 'sh.log',
  })
  await program.stop()
  expect(existsSync(directory.path)).toBe(true)
  directory.remove()
  expect(existsSync(directory.path)).toBe(false)
})

test('stop() ends a program that does not want to, once for all who ask', async () => {
  const directory = temporaryDirectory('program-test')
  const program = startProgram('/bin/sh', ['-c', 'while :; do sleep 1; done'], {
    directory: directory.path,
    log: 'sh.log',
  })
  expect(program.exitCode()).toBeNull()
  await Promise.all([program.stop(), program.stop()])
  expect(program.output()).toBe('')
  directory.remove()
})
