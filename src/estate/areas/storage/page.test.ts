// Classes, volumes, and how full each store of entries becomes.
import { describe, expect, test } from 'bun:test'
import { type SmallAreas, describePage, pageOf, smallEstate } from '../page-cases.fixture.ts'

const volumes: NonNullable<NonNullable<SmallAreas['storage']>['volumes']> = [
  {
    ...{ name: 'shm', medium: 'memory', size: '64MiB', default_size: true, holds: 'sessions' },
    ...{ workload: 'authentik/outpost', rate: '8.6/min', retention: '7d', probed: true },
  },
  { name: 'spool', medium: 'disk', size: '1GiB', rate: '1/h', used_by: ['mail', 'relay'] },
  { name: 'library', medium: 'nfs', size: '4000GiB', class: 'nfs' },
]

describePage(
  'storage',
  smallEstate(
    {
      storage: {
        about: 'Files on the NAS.',
        classes: [{ name: 'nfs', kind: 'nfs', server: '10.0.10.15', about: 'Shared' }],
        volumes,
      },
    },
    [{ host: 'wiki.example.com', facts: { monitor: { interval: '1m' } } }],
  ),
)

describe('how full stores become', () => {
  const page = (volume: object): string =>
    pageOf(
      'storage',
      smallEstate({
        storage: { volumes: [{ name: 'shm', medium: 'memory', size: '64MiB', ...volume }] },
      }),
    )

  test('is not said where nothing arrives', () => {
    expect(page({})).not.toContain('How full')
  })

  test.each([
    [{ rate: '0.5/min', retention: '7d' }, '| shm | 0.500/min | 0 % | 7d | 0.31 | never |'],
    [{ rate: '18/min', retention: '7d' }, '| shm | 18.0/min | 0 % | 7d | 11.07 | after 15h 10m |'],
    [{ rate: '1/min' }, '| shm | 1.00/min | 0 % | for ever | endless | after 11d 9h |'],
  ])('of %j is a row', (volume, row) => {
    expect(page(volume)).toContain(row)
  })
})
