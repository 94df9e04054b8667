// The front page and who one is as data: what is listed for whom, and what is said to nobody.
import { describe, expect, test } from 'bun:test'
import { testService } from '../testing.ts'
import { type FlowBench, flowBench, reasonOf } from './flow.fixture.ts'
import { handleMe, handlePortal } from './portal.ts'

const services = [
  testService('wiki.example.com'),
  testService('admin.example.com', { groups: ['admins'] }),
  testService('users.example.com', { users: ['alice'] }),
  testService('other.example.com', { providers: ['elsewhere'] }),
  testService('lan.example.com', { networks: [] }),
  testService('half.example.com', { path: '/api/**' }),
  testService('*.wild.example.com'),
  testService('open.example.com', { auth: 'none' }),
]

function listed(page: string): readonly string[] {
  return [...page.matchAll(/href="https:\/\/([a-z.]+)(?::\d+)?\/"/g)].map((match) => match[1] ?? '')
}

async function portal(bench: FlowBench, cookie: string): Promise<Response> {
  return handlePortal(bench.flow, bench.request('/_gatehouse/', { cookie }))
}

describe('handlePortal()', () => {
  test('lists what the person may open, by name, no wildcard and nothing more', async () => {
    const bench = flowBench({ services })
    const page = await (await portal(bench, await bench.signIn('alice'))).text()
    expect(listed(page)).toEqual([
      'lan.example.com',
      'open.example.com',
      'users.example.com',
      'wiki.example.com',
    ])
  })

  test('lists more for who is in more groups', async () => {
    const bench = flowBench({ services })
    const root = await bench.signIn('root', {
      identity: { user: 'root', name: '', email: '', groups: ['admins'], provider: 'elsewhere' },
    })
    const page = await (await portal(bench, root)).text()
    expect(listed(page)).toContain('admin.example.com')
    expect(listed(page)).toContain('other.example.com')
    expect(listed(page)).not.toContain('users.example.com')
  })

  test('links to services by the port that the gate itself is reached by', async () => {
    const bench = flowBench({ services, origin: 'https://auth.example.com:8443' })
    const page = await (await portal(bench, await bench.signIn('alice'))).text()
    expect(page).toContain('href="https://wiki.example.com:8443/"')
  })

  test('shows names as text, whatever they hold', async () => {
    const bench = flowBench({
      services: [{ ...testService('wiki.example.com'), name: '<script>alert(1)</script>' }],
    })
    const page = await (await portal(bench, await bench.signIn('alice'))).text()
    expect(page).not.toContain('<script>alert')
    expect(page).toContain('&lt;script>alert')
  })

  test('sends nobody to sign in, and whoever is not known gets no answer of it', async () => {
    const bench = flowBench({ services })
    const nobody = await portal(bench, '')
    expect([nobody.status, nobody.headers.get('location')]).toEqual([303, '/_gatehouse/sign-in'])
    bench.store.reads = false
    const unknown = await portal(bench, `__Secure-gatehouse=1${'A'.repeat(32)}`)
    expect([unknown.status, reasonOf(bench)]).toEqual([503, 'session-store'])
  })
})

describe('handleMe()', () => {
  const me = (bench: FlowBench, cookie: string): Promise<Response> =>
    handleMe(bench.flow, bench.request('/_gatehouse/me', { cookie }))

  test('says who one is, and nothing that one could sign in with', async () => {
    const bench = flowBench()
    const cookie = await bench.signIn('alice')
    const answer = await me(bench, cookie)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const said: unknown = await answer.json()
    expect(Object.keys(said ?? {})).toEqual(['user', 'name', 'email', 'groups', 'provider'])
    expect(said).toMatchObject({ user: 'alice' })
  })

  test('tells nobody, ended and unknown apart', async () => {
    const bench = flowBench()
    const cases = [
      ['', 401, 'no-session'],
      [`__Secure-gatehouse=1${'A'.repeat(32)}`, 401, 'session-ended'],
    ] as const
    for (const [cookie, status, error] of cases) {
      const answer = await me(bench, cookie)
      expect([answer.status, await answer.json()]).toEqual([status, { error }])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="gatehouse"')
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
    bench.store.reads = false
    const unknown = await me(bench, `__Secure-gatehouse=1${'B'.repeat(32)}`)
    expect([unknown.status, unknown.headers.get('retry-after')]).toEqual([503, '5'])
    expect(unknown.headers.get('www-authenticate')).toBeNull()
  })
})
