// The draft of a post-mortem: its form for every kind of incident, its figures for the one that is known.
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { ElementId } from '../../src/model/layer.ts'
import type { IncidentRecord, Input } from '../../src/watch/core.ts'
import { must } from '../../src/std/assert.ts'
import {
  benchOf,
  changeOf,
  checkOf,
  doorOf,
  minuteMs,
  roundAt,
  startAt,
  studyMatrix,
} from '../../src/watch/core/testing.ts'
import { createWatchCore } from '../../src/watch/core/create.ts'
import { watchedShm } from '../../src/watch/forecast/store-simulation.fixture.ts'
import { replay } from '../../src/watch/drill/replay.ts'
import { exportPostMortem } from '../../src/watch/incident/post-mortem/export.ts'
import type { PostMortemExtra } from '../../src/watch/incident/post-mortem/facts.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const sections = [
  '## Summary',
  '## Impact',
  '## Timeline (UTC)',
  '## Root Cause',
  '## Contributing Factors',
  '## Detection Gaps',
  '## Prevention Plan',
  '## Lessons Learned',
  '## Follow-up Implementation',
]

const plainExtra: PostMortemExtra = {
  generator: 'gatehouse 0.0.0',
  at: startAt + 10 * 3_600_000,
  linked: [],
  names: [],
  notObservable: [],
  caught: [],
}

/** The newest incident after these elements were broken for a while; `more` comes before and between. */
function incidentOf(broken: readonly ElementId[], more: readonly Input[] = []): IncidentRecord {
  const bench = benchOf()
  const began = bench.rounds(startAt, 20)
  bench.take(...more)
  bench.rounds(bench.rounds(began, 12, broken), 12)
  return must(bench.core.records()[0], 'Something was broken')
}

/** An incident that stands behind no layer. */
function conditionOf(input: (at: number) => Input): IncidentRecord {
  const bench = benchOf()
  for (let i = 0; i < 8; i++) bench.take(input(startAt + i * minuteMs))
  return must(bench.core.records()[0], 'Something was wrong')
}

function storeReading(at: number, usedBlocks: number): Input {
  return {
    kind: 'sample',
    sample: {
      ...{ store: 'shm', at, source: 'statfs', usedBlocks, totalBlocks: 16_384, blockBytes: 4096 },
      ...{ usedInodes: null, totalInodes: null, created: null, createdAt: null },
      emptyEntries: null,
    },
  }
}

const kinds: readonly (readonly [name: string, record: () => IncidentRecord])[] = [
  ['the gate for strangers', () => incidentOf(['gate_new'])],
  ['the gate for sessions', () => incidentOf(['gate_check'])],
  ['the whole gate', () => incidentOf(['gate_new', 'gate_check'])],
  ['the identity provider', () => incidentOf(['idp'])],
  ['the edge', () => incidentOf(['edge'])],
  ['public DNS', () => incidentOf(['dns'])],
  ['the reverse proxy', () => incidentOf(['ingress'])],
  ['a service', () => incidentOf(['upstream/app.example'])],
  ['the blind watch', () => incidentOf(['prober'])],
  [
    'a service found by its doors',
    () =>
      conditionOf((at) => ({
        kind: 'doors',
        at,
        observations: (['edge', 'ingress'] as const).map((vantage) =>
          checkOf(doorOf('wiki.example'), { at, vantage, ok: false }),
        ),
      })),
  ],
  [
    'a silent peer',
    () => conditionOf((at) => ({ kind: 'peer', at, peer: 'outside', alive: false, detail: 'x' })),
  ],
  [
    'a blind witness',
    () => conditionOf((at) => ({ kind: 'blind-witness', at, witness: 'kuma', detail: 'x' })),
  ],
]

/** Lines of the fenced diagrams of a kind. */
function diagrams(markdown: string, kind: string): readonly (readonly string[])[] {
  return [...markdown.matchAll(/```mermaid\n([\s\S]*?)\n```/g)]
    .map((match) => (match[1] ?? '').split('\n'))
    .filter(([first]) => first === kind)
    .map(([, ...lines]) => lines)
}

function tables(markdown: string): readonly (readonly string[])[] {
  return markdown
    .split('\n\n')
    .map((block) => block.trim().split('\n'))
    .filter(([first]) => first?.startsWith('|') === true)
}

const columns = (line: string): number => line.replaceAll('\\|', '').split('|').length - 2

/** What must hold of every draft. */
function expectForm(markdown: string): void {
  const found = markdown.split('\n').filter((line) => line.startsWith('## '))
  expect(found).toEqual(sections)
  expect(markdown.match(/^# /gm)).toHaveLength(1)
  expect(markdown).toContain('**DRAFT – generated**')
  for (const [head = '', rule = '', ...rows] of tables(markdown)) {
    expect(rule).toMatch(/^\|( --- \|)+$/)
    for (const row of [rule, ...rows]) expect([row, columns(row)]).toEqual([row, columns(head)])
  }
  for (const [head = '', , ...rows] of tables(markdown))
    if (head.endsWith('| Status |'))
      for (const row of rows) expect(row).toMatch(/\| (TO{1}DO|DONE) \|$/)
  for (const lines of diagrams(markdown, 'flowchart TD')) expectFlowchart(lines)
  for (const lines of diagrams(markdown, 'sequenceDiagram')) expectSequence(lines)
  expect(diagrams(markdown, 'flowchart TD')).toHaveLength(1)
  expect(diagrams(markdown, 'sequenceDiagram').length).toBeLessThanOrEqual(1)
  expect(markdown).not.toMatch(/undefined|NaN|Infinity|\[object/)
}

/** Every label quoted, every arrow between nodes that are there, no node named by a keyword. */
function expectFlowchart(lines: readonly string[]): void {
  const nodes = new Set<string>()
  const ends = new Set<string>()
  for (const line of lines) {
    const node = /^ {2}(\w+)\["([^"]*)"\]$/.exec(line)
    const arrow = /^ {2}(\w+) (?:-->|-\. "hypothesis" \.->) (\w+)$/.exec(line)
    expect([line, node !== null || arrow !== null]).toEqual([line, true])
    if (node?.[1] !== undefined) nodes.add(node[1])
    for (const end of [arrow?.[1], arrow?.[2]]) if (end !== undefined) ends.add(end)
  }
  expect(nodes.has('end')).toBe(false)
  expect([...ends].filter((end) => !nodes.has(end))).toEqual([])
}

function expectSequence(lines: readonly string[]): void {
  const there = new Set<string>()
  for (const line of lines) {
    const participant = /^ {2}participant (\w+) as [\w ]+$/.exec(line)?.[1]
    if (participant !== undefined) there.add(participant)
    const message = /^ {4}(\w+)-?->>(\w+): [^;#"<>]+$/.exec(line)
    const block = /^ {2}(?:alt|else) [^;#"<>]+$|^ {2}end$/.test(line)
    expect([line, participant !== undefined || message !== null || block]).toEqual([line, true])
    for (const end of [message?.[1], message?.[2]])
      if (end !== undefined) expect(there.has(end)).toBe(true)
  }
}

describe('exportPostMortem()', () => {
  for (const [name, record] of kinds)
    test(`has its form for ${name}`, () => {
      expectForm(exportPostMortem(record(), plainExtra))
    })

  test('says of an incident that is open that it is not over', () => {
    const bench = benchOf()
    bench.rounds(bench.rounds(startAt, 20), 12, ['gate_new'])
    const markdown = exportPostMortem(must(bench.core.records()[0], 'It is open'), plainExtra)
    expectForm(markdown)
    expect(markdown).toContain(' so far |')
    expect(markdown).toContain('| Verified recovery | not yet |')
    expect(markdown).toMatch(/End the failure \| Config \| .* \| TO{1}DO \|/)
  })

  test('blames nothing where nothing is blamed', () => {
    const markdown = exportPostMortem(incidentOf(['prober']), plainExtra)
    expect(markdown).toContain(
      'this was so: The watch cannot see, so nothing can be said of the estate.',
    )
    expect(markdown).not.toContain('nothing broken failed')
    expect(markdown).toContain('No picture of the estate belongs to this incident.')
  })

  test('makes nothing of text from outside', () => {
    const hostile =
      'x | y\n# Heading <script>alert(1)</script> [a](http://e) `c` "q"; end\u202e **b** \u0000'
    const change = { ...changeOf('c', startAt, ['gate_new']), title: hostile, actor: hostile }
    const record = incidentOf(['gate_new'], [{ kind: 'change', change }])
    const note = {
      at: startAt + 40 * minuteMs,
      kind: 'report',
      text: hostile,
      evidence: '',
    } as const
    const noted = {
      ...record,
      incident: { ...record.incident, timeline: [...record.incident.timeline, note] },
    }
    const markdown = exportPostMortem(noted, {
      ...plainExtra,
      caught: [{ rule: hostile, at: null, why: hostile }],
      notObservable: [hostile],
    })
    expectForm(markdown)
    expect(markdown).not.toContain('<script')
    expect(markdown.replaceAll(/```[\s\S]*?```/g, '')).not.toContain('[a](')
    expect(markdown).not.toMatch(/[\u202e\u0000]/)
    expect(markdown).not.toMatch(/^# Heading/m)
  })

  test('names nobody and no address', () => {
    const change = {
      ...changeOf('c', startAt, ['gate_new']),
      title: 'Emil moved 10.0.20.5 (emil@example.org)',
    }
    const record = incidentOf(['gate_new'], [{ kind: 'change', change }])
    const markdown = exportPostMortem(record, { ...plainExtra, names: ['Emil'] })
    expectForm(markdown)
    expect(markdown).not.toMatch(/emil|10\.0\.20|example\.org/i)
    expect(markdown).toContain('(a person) moved (address 1) ((e-mail address))')
  })

  test('says of a store that is too small alone that nothing failed', () => {
    const bench = benchOf(createWatchCore({ matrix: studyMatrix, stores: [watchedShm()] }))
    for (let i = 0; i < 90; i++)
      bench.take(
        storeReading(startAt + i * minuteMs, 1000 + i * 20),
        roundAt(startAt + i * minuteMs),
      )
    const record = must(bench.core.records()[0], 'It is too small')
    expect(record.incident.phase).toBe('warning')
    const markdown = exportPostMortem(record, plainExtra)
    expectForm(markdown)
    expect(markdown).toContain('Nothing on record failed for it.')
    expect(markdown).toContain(
      '| **Affected Services** | none so far; `gate_new` is what would fail |',
    )
    expect(markdown).not.toMatch(/ failed:|turned away instead|sequenceDiagram|no robot signs in/)
    expect(markdown).not.toContain('own session is no evidence')
    expect(markdown).toContain('store -. "hypothesis" .-> blamed')
  })

  test('takes for affected only what the blamed layer explains', () => {
    const doors = [doorOf('open.example', 'none'), doorOf('app.example')]
    const at = startAt + 20 * minuteMs
    const checks = doors.flatMap((door) =>
      (['edge', 'upstream'] as const).map((vantage) => checkOf(door, { at, vantage, ok: false })),
    )
    const record = incidentOf(['gate_new'], [{ kind: 'doors', at, observations: checks }])
    const markdown = exportPostMortem(record, plainExtra)
    expect(markdown).toContain('| **Affected Services** | 1 of 1 hosts of tier `required` |')
  })

  test('calls nothing entered by a person but what a person entered', () => {
    for (const [, record] of kinds) {
      const rows = exportPostMortem(record(), plainExtra)
        .split('\n')
        .filter((line) => /^\| \d{4}-.*entered by a person \|$/.test(line))
      expect(rows).toEqual([])
    }
  })

  test('says what it could not see', () => {
    const markdown = exportPostMortem(incidentOf(['gate_new']), plainExtra)
    expect(markdown).toContain('- When the first person reported it: nobody entered it')
    expect(markdown).toContain('- Anything before 2026-04-16 16:00 UTC, when the record begins')
  })
})

const told = await replay('2026-04-18', 1)

describe('the post-mortem of 2026-04-18', () => {
  const record = must(told.incident, 'The replay finds the incident')
  const extra = { ...plainExtra, at: told.result.startAt + 76 * 3_600_000, linked: told.linked }
  const markdown = exportPostMortem(record, extra)

  test('has its form, and is the same again', () => {
    expectForm(markdown)
    expect(exportPostMortem(record, extra)).toBe(markdown)
  })

  test('has three warnings, the failure and the recovery for messages, all of one incident', () => {
    expect(record.sequence).toBe(5)
    expect(markdown).toContain('| Told | 5 messages |')
    expect(told.linked).toEqual([])
    expect(record.incident).toMatchObject({ cause: 'store:outpost-shm', phase: 'recovered' })
  })

  test('is about what failed, and says that what made it fail is still there', () => {
    expect(markdown).toStartWith(
      '# Post-Mortem: The gate, for whoever has no session yet, failed\n',
    )
    expect(markdown).toContain('What made it fail was still there when this was written:')
    expect(markdown).toContain('| Verified recovery | 2026-04-18 12:45 |')
    expect(markdown).toContain('| **Duration** | 43 h 44 min |')
  })

  test('has the structural alarm half an hour after the start, and the verdict in time', () => {
    expect(markdown).toContain('| First warning | 2026-04-15 09:48 |')
    expect(markdown).toContain('| First detection | 2026-04-16 17:02 |')
    expect(markdown).toContain('| **Time to detect** | 1 min |')
  })

  test('had the time of the end right within ten of a hundred a day before', () => {
    const off = /so the forecast was (?:early|late) by (\d+) %/.exec(markdown)?.[1]
    expect(Number(off)).toBeLessThanOrEqual(10)
  })

  test('clears the Worker by time and by the probe that goes around the edge', () => {
    const row = markdown.split('\n').find((line) => line.includes('Worker') && line.includes('**'))
    expect(row).toContain('**exonerated**')
    expect(row).toContain(
      'after the first symptom; origin_anon_fwd, which does not go through the edge',
    )
  })

  test('says who saw nothing, and how many hosts were shut', () => {
    expect(markdown).toContain('Holders of a live session see nothing of it until the session ends')
    expect(markdown).toContain('45 of 45 hosts of tier `required`')
    expect(markdown).toContain('✗ 45 of 45, `GATE_4XX 400`')
    expect(markdown).toContain('| canary `edge_auth` | edge | signed in | ✓ | ✓ | ✓ |')
  })

  test('takes a probe that failed by chance at the same minute for no symptom', () => {
    expect(markdown).toContain('symptom["Visitors get GATE_4XX 400 (')
    expect(markdown).toContain('gate-->>visitor: GATE_4XX 400')
  })

  test('says when a probe that runs seldom saw what it shows', () => {
    expect(markdown).toMatch(/canary `sign_in` .* \(at \d\d:\d\d\)/)
  })
})

test('roundAt() is what the kinds above rest on: it fails through what is broken', () => {
  const round = roundAt(startAt, ['edge'])
  const failed = round.kind === 'round' ? round.observations.filter(({ ok }) => !ok) : []
  expect(failed.map(({ probe }) => probe)).toEqual(['edge_anon_open', 'edge_anon_fwd', 'edge_auth'])
})
