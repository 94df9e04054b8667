// The page "Is it only me?" for each verdict: what it says, what it offers, and what it keeps to itself.
import { describe, expect, test } from 'bun:test'
import type { Hostname } from '../../model/host.ts'
import type { PublicStanding, PublicVerdict } from '../../model/public-verdict.ts'
import { compilePolicy } from '../policy/compile.ts'
import type { PageRequest } from '../page.ts'
import { statusRoute } from '../status.ts'
import { testService } from '../testing.ts'
import { statusPath, statusUrl } from './status.tsx'

const since = Date.UTC(2026, 3, 18, 14, 5)
const well: PublicStanding = { state: 'works', since: null }

function verdict(over: Partial<PublicVerdict> = {}): PublicVerdict {
  return { ...well, at: since + 90_000, part: null, isKnown: true, host: () => well, ...over }
}

const services = [testService('app.example.com', {}), testService('*.wild.example.com', {})]

/** Asks the route for a host. */
async function ask(host: string, found: PublicVerdict | null, support = ''): Promise<Response> {
  const asked: string[] = []
  const route = statusRoute({
    policy: () => compilePolicy(services),
    support: () => support,
    verdict: () =>
      found === null
        ? null
        : {
            ...found,
            host: (name) => {
              asked.push(name)
              return found.host(name)
            },
          },
  })
  const request: PageRequest = {
    method: 'GET',
    path: statusPath,
    query: new URLSearchParams(host === '' ? '' : { host }),
    headers: new Headers(),
    body: '',
    clientAddress: null,
    peerTrusted: true,
    requestId: 'r-7',
  }
  const response = await route.handle(request)
  // Nobody is asked about a host that nobody named, or that is none of ours.
  expect(asked.every((name) => name === host)).toBe(true)
  return response
}

async function text(host: string, found: PublicVerdict | null): Promise<string> {
  return (await ask(host, found)).text()
}

const personal = 'What one person alone can have'

describe('the status page', () => {
  test('says that it may be you where others are served, with what that can be', async () => {
    const html = await text('app.example.com', verdict())
    expect(html).toContain('<h1>It works for others</h1>')
    expect(html).toContain('app.example.com answers strangers as it should')
    expect(html).toContain(personal)
    expect(html).toContain('sign out, then sign in again')
    expect(html).toContain('As seen at 14:06 UTC on 2026-04-18')
  })

  test.each<[PublicVerdict['part'], string]>([
    ['sign-in', 'The sign-in is broken for everyone since 14:05 UTC on 2026-04-18'],
    ['way', 'The way to the services is broken for everyone since 14:05 UTC on 2026-04-18'],
  ])('says that it is everybody when the %s is broken', async (part, sentence) => {
    const html = await text('app.example.com', verdict({ state: 'broken', since, part }))
    expect(html).toContain('<h1>It is not only you</h1>')
    expect(html).toContain(sentence)
    expect(html).toContain('Whoever runs this has been told')
    expect(html).not.toContain(personal)
  })

  test('does not claim that somebody was told where nobody is', async () => {
    const html = await text('', verdict({ state: 'broken', since, part: 'way', isKnown: false }))
    expect(html).not.toContain('has been told')
    expect(html).toContain('Tell whoever runs this')
  })

  test('tells one service that is down from all', async () => {
    const broken = verdict({ host: () => ({ state: 'broken', since }) })
    const html = await text('app.example.com', broken)
    expect(html).toContain(
      'app.example.com does not work for anybody since 14:05 UTC on 2026-04-18; signing in does.',
    )
    const partly = verdict({
      state: 'partly',
      part: 'way',
      host: () => ({ state: 'broken', since }),
    })
    expect(await text('app.example.com', partly)).toContain('since 14:05 UTC on 2026-04-18.')
    expect(await text('', broken)).toContain('It works for others')
  })

  test('says of one bad replica that trying again may help', async () => {
    const html = await text('app.example.com', verdict({ state: 'partly', since, part: 'way' }))
    expect(html).toContain('Trying again may help')
    expect(html).not.toContain(personal)
  })

  test('says that it cannot see, and that nobody watches', async () => {
    expect(await text('', verdict({ state: 'blind' }))).toContain('Nobody can say just now')
    const unwatched = await text('app.example.com', null)
    expect(unwatched).toContain('Nothing watches this gate')
    expect(unwatched).toContain(personal)
  })

  test('says of a host that was not tried no more than that', async () => {
    const html = await text('x.wild.example.com', verdict({ host: () => null }))
    expect(html).toContain('Whether x.wild.example.com itself does is not tried')
  })

  test.each(['nobody.example.org', '<script>alert(1)</script>', 'app.example.com"onload=', ' '])(
    'repeats nothing of a host that is none of ours: %p',
    async (host) => {
      const html = await text(host, verdict())
      expect(html).toContain('There is no service of that name here')
      expect(html).not.toContain('nobody.example.org')
      expect(html).not.toContain('alert(1)')
      expect(html).not.toContain('onload')
    },
  )

  test('names no host that the asker did not name', async () => {
    for (const found of [verdict(), verdict({ state: 'broken', since, part: 'way' }), null])
      expect(await text('', found)).not.toContain('example.com')
  })

  test('sets no cookie, is kept by nobody, and is well whatever it says', async () => {
    const response = await ask('app.example.com', verdict({ state: 'broken', since, part: 'way' }))
    expect(response.status).toBe(200)
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('has the words of whoever runs the gate', async () => {
    const response = await ask('', verdict(), 'Ask Kim in room 4')
    expect(await response.text()).toContain('Ask Kim in room 4')
  })

  test('is found at an address of its own, with the host in it', () => {
    const host = 'app.example.com' as Hostname
    expect(statusUrl('https://auth.example.com', host)).toBe(
      'https://auth.example.com/_gatehouse/status?host=app.example.com',
    )
    expect(statusUrl('', null)).toBe('/_gatehouse/status')
  })
})
