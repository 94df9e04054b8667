import { expect, test } from 'bun:test'
import { missingPackages } from './setup.mjs'

const locked = {
  '': { version: '0.1.0' },
  'node_modules/zod': { version: '4.0.0' },
  'node_modules/oxlint': { version: '1.0.0', dev: true },
  'node_modules/@oven/bun-windows-x64': { version: '1.4.5', optional: true },
}

test('missingPackages() names what is absent or of another version, for this use only', () => {
  const cases = [
    { installed: {}, development: true, expected: ['zod', 'oxlint'] },
    { installed: {}, development: false, expected: ['zod'] },
    {
      installed: { 'node_modules/zod': { version: '3.9.0' } },
      development: false,
      expected: ['zod'],
    },
    {
      installed: { 'node_modules/zod': { version: '4.0.0' } },
      development: true,
      expected: ['oxlint'],
    },
    { installed: locked, development: true, expected: [] },
  ]
  for (const { installed, development, expected } of cases)
    expect(missingPackages(locked, installed, development)).toEqual(expected)
})
