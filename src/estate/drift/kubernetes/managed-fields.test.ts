// Who wrote a field: the latest owner, or who wrote last where nobody owns it.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { writerOf } from './managed-fields.ts'

const entry = (manager: string, hour: number, fieldsV1: object, more: object = {}): object => ({
  ...{ manager, operation: 'Update', time: `2026-04-18T${hour}:53:00Z`, fieldsType: 'FieldsV1' },
  ...{ fieldsV1, ...more },
})
const raw = (...managedFields: readonly unknown[]): object => ({ metadata: { managedFields } })

const gatehouse = entry('gatehouse', 10, {
  'f:metadata': { 'f:labels': { 'f:app.kubernetes.io/name': {} } },
  'f:spec': {
    'f:rules': {},
    'f:template': { 'f:containers': { 'k:{"name":"gate"}': { '.': {}, 'f:image': {} } } },
  },
})
const keel = entry('keel', 12, {
  'f:spec': { 'f:template': { 'f:containers': { 'k:{"name":"gate"}': { 'f:image': {} } } } },
})
const helm = entry('helm', 14, { 'f:spec': { 'f:replicas': {} } }, { operation: 'Apply' })

describe('writerOf()', () => {
  test.each<[string, readonly string[], string]>([
    [
      'an owner of a list',
      ['spec.rules.0.host'],
      'changed by "gatehouse" (Update), 2026-04-18 10:53 UTC',
    ],
    [
      'an owner of a label with dots',
      ['metadata.labels.app.kubernetes.io/name'],
      'changed by "gatehouse" (Update)',
    ],
    [
      'the latest of two owners',
      ['spec.template.containers.gate.image'],
      'changed by "keel" (Update), 2026-04-18 12:53',
    ],
    [
      'the latest of several fields',
      ['spec.rules', 'spec.replicas'],
      'changed by "helm" (Apply), 2026-04-18 14:53',
    ],
    ['nobody of that label', ['metadata.labels.app.kubernetes.io'], 'last written by "helm"'],
    [
      'nobody of that container',
      ['spec.template.containers.other.image'],
      'last written by "helm"',
    ],
    ['an element by its place', ['spec.template.containers.0.image'], 'changed by "keel"'],
    ['nobody in particular', [], 'last written by "helm" (Apply)'],
  ])('is %s', (_what, paths, wanted) => {
    expect(writerOf(raw(gatehouse, helm, keel), paths)?.text).toStartWith(wanted)
  })

  test('is not who only says how it goes', () => {
    const status = entry('kubelet', 20, { 'f:status': {} }, { subresource: 'status' })
    expect(writerOf(raw(gatehouse, status), ['spec.rules'])?.data).toEqual({
      ...{ manager: 'gatehouse', operation: 'Update', at: '2026-04-18T10:53:00.000Z' },
      owns_the_field: true,
    })
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no list', { metadata: { managedFields: 7 } }],
    ['an entry that is none', raw(7, null)],
    ['no time', raw({ ...gatehouse, time: 'soon' })],
    ['no manager', raw({ ...gatehouse, manager: 7 })],
    ['no fields', raw({ ...gatehouse, fieldsV1: null })],
  ])('is nobody where there is %s', (_what, value) => {
    expect(writerOf(value, ['spec'])).toBeNull()
  })

  test('shortens names, and never throws', () => {
    const long = writerOf(raw(entry('x'.repeat(5000), 10, {})), [])
    expect(long?.text.length).toBeLessThan(300)
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.string()), (fields, paths) => {
        expect(() => writerOf(raw({ ...gatehouse, fieldsV1: fields }), paths)).not.toThrow()
      }),
    )
  })
})
