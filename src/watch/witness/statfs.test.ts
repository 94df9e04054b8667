// The machine's own eyes on directories, and which of their files count.
import { describe, expect, test } from 'bun:test'
import type { WatchedStore } from '../config.ts'
import { sampleOfBytes } from './filesystem.ts'
import { globPattern } from './glob.ts'
import { createWitnesses } from './registry.ts'
import { servingWorld, testStore } from './testing.fixture.ts'

const at = Date.UTC(2026, 3, 16, 17)

describe('statfsWitness()', () => {
  const config = (stores: readonly WatchedStore[]) => ({ stores, witnesses: [] })

  test('is there for stores with a directory, and reads blocks, times and empty files', async () => {
    const files = {
      '/dev/shm/session_a': 'x'.repeat(1500),
      '/dev/shm/session_b': '',
      '/dev/shm/other': '',
    }
    const world = servingWorld(() => 500, files)
    const [witness, ...none] = createWitnesses(
      config([testStore({ path: '/dev/shm' }), testStore({ name: 'elsewhere' })]),
      world,
    )
    expect([witness?.name, none]).toEqual(['statfs', []])
    const read = await witness?.read()
    expect(read?.ok === true && read.value.samples).toEqual([
      {
        store: 'shm',
        at,
        source: 'statfs',
        usedBlocks: 3,
        totalBlocks: 16_384,
        blockBytes: 4096,
        usedInodes: 3,
        totalInodes: 16_384,
        created: null,
        createdAt: [0, 0],
        emptyEntries: 1,
      },
    ])
    expect(createWitnesses(config([testStore()]), world)).toEqual([])
  })

  test('is blind, and says at which store, when a directory cannot be read', async () => {
    const [witness] = createWitnesses(
      config([testStore({ path: '/gone' })]),
      servingWorld(() => 500),
    )
    expect(await witness?.read()).toEqual({
      ok: false,
      error: {
        witness: 'statfs',
        detail: 'The directory of the store "shm" cannot be read: "ENOENT"',
      },
    })
  })
})

test('globPattern() matches whole names, and nothing but "*" is special', () => {
  const matches = (glob: string, text: string): boolean => globPattern(glob).test(text)
  expect(matches('session_*', 'session_abc')).toBe(true)
  expect(matches('session_*', 'xsession_abc')).toBe(false)
  expect(matches('a.b', 'axb')).toBe(false)
  expect(matches('*', 'any\nthing')).toBe(true)
  expect(matches('a/*/c', 'a/b/d/c')).toBe(true)
  expect(matches('(x)[1]{2}', '(x)[1]{2}')).toBe(true)
})

test('sampleOfBytes() rounds towards full', () => {
  const head = { store: testStore(), at, source: 'statfs' } as const
  expect(sampleOfBytes(head, [10_000, 9999, 0, 0])).toMatchObject({
    usedBlocks: 1,
    totalBlocks: 2,
    usedInodes: null,
  })
})
