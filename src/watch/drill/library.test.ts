// The library of drills: that every file can be read, is told apart, and covers what it has to.
import { describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { layerOf, layers } from '../../model/layer.ts'
import { allScenarios, findScenario, libraryNames } from './library.ts'
import { libraryTexts } from './library-texts.ts'
import { readScenario } from './read-scenario.ts'

const all = allScenarios()

describe('the library', () => {
  test('holds every file of its folder, at least forty', () => {
    const files = readdirSync(join(import.meta.dir, 'scenarios')).map((file) =>
      file.replace(/\.yaml$/, ''),
    )
    expect(files.toSorted()).toEqual([...libraryNames])
    expect(libraryNames.length).toBeGreaterThanOrEqual(40)
  })

  test.each(Object.entries(libraryTexts))('%s can be read', (_, text) => {
    const read = readScenario(text)
    expect(read.ok ? [] : read.error).toEqual([])
  })

  test('has a title of its own for each', () => {
    expect(new Set(all.map(({ scenario }) => scenario.title)).size).toBe(all.length)
  })

  test('covers every odd number of the study (4.9)', () => {
    const sources = all.map(({ scenario }) => scenario.source).join(' ')
    for (const number of [
      1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41,
    ])
      expect(sources).toMatch(new RegExp(`4\\.9 #${number}\\b`))
  })

  test('breaks every layer, in every way', () => {
    const faults = all.flatMap(({ scenario }) => scenario.faults)
    const broken = new Set(faults.map(({ element }) => layerOf(element)))
    expect([...broken].toSorted()).toEqual([...layers].toSorted())
    expect(new Set(faults.map(({ mode }) => mode))).toEqual(
      new Set(['hard', 'partial', 'flapping', 'slow-fill']),
    )
    expect(new Set(faults.map(({ clients }) => clients))).toEqual(
      new Set(['all', 'new', 'sessions', 'machines', 'ipv6']),
    )
  })

  test('has drills in which nothing is to be found', () => {
    const quiet = all.filter(({ scenario }) => scenario.truth.length === 0)
    expect(quiet.length).toBeGreaterThanOrEqual(6)
  })
})

describe('findScenario', () => {
  test('names the one that was meant', () => {
    expect(findScenario('store-ful')).toEqual({
      ok: false,
      error: 'No drill is called "store-ful", did you mean "store-full"',
    })
    expect(findScenario('constructor').ok).toBe(false)
    expect(findScenario('store-full')).toMatchObject({ ok: true, value: { name: 'store-full' } })
  })
})
