// The book on disk: what is written comes back, and what is broken is named and never the end.
import { describe, expect, test } from 'bun:test'
import { memoryFiles } from '../../world/files.ts'
import { memoryLog } from '../../world/log.ts'
import { benchOf, changeOf, minuteMs, startAt, studyMatrix } from '../core/testing.ts'
import type { IncidentRecord } from '../core.ts'
import { createWatchCore } from '../core/create.ts'
import { watchedShm } from '../forecast/store-simulation.fixture.ts'
import { bookFile, notesMax } from './book-file.ts'
import { keepCore } from './kept-core.ts'

const path = '/data/incidents.jsonl'

/** A core with one closed and one open incident. */
function busyCore() {
  const bench = benchOf()
  bench.take({ kind: 'change', change: changeOf('deploy', startAt, ['edge']) })
  let at = bench.rounds(startAt, 20)
  at = bench.rounds(at, 10, ['idp'])
  at = bench.rounds(at, 10)
  bench.rounds(at, 10, ['gate_new'])
  return bench
}

/** What a watch leaves with a store that warns, one layer that failed before and one that fails. */
function storeAndLayers() {
  const store = watchedShm({ declaredPerMs: 18 / minuteMs })
  const bench = benchOf(createWatchCore({ matrix: studyMatrix, stores: [store] }))
  let at = bench.rounds(bench.rounds(startAt, 20), 10, ['idp'])
  at = bench.rounds(at, 10)
  bench.rounds(at, 10, ['edge'])
  return bench.core.snapshot()
}

describe('bookFile()', () => {
  test('gives back everything that it was given', () => {
    const files = memoryFiles({})
    const { core } = busyCore()
    const file = bookFile(files, '/data')
    expect(file.load()).toEqual({ snapshot: null, trouble: null })
    expect(file.save(core.snapshot()).ok).toBe(true)
    const { snapshot, trouble } = file.load()
    expect(trouble).toBeNull()
    expect(snapshot).toEqual(core.snapshot())
    expect(files.mode(path)).toEqual({ ok: true, value: 0o600 })
  })

  const damages: readonly (readonly [string, (text: string) => string, number])[] = [
    ['a torn last line', (text) => text.slice(0, -40), 1],
    ['a line of somebody else', (text) => `${text}{"a":1}\n`, 2],
    ['a missing head', (text) => text.slice(text.indexOf('\n') + 1), 2],
    ['nothing but noise', () => '\u0000\u0001 {{{{', 0],
    ['another form', (text) => text.replace('"form":1', '"form":2'), 2],
  ]
  for (const [name, damage, left] of damages)
    test(`survives ${name}, names it and sets the file aside`, () => {
      const files = memoryFiles({})
      const file = bookFile(files, '/data')
      file.save(busyCore().core.snapshot())
      const text = files.readText(path)
      const damaged = damage(text.ok ? text.value : '')
      files.writeAtomic(path, damaged, 0o600)
      const { snapshot, trouble } = file.load()
      expect(snapshot?.records.length).toBe(left)
      if (name !== 'a missing head') expect(trouble).toContain(path)
      if (trouble !== null)
        expect(files.readText(`${path}.damaged`)).toEqual({ ok: true, value: damaged })
    })

  test('loses nothing of a book that was written before incidents had a phase', () => {
    const files = memoryFiles({})
    const file = bookFile(files, '/data')
    const snapshot = storeAndLayers()
    file.save(snapshot)
    const written = files.readText(path)
    const [head = '', ...lines] = (written.ok ? written.value : '').trimEnd().split('\n')
    const before = lines.map((line) => {
      const record: IncidentRecord = JSON.parse(line)
      const { phase, ...incident } = record.incident
      const { stores, ...progress } = record.progress
      const pending = phase === 'warning' ? (stores[0]?.told ?? '') : progress.pending
      return JSON.stringify({ ...record, incident, progress: { ...progress, pending } })
    })
    files.writeAtomic(path, `${[head, ...before].join('\n')}\n`, 0o600)
    expect(file.load()).toEqual({ snapshot, trouble: null })
    expect(snapshot.records.map(({ incident: { cause, phase } }) => [cause, phase])).toEqual([
      ['layer:edge', 'failing'],
      ['store:shm', 'warning'],
      ['layer:idp', 'failing'],
    ])
    expect(files.readText(`${path}.damaged`).ok).toBe(false)
  })

  test.each([
    ['a phase that is none', { phase: 'over' }],
    ['a phase and no stores', { phase: 'failing' }],
  ])('takes %s for damage, and not for a book of before', (_, wrong) => {
    const files = memoryFiles({})
    const file = bookFile(files, '/data')
    const [record] = busyCore().core.snapshot().records
    const { stores: _stores, ...progress } = record?.progress ?? { stores: [] }
    const line = { ...record, incident: { ...record?.incident, ...wrong }, progress }
    files.writeAtomic(path, `${JSON.stringify(line)}\n`, 0o600)
    expect(file.load().snapshot?.records).toEqual([])
    expect(file.load().trouble).toContain('"1" lines')
  })

  test('names a file that cannot be read, and leaves it alone', () => {
    const files = memoryFiles({})
    const broken = {
      ...files,
      readText: (name: string) => ({ ok: false, error: { code: 'EACCES', path: name } }) as const,
    }
    const file = bookFile(broken, '/data')
    expect(file.load()).toEqual({ snapshot: null, trouble: `Reading "${path}" failed: "EACCES"` })
    expect(file.records().records).toEqual([])
  })

  test('takes one of two open incidents of a cause', () => {
    const files = memoryFiles({})
    const file = bookFile(files, '/data')
    const { core } = busyCore()
    const snapshot = core.snapshot()
    file.save({ ...snapshot, records: [...snapshot.records, ...snapshot.records] })
    expect(file.load().snapshot?.records.length).toBe(2)
  })

  test('keeps notes of people beside it, bounded, and shows them in the timeline', () => {
    const files = memoryFiles({})
    const file = bookFile(files, '/data')
    const { core } = busyCore()
    file.save(core.snapshot())
    const incident = core.incidents()[0]?.id ?? ''
    for (let i = 0; i < notesMax + 5; i++)
      file.addNote({ incident, at: startAt + i * minuteMs, kind: 'report', text: `Report ${i}` })
    const shown = file.records().records.find((record) => record.incident.id === incident)
    const reports = shown?.incident.timeline.filter(({ kind }) => kind === 'report') ?? []
    expect(reports.at(-1)?.text).toBe(`Report ${notesMax + 4}`)
    expect(shown?.incident.timeline.length).toBeLessThanOrEqual(200)
  })
})

describe('keepCore()', () => {
  const settings = { matrix: studyMatrix, stores: [] }

  test('goes on after a restart without saying anything twice', () => {
    const files = memoryFiles({})
    const log = memoryLog()
    const before = keepCore({ settings, file: bookFile(files, '/data'), log })
    const bench = benchOf(before.core)
    let at = bench.rounds(bench.rounds(startAt, 20), 10, ['gate_new'])
    before.save()
    const after = benchOf(keepCore({ settings, file: bookFile(files, '/data'), log }).core)
    at = after.rounds(at, 10, ['gate_new'])
    expect(after.said()).toEqual([])
    after.rounds(at, 12)
    expect([...bench.said(), ...after.said()]).toEqual([
      'opened 2026-04-16-gate-new #1',
      'closed 2026-04-16-gate-new #2',
    ])
    expect(log.lines).toEqual([])
  })

  test('after a crash says the same again under the same number', () => {
    const files = memoryFiles({})
    const log = memoryLog()
    const first = benchOf(keepCore({ settings, file: bookFile(files, '/data'), log }).core)
    const began = first.rounds(startAt, 20)
    first.rounds(began, 3, ['gate_new'])
    const second = benchOf(keepCore({ settings, file: bookFile(files, '/data'), log }).core)
    second.rounds(began, 6, ['gate_new'])
    expect(new Set([...first.said(), ...second.said()])).toEqual(
      new Set(['opened 2026-04-16-gate-new #1']),
    )
  })

  test('says in the log what could not be written, and goes on', () => {
    const log = memoryLog()
    const full = {
      ...memoryFiles({}),
      writeAtomic: (name: string) =>
        ({ ok: false, error: { code: 'ENOSPC', path: name } }) as const,
    }
    const { core, save } = keepCore({ settings, file: bookFile(full, '/data'), log })
    const bench = benchOf(core)
    bench.rounds(bench.rounds(startAt, 20), 10, ['gate_new'])
    save()
    expect(bench.said()).toEqual(['opened 2026-04-16-gate-new #1'])
    expect(log.lines[0]?.event).toBe('incident-book-not-written')
    expect(log.lines[0]?.fields['detail']).toBe(`Writing "${path}" failed: "ENOSPC"`)
  })
})
