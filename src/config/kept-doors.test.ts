// Doors of a cluster on disk: what is written is read again, and anything else is refused as a whole.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { FoundDoor, KubernetesSource } from '../estate.ts'
import { keptDoorsText, readKeptDoors } from './kept-doors.ts'

const source: KubernetesSource = {
  url: 'https://kubernetes.default.svc',
  namespaces: [],
  auth_annotations: ['gatehouse.dev/auth'],
  group_annotations: ['gatehouse.dev/groups'],
  require_annotation: true,
}

const door: FoundDoor = {
  host: 'app.example.com',
  path: '/',
  isExact: false,
  methods: [],
  headers: [],
  tier: 'required',
  declared: 'required',
  isPartial: false,
  groups: null,
  priority: 0,
  ruleLength: 0,
  upstream: null,
  from: 'Ingress default/app',
}
const at = Date.UTC(2026, 3, 18)

function read(text: string) {
  return readKeptDoors(text, source)
}

/** A written file with something else in it. */
function with_(change: (content: Record<string, unknown>) => unknown): string {
  const content = JSON.parse(keptDoorsText({ at, doors: [door] }, source).text)
  return JSON.stringify(change(content))
}

describe('keptDoorsText() and readKeptDoors()', () => {
  test('give back what there was, but for the order of the proxy', () => {
    const words = fc.stringMatching(/^[a-z0-9.*/-]{1,20}$/)
    const doors = fc.array(
      fc.record({
        host: words,
        path: words,
        isExact: fc.boolean(),
        methods: fc.array(words, { maxLength: 3 }),
        headers: fc.array(fc.record({ name: words, value: words }), { maxLength: 3 }),
        tier: fc.constantFrom('required', 'public', 'app', 'none'),
        declared: fc.constantFrom('required', 'none', 'unreadable', null),
        isPartial: fc.boolean(),
        groups: fc.option(fc.array(words, { maxLength: 3 })),
        priority: fc.constant(0),
        ruleLength: fc.constant(0),
        upstream: fc.option(words),
        from: words,
      }),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(doors, fc.nat(), (some, when) => {
        const kept = { at: when, doors: some as readonly FoundDoor[] }
        const { leftOut, text } = keptDoorsText(kept, source)
        expect(leftOut).toEqual([])
        expect(read(text)).toEqual({ ok: true, value: kept })
      }),
    )
  })

  test('keep nothing of a host with a part that could not be read again', () => {
    const open: FoundDoor = { ...door, declared: 'none', tier: 'none' }
    const admin: FoundDoor = { ...door, path: '/admin', from: 'Ingress x\ny' }
    const other: FoundDoor = { ...door, host: 'other.example.com' }
    const { leftOut, text } = keptDoorsText({ at, doors: [open, admin, other] }, source)
    expect(leftOut).toEqual(['app.example.com'])
    const kept = read(text)
    expect(kept.ok && kept.value.doors.map(({ host }) => host)).toEqual(['other.example.com'])
  })

  test.each<readonly [string, string]>([
    ['nothing', ''],
    ['half of it', keptDoorsText({ at, doors: [door] }, source).text.slice(0, 200)],
    ['a list', '[]'],
    ['null', 'null'],
    ['another form', with_((content) => ({ ...content, form: 2 }))],
    ['no form', with_((content) => ({ ...content, form: undefined }))],
    ['a key that nobody wrote', with_((content) => ({ ...content, more: 1 }))],
    ['a time that is none', with_((content) => ({ ...content, at: 'now' }))],
    ['a time before all', with_((content) => ({ ...content, at: -1 }))],
    ['doors that are no list', with_((content) => ({ ...content, doors: {} }))],
    ['a door that is none', with_((content) => ({ ...content, doors: [null] }))],
    [
      'a tier that nobody knows',
      with_((content) => ({ ...content, doors: [{ ...door, tier: 'open' }] })),
    ],
    [
      'a door with a key that nobody wrote',
      with_((content) => ({ ...content, doors: [{ ...door, isOpen: true }] })),
    ],
    [
      'a host with a line break',
      with_((content) => ({ ...content, doors: [{ ...door, host: 'a\nb' }] })),
    ],
    [
      'a host without end',
      with_((content) => ({ ...content, doors: [{ ...door, host: 'x'.repeat(256) }] })),
    ],
    [
      'groups without end',
      with_((content) => ({
        ...content,
        doors: [{ ...door, groups: Array.from({ length: 1001 }, () => 'g') }],
      })),
    ],
    ['more than the longest file', ' '.repeat(32 * 1024 * 1024 + 1)],
  ])('refuse %s', (_, text) => {
    const kept = read(text)
    expect(kept.ok ? null : kept.error.kind).toBe('damaged')
    expect(JSON.stringify(kept).length).toBeLessThan(400)
  })

  test.each([
    ['another cluster', { url: 'https://10.0.0.1:6443' }],
    ['another namespace', { namespaces: ['default'] }],
    ['another annotation', { auth_annotations: ['example.com/auth'] }],
    ['objects without an annotation', { require_annotation: false }],
  ])('refuse what is about %s', (_, change) => {
    const { text } = keptDoorsText({ at, doors: [door] }, { ...source, ...change })
    const kept = read(text)
    expect(kept.ok ? null : kept.error.kind).toBe('other-source')
  })

  test('take any text', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(read(text).ok).toBe(false)))
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(read(text).ok).toBe(false)
      }),
    )
  })
})
