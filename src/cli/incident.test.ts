// `gatehouse incident` as an operator meets it, over the book that a watch has left.
import { describe, expect, test } from 'bun:test'
import { runCli } from './cli.ts'
import { type IncidentRecord, bookFile } from '../watch-incident.ts'
import { fakeWorld } from '../world/fake-world.ts'
import { type Files, memoryFiles } from '../world/files.ts'

const config = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1/32]
data_dir: /data
identity: { accounts: {} }
services: [{ host: app.example.com, auth: required }]
`
const minuteMs = 60_000
const began = Date.UTC(2026, 3, 16, 16, 57)

function recordOf(id: string, closedAt: number | null): IncidentRecord {
  return {
    sequence: closedAt === null ? 1 : 2,
    progress: {
      by: 'rounds',
      clean: 0,
      cleanNeeded: 5,
      rounds: 3,
      pending: '',
      pendingRounds: 0,
      reasonsAt: null,
      stores: [],
    },
    evidence: {
      symptom: null,
      posterior: [],
      moments: [],
      stores: [],
      linked: [],
      observedFrom: began - 600 * minuteMs,
    },
    incident: {
      id,
      cause: closedAt === null ? 'layer:gate_new' : 'layer:idp',
      phase: 'failing',
      elements: [closedAt === null ? 'gate_new' : 'idp'],
      title: 'The gate, for whoever has no session yet, fails',
      urgency: 'page',
      openedAt: began + 2 * minuteMs,
      firstSymptomAt: began,
      closedAt,
      verdict: {
        kind: 'fault',
        leader: { elements: ['gate_new'], probability: 0.99965 },
        runnerUp: null,
        because: [{ probe: 'gate_anon', passed: 0, failed: 3, nats: 9 }],
        discriminating: null,
        masked: [],
      },
      masking: ['Holders of a live session see nothing (edge_auth passed)'],
      timeline: [
        { at: began, kind: 'first-symptom', text: 'First failure', evidence: 'probes gate_anon' },
      ],
      changes: [],
      advice: ['Run gatehouse doctor'],
    },
  }
}

function filesWith(records: readonly IncidentRecord[], text = `${config}watch: {}\n`): Files {
  const files = memoryFiles({ '/gatehouse.yaml': text })
  bookFile(files, '/data').save({ form: 1, records, changes: [], conditions: [], rounds: [] })
  bookFile(files, '/data/watch').save({ form: 1, records, changes: [], conditions: [], rounds: [] })
  return files
}

async function incident(files: Files, ...args: readonly string[]) {
  const world = {
    ...fakeWorld({ args: ['incident', ...args, '--config', '/gatehouse.yaml'] }),
    files,
  }
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors() }
}

const open = recordOf('2026-04-16-gate-new', null)
const closed = recordOf('2026-04-16-idp', began + 60 * minuteMs)

describe('incident list', () => {
  test('lists open ones first and exits 1 while one is open', async () => {
    const result = await incident(filesWith([open, closed]), 'list')
    expect(result.error).toBe('')
    expect(result.code).toBe(1)
    expect(result.out).toMatch(/ID +STATE +URGENCY/)
    expect(result.out.indexOf('2026-04-16-gate-new  open')).toBeGreaterThan(0)
    expect(result.out).toContain('2026-04-16 16:57')
  })

  test('is empty and content where nothing was', async () => {
    expect(await incident(filesWith([]), 'list')).toEqual({
      code: 0,
      out: 'No incidents\n',
      error: '',
    })
  })

  test('gives data to scripts', async () => {
    const { code, out } = await incident(filesWith([closed]), 'list', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({
        id: '2026-04-16-idp',
        cause: 'layer:idp',
        first_symptom: '2026-04-16T16:57:00.000Z',
        closed: '2026-04-16T17:57:00.000Z',
        confidence: 0.99965,
      }),
    ])
  })

  test('shows only open ones when asked', async () => {
    const { out } = await incident(filesWith([open, closed]), 'list', '--open', '--json')
    expect(JSON.parse(out)).toHaveLength(1)
  })

  test('names what it could not read of the book', async () => {
    const files = filesWith([open])
    const paths = ['/data/incidents.jsonl', '/data/watch/incidents.jsonl']
    for (const path of paths) {
      const text = files.readText(path)
      files.writeAtomic(path, `${text.ok ? text.value : ''}torn`, 0o600)
    }
    const result = await incident(files, 'list')
    expect(result.error).toContain('left out "1" lines that cannot be read')
    expect(result.out).toContain('2026-04-16-gate-new')
  })

  test('says when no watch is declared', async () => {
    const result = await incident(filesWith([], config), 'list')
    expect(result.code).toBe(2)
    expect(result.error).toContain('There is no section "watch"')
  })
})

describe('incident show', () => {
  test('shows what is known, by the beginning of an id', async () => {
    const { code, out } = await incident(filesWith([open, closed]), 'show', '2026-04-16-g')
    expect(code).toBe(0)
    expect(out).toContain('The gate, for whoever has no session yet, fails')
    expect(out).toContain('99.9 % sure')
    expect(out).toContain('- Run gatehouse doctor')
  })

  test('refuses what begins two ids, and offers the likely one for a slip', async () => {
    const two = await incident(filesWith([open, closed]), 'show', '2026')
    expect(two.code).toBe(1)
    expect(two.error).toContain('Found "2" incidents that begin with "2026"')
    const slip = await incident(filesWith([open]), 'show', '2026-04-16-gate-nwe')
    expect(slip.error).toContain('did you mean "2026-04-16-gate-new"')
  })

  test('moves no cursor with a title from outside', async () => {
    const hostile = { ...open, incident: { ...open.incident, title: 'a\u001b[2Jb' } }
    const { out } = await incident(filesWith([hostile]), 'show', open.incident.id)
    expect(out).toContain('a?[2Jb')
  })
})

describe('incident note', () => {
  test('is shown in the timeline and in the post-mortem', async () => {
    const files = filesWith([open])
    const at = ['--at', '2026-04-17T10:30Z']
    const noted = await incident(
      files,
      'note',
      '2026',
      'Alice cannot sign in',
      '--kind',
      'report',
      ...at,
    )
    expect(noted).toEqual({ code: 0, out: 'Noted in 2026-04-16-gate-new\n', error: '' })
    expect((await incident(files, 'show', '2026')).out).toMatch(
      /2026-04-17 10:30 +report +Alice cannot sign in/,
    )
    const exported = await incident(files, 'export', '2026', '--redact', 'alice')
    expect(exported.out).toContain('| 2026-04-17 10:30 | Report | (a person) cannot sign in |')
  })

  test('wants to know what it is, and a whole time', async () => {
    const files = filesWith([open])
    expect((await incident(files, 'note', '2026', 'x')).code).toBe(2)
    expect((await incident(files, 'note', '2026', 'x', '--kind', 'rumour')).code).toBe(2)
    const when = await incident(files, 'note', '2026', 'x', '--kind', 'report', '--at', 'yesterday')
    expect(when.error).toContain('wanted a time such as "2026-04-17T10:30Z"')
  })
})

describe('incident export', () => {
  test('writes a draft to standard output or to a file', async () => {
    const files = filesWith([open])
    const printed = await incident(files, 'export', '2026')
    expect(printed.out).toContain('# Post-Mortem: The gate, for whoever has no session yet, fails')
    const written = await incident(files, 'export', '2026', '--out', '/draft.md')
    expect(written).toEqual({ code: 0, out: '', error: '' })
    expect(files.readText('/draft.md')).toEqual({ ok: true, value: printed.out })
  })

  test('says what could not be written', async () => {
    const files = filesWith([open])
    const full: Files = {
      ...files,
      writeAtomic: (path) => ({ ok: false, error: { code: 'ENOSPC', path } }),
    }
    const result = await incident(full, 'export', '2026', '--out', '/draft.md')
    expect(result.code).toBe(1)
    expect(result.error).toContain('Writing "/draft.md" failed: "ENOSPC"')
  })
})
