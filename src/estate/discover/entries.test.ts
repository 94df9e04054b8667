// Found doors as entries: one for each host, with what its paths and headers make different.
import { describe, expect, test } from 'bun:test'
import type { FoundDoor } from './discovery.ts'
import { entriesOf } from './entries.ts'

const door = (more: Partial<FoundDoor>): FoundDoor => ({
  host: 'a.example.com',
  path: '/',
  isExact: false,
  methods: [],
  headers: [],
  tier: 'required',
  declared: null,
  isPartial: false,
  groups: null,
  priority: 0,
  ruleLength: 0,
  upstream: null,
  from: 'Ingress x/a',
  ...more,
})

describe('entriesOf()', () => {
  test('gives a host its front page and what differs below', () => {
    const doors = [
      door({ groups: ['ops'], upstream: 'http://a.x:80' }),
      door({ path: '/hook', tier: 'none', from: 'Ingress x/hook', ruleLength: 5 }),
      door({ path: '/same', groups: ['ops'], ruleLength: 5 }),
      door({ path: '/icon.png', isExact: true, tier: 'none', ruleLength: 9 }),
    ]
    expect(entriesOf(doors)).toEqual({
      notUnderstood: [],
      services: [
        {
          host: 'a.example.com',
          auth: 'required',
          groups: ['ops'],
          upstream: 'http://a.x:80',
          paths: [
            { path: '/icon.png', auth: 'none', reason: 'Found in Ingress x/a' },
            { path: '/hook/**', auth: 'none', reason: 'Found in Ingress x/hook' },
          ],
        },
      ],
    })
  })

  test('says that only paths are led anywhere where there is no front page', () => {
    const [entry] = entriesOf([door({ path: '/in', tier: 'none' })]).services
    expect(entry).toMatchObject({ auth: 'required', paths_only: true })
  })

  test('gives a bypass by one header, and names those by several and those of any host', () => {
    const headers = [{ name: 'Authorization', value: 'Bearer *' }]
    const { notUnderstood, services } = entriesOf([
      door({}),
      door({ headers, tier: 'none', priority: 1 }),
      door({ headers: [...headers, ...headers], tier: 'none', priority: 2 }),
      door({ headers, tier: 'required', priority: 3 }),
      door({ host: '*', tier: 'none' }),
    ])
    expect(services[0]?.bypasses).toEqual([
      {
        path: '/',
        header: 'Authorization',
        value: 'Bearer *',
        auth: 'none',
        reason: 'Found in Ingress x/a',
      },
    ])
    expect(notUnderstood.map(({ why }) => why)).toEqual([
      'It opens "/" of every host as "none", which no entry says',
      'It opens "/" to several headers together, which no entry says',
    ])
  })

  test('takes the door that requests go through, of several to one path', () => {
    const doors = [
      door({}),
      door({ path: '/x', tier: 'none', priority: 1, from: 'low' }),
      door({ path: '/x', tier: 'app', priority: 9, from: 'high' }),
    ]
    expect(entriesOf(doors).services[0]?.paths).toEqual([
      { path: '/x/**', auth: 'app', reason: 'Found in high' },
    ])
  })
})
