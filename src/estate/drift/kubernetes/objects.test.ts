// Objects of a cluster: who they are, what of them is compared, and what is none.
import { describe, expect, test } from 'bun:test'
import {
  addressOf,
  clusterKinds,
  clusterObject,
  comparedPart,
  openedLists,
  resourceType,
} from './objects.ts'

describe('resourceType()', () => {
  test.each([
    ['Ingress', 'kubernetes_ingress'],
    ['IngressRoute', 'kubernetes_ingress_route'],
    ['HTTPRoute', 'kubernetes_http_route'],
    ['PodDisruptionBudget', 'kubernetes_pod_disruption_budget'],
    ['NetworkPolicy', 'kubernetes_network_policy'],
  ])('of %s is %s', (kind, wanted) => expect(resourceType({ kind })).toBe(wanted))
})

describe('clusterKinds', () => {
  test('says where an API server has each', () => {
    const paths = new Map(
      clusterKinds.map(({ group, kind, plural }) => [kind, `${group}/${plural}`]),
    )
    expect(paths.get('Namespace')).toBe('api/v1/namespaces')
    expect(paths.get('Ingress')).toBe('apis/networking.k8s.io/v1/ingresses')
    expect(paths.get('Middleware')).toBe('apis/traefik.io/v1alpha1/middlewares')
    expect(paths.size).toBe(clusterKinds.length)
  })

  test('knows which lead requests somewhere', () => {
    const routes = clusterKinds.filter(({ isRoute }) => isRoute).map(({ kind }) => kind)
    expect(routes).toEqual(['IngressRoute', 'Ingress', 'HTTPRoute'])
  })
})

describe('clusterObject()', () => {
  const one = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'b' } }

  test('knows an object by its kind, namespace and name', () => {
    const object = clusterObject(one)
    expect(object === null ? null : addressOf(object)).toBe('kubernetes_service["b/a"]')
    const whole = clusterObject({ ...one, metadata: { name: 'a"b' } })
    expect(whole === null ? null : addressOf(whole)).toBe('kubernetes_service["a\\"b"]')
  })

  test.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'Service'],
    ['a list', [one]],
    ['no kind', { ...one, kind: undefined }],
    ['a kind that is no text', { ...one, kind: 7 }],
    ['no version', { ...one, apiVersion: null }],
    ['no name', { ...one, metadata: {} }],
    ['an empty name', { ...one, metadata: { name: '' } }],
    ['no metadata', { ...one, metadata: null }],
  ])('is none of %s', (_what, raw) => expect(clusterObject(raw)).toBeNull())
})

describe('openedLists()', () => {
  const list = (...items: readonly unknown[]): object => ({ kind: 'List', items })

  test('opens lists, and lists in lists', () => {
    expect(openedLists([list({ kind: 'A' }, list({ kind: 'B' })), { kind: 'C' }])).toEqual([
      ...[{ kind: 'A' }, { kind: 'B' }, { kind: 'C' }],
    ])
    expect(openedLists([{ kind: 'IngressList', items: [{ kind: 'Ingress' }] }])).toEqual([
      { kind: 'Ingress' },
    ])
  })

  test('ends where lists go on without an end, and leaves a list without items empty', () => {
    let deep: object = { kind: 'A' }
    for (let i = 0; i < 100; i++) deep = list(deep)
    expect(openedLists([deep])).toHaveLength(1)
    expect(openedLists([{ kind: 'List' }, { kind: 'List', items: 7 }])).toEqual([])
  })
})

describe('comparedPart()', () => {
  test('leaves out who it is and what the cluster says', () => {
    const raw = {
      ...{ apiVersion: 'v1', kind: 'X', status: { a: 1 }, spec: { b: 1 }, value: 7 },
      metadata: { name: 'a', uid: 'u', labels: { c: 'd' }, managedFields: [] },
    }
    expect(comparedPart(raw)).toEqual({
      metadata: { labels: { c: 'd' } },
      spec: { b: 1 },
      value: 7,
    })
    expect(comparedPart({ kind: 'X', metadata: { name: 'a' } })).toEqual({})
    expect(comparedPart(7)).toEqual({})
  })
})
