// How one gets in, tiers, groups and the hosts they open, and every open door with its reason.
import { describe, expect, test } from 'bun:test'
import {
  type SmallAreas,
  type SmallService,
  describePage,
  pageOf,
  smallEstate,
} from '../page-cases.fixture.ts'

const areas: SmallAreas = {
  networking: { domains: [{ name: 'example.com' }] },
  authentication: {
    about: 'One provider, two outposts.',
    providers: [
      {
        name: 'authentik',
        kind: 'authentik',
        url: 'https://id.example.com',
        replicas: 3,
        database: 'main',
      },
    ],
    outposts: [
      { name: 'embedded', managed: true, sessions: 'postgresql', validity: '28d', replicas: 2 },
      { name: 'public', tier: 'public', sessions: 'filesystem', validity: '7d' },
    ],
    groups: [{ name: 'staff' }, { name: 'family', managed: 'ui' }, { name: 'admins' }],
    break_glass: ['admins'],
  },
}

const services: readonly SmallService[] = [
  {
    host: 'wiki.example.com',
    groups: ['staff', 'family'],
    paths: [
      { path: '/api/**', auth: 'none', reason: 'Programs call it' },
      { path: '/admin/**', auth: 'required', reason: 'Not shown: it asks' },
    ],
  },
  {
    host: 'app.example.com',
    groups: ['staff'],
    facts: { bypasses: [{ header: 'Authorization', value: 'Bearer *', reason: 'Native clients' }] },
  },
  { host: 'blog.example.com', auth: 'none', reason: 'For everyone' },
  { host: 'echo.example.com', auth: 'public' },
  { host: 'a.example.com', auth: 'app', reason: 'Has its *own* sign-in' },
]

describePage('authentication', smallEstate(areas, services))

describe('break-glass groups', () => {
  test('are not spoken of where there are none', () => {
    const { authentication, ...rest } = areas
    const page = pageOf(
      'authentication',
      smallEstate({ ...rest, authentication: { ...authentication, break_glass: [] } }, services),
    )
    expect(page).not.toContain('get in everywhere')
  })

  test('stand beside the groups that are kept by hand', () => {
    expect(pageOf('authentication', smallEstate(areas, services))).toContain(
      '**admins** get in everywhere, also when this table is wrong. Groups kept by hand in the provider: family.',
    )
  })
})
