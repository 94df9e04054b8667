// Who is let in through a proxy and who is not, what the service is told of them, what they see.
import { expect } from 'bun:test'
import { ask, navigation, script } from './proxy-estate.ts'
import { elsewhere, forged, smuggled, type Story } from './proxy-story.ts'

const gateHeaders = ['remote-user', 'remote-groups', 'remote-email', 'remote-name']

/** In the order in which they are told. */
export const doorStories: readonly Story[] = [
  [
    'a stranger who opens a page is sent to sign in and would come back to the whole address',
    async (estate) => {
      const target = '/reports/2026?a=1&b=x%26y&c=%2F'
      const answer = await ask(estate, { target, headers: navigation })
      expect(answer.status).toBe(302)
      const location = new URL(answer.header('location') ?? '')
      expect(location.origin).toBe(`http://auth.home.localhost:${estate.port}`)
      expect(location.pathname).toBe('/_gatehouse/sign-in')
      expect(location.searchParams.get('rd')).toBe(
        `http://app.home.localhost:${estate.port}${target}`,
      )
      expect(answer.header('cache-control')).toContain('no-store')
      expect(answer.all('set-cookie')).toEqual([])
      expect(estate.backend.seen).toEqual([])
    },
  ],
  [
    'a stranger’s script, form, image and event stream get 401, no redirect, no cookie',
    async (estate) => {
      const asks = [
        { headers: script },
        { headers: ['X-Requested-With: XMLHttpRequest', ...navigation] },
        { headers: ['Accept: image/avif', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'] },
        { headers: ['Accept: text/event-stream'] },
        { method: 'POST', headers: [...navigation, 'Content-Length: 3'], body: 'a=1' },
        {
          method: 'POST',
          headers: ['Transfer-Encoding: chunked'],
          body: '3\r\na=1\r\n0\r\n\r\n',
        },
        { method: 'DELETE', headers: script },
        { cookie: 'gatehouse=forged', headers: script },
      ]
      for (const question of asks) {
        const answer = await ask(estate, question)
        expect([question, answer.status]).toEqual([question, 401])
        expect(answer.header('location')).toBeNull()
        expect(answer.all('set-cookie')).toEqual([])
        expect(answer.header('content-type')).toContain('application/json')
        expect(answer.header('x-gatehouse-decision')).toStartWith('sign-in; ')
        expect(answer.header('x-gatehouse-request-id')).not.toBeNull()
      }
      expect(estate.backend.seen).toEqual([])
    },
  ],
  [
    'HEAD is judged like GET: a redirect for a stranger, the service for a member',
    async (estate) => {
      const stranger = await ask(estate, { method: 'HEAD', headers: navigation })
      expect([stranger.status, stranger.header('location') !== null]).toEqual([302, true])
      expect((await ask(estate, { method: 'HEAD', headers: script })).status).toBe(401)
      expect(estate.backend.seen).toEqual([])
      const member = await ask(estate, { method: 'HEAD', cookie: estate.alice })
      expect([member.status, member.body]).toEqual([200, ''])
      expect(estate.backend.seen.map(({ method }) => method)).toEqual(['HEAD'])
    },
  ],
  [
    'a member reaches the service, which is told who it is and nothing that was smuggled in',
    async (estate) => {
      const cookie = `theme=dark; ${estate.alice}; lang=en`
      const headers = [...navigation, ...forged, ...elsewhere]
      const answer = await ask(estate, { target: '/x?y=%2F', cookie, headers })
      expect(answer.status).toBe(200)
      const [seen] = estate.backend.seen
      expect(estate.backend.seen).toHaveLength(1)
      expect([seen?.method, seen?.target]).toEqual(['GET', '/x?y=%2F'])
      expect(gateHeaders.map((name) => seen?.all(name))).toEqual([
        ['alice'],
        ['staff'],
        ['alice@example.com'],
        [Buffer.from('Alice Ünï').toString('latin1')],
      ])
      expect(smuggled(estate)).toEqual([])
      expect(seen?.all('host')).toEqual([`app.home.localhost:${estate.port}`])
      // Envoy writes the machine's own address for a client on loopback.
      if (estate.proxy !== 'envoy') expect(seen?.all('x-forwarded-for')).toEqual(['127.0.0.1'])
      expect(seen?.all('x-forwarded-proto')).toEqual(['http'])
    },
  ],
  [
    'the session cookie stays at the proxy, however often it comes; other cookies go on',
    async (estate) => {
      const asks = [
        [`theme=dark; ${estate.alice}; lang=en`, 'theme=dark; lang=en'],
        [`${estate.alice}; lang=en`, 'lang=en'],
        [`theme=dark; ${estate.alice}`, 'theme=dark'],
        [estate.alice, ''],
        [
          `gatehouse=planted; a=1; ${estate.alice}; gatehouse-binding=x`,
          'a=1; gatehouse-binding=x',
        ],
      ] as const
      for (const [cookie, expected] of asks) {
        estate.backend.forget()
        expect((await ask(estate, { cookie })).status).toBe(200)
        const passed = estate.backend.seen[0]?.all('cookie') ?? []
        expect([cookie, passed.join('; ')]).toEqual([cookie, expected])
      }
      estate.backend.forget()
      const many = `gatehouse=a; gatehouse=b; ${estate.alice}; gatehouse=c`
      await ask(estate, { cookie: many })
      expect(JSON.stringify(estate.backend.seen)).not.toContain(estate.alice)
    },
  ],
  [
    'on a public path a stranger is nobody, whatever the client says',
    async (estate) => {
      const answer = await ask(estate, { target: '/public/a', headers: [...forged, ...elsewhere] })
      expect(answer.status).toBe(200)
      for (const name of gateHeaders)
        expect(estate.backend.seen[0]?.all(name).filter((value) => value !== '')).toEqual([])
      expect(smuggled(estate)).toEqual([])
    },
  ],
  [
    'who is signed in but not allowed gets a page that says so, and a script gets it as JSON',
    async (estate) => {
      const page = await ask(estate, { cookie: estate.carol, headers: navigation })
      expect(page.status).toBe(403)
      expect(page.header('content-type')).toContain('text/html')
      expect(page.header('location')).toBeNull()
      expect(page.body).toContain('carol')
      expect(page.header('x-gatehouse-decision')).toBe('forbid; not-member')
      const json = await ask(estate, { cookie: estate.carol, headers: script })
      expect(json.status).toBe(403)
      expect(json.header('content-type')).toContain('application/json')
      const post = await ask(estate, {
        method: 'POST',
        cookie: estate.carol,
        headers: [...script, 'Content-Length: 5'],
        body: 'hello',
      })
      expect(post.status).toBe(403)
      expect(estate.backend.seen).toEqual([])
    },
  ],
  [
    'a wildcard covers any name below it, for members only, and never the sign-in host',
    async (estate) => {
      const host = 'wiki.home.localhost'
      const stranger = await ask(estate, { host, target: '/a', headers: navigation })
      expect(stranger.status).toBe(302)
      expect(stranger.header('location')).toContain(
        encodeURIComponent(`http://${host}:${estate.port}/a`),
      )
      expect((await ask(estate, { host, cookie: estate.carol })).status).toBe(403)
      expect(estate.backend.seen).toEqual([])
      expect((await ask(estate, { host, cookie: estate.alice })).status).toBe(200)
      expect(estate.backend.seen[0]?.all('host')).toEqual([`${host}:${estate.port}`])
      estate.backend.forget()
      const own = { host: 'auth.home.localhost', cookie: estate.alice }
      for (const target of ['/', '/x', '/_gatehouse/', '/_gatehouse/auth/x', '/_gatehouse/denied'])
        await ask(estate, { ...own, target })
      expect(estate.backend.seen).toEqual([])
    },
  ],
  [
    'a member with many cookies of other services is let in all the same',
    async (estate) => {
      const others = Array.from({ length: 60 }, (_, i) => `c${i}=${'v'.repeat(90)}`).join('; ')
      const cookie = `${others}; ${estate.alice}`
      expect((await ask(estate, { cookie })).status).toBe(200)
      expect(estate.backend.seen[0]?.all('remote-user')).toEqual(['alice'])
    },
  ],
  [
    'the service’s own refusals pass as they are',
    async (estate) => {
      for (const status of [401, 403, 404, 500, 503]) {
        const target = `/status/${status}`
        const answer = await ask(estate, { target, cookie: estate.alice, headers: navigation })
        expect([answer.status, answer.header('location')]).toEqual([status, null])
        expect(answer.body).toContain(target)
      }
    },
  ],
]
