// A walk through pages that a test makes up: redirects, forms, and pages that lead nowhere.
import { describe, expect, test } from 'bun:test'
import type { Way } from '../contract/vantage.ts'
import { type Page, site } from './site.fixture.ts'
import { walk } from './walk.ts'

const start = new URL('https://app.example.com/')

const signInPages = {
  'GET app.example.com/': { location: 'https://auth.example.com/_gatehouse/sign-in?rd=x' },
  'GET auth.example.com/_gatehouse/sign-in': {
    body: '<form method=post action="/post"><input type=hidden name=t value=1><input name=u><input type=password name=p></form>',
    setCookies: ['binding=b; Path=/'],
  },
  'POST auth.example.com/post': {
    location: 'https://app.example.com/done',
    setCookies: ['gatehouse=s; Domain=example.com'],
  },
  'GET app.example.com/done': { body: '<form><input name=search></form>' },
}

describe('walk()', () => {
  test('arrives at the door, with the cookies and the form on the way', async () => {
    const { asked, context, trail } = site(signInPages)
    const walked = await walk(context, start)
    expect(walked.ok && walked.value.url.href).toBe('https://app.example.com/done')
    expect(trail()).toEqual([
      'GET app.example.com/',
      'GET auth.example.com/_gatehouse/sign-in?rd=x',
      'POST auth.example.com/post',
      'GET app.example.com/done',
    ])
    const [, , post, last] = asked
    expect(post?.body?.text).toBe('t=1&u=robot&p=secret')
    expect(post?.cookies).toBe('binding=b')
    expect(post?.request.headers).toMatchObject({ Origin: 'https://auth.example.com' })
    expect(last?.cookies).toBe('gatehouse=s')
    expect(last?.body).toBeNull()
  })

  test('announces itself on the own names, and to nobody else', async () => {
    const { asked, context } = site({
      'GET app.example.com/': { location: 'https://id.example.net/authorize' },
      'GET id.example.net/authorize': { body: 'nothing to do' },
    })
    await walk(context, start)
    expect(asked.map(({ request }) => request.headers['X-Gatehouse-Probe'])).toEqual([
      'marked',
      undefined,
    ])
  })

  test('pins the own names to the ingress, and leaves others as they are', async () => {
    const way: Way = { vantage: 'ingress', replica: { address: '10.0.20.5', port: 8443 } }
    const { asked, context } = site(
      {
        'GET app.example.com/': { location: 'https://auth.example.com/_gatehouse/sign-in' },
        'GET auth.example.com/_gatehouse/sign-in': { location: 'https://id.example.net:444/a' },
      },
      { way },
    )
    await walk(context, start)
    expect(
      asked.map(({ request }) => [request.address, request.port, request.headers['Host']]),
    ).toEqual([
      ['10.0.20.5', 8443, 'app.example.com'],
      ['10.0.20.5', 8443, 'auth.example.com'],
      [null, 444, undefined],
    ])
  })

  const stuck: readonly [what: string, pages: Readonly<Record<string, Page>>, detail: string][] = [
    [
      'a form that is shown again',
      {
        ...signInPages,
        'POST auth.example.com/post': { location: '/_gatehouse/sign-in' },
      },
      'asks again',
    ],
    [
      'a circle',
      { 'GET app.example.com/': { location: 'https://app.example.com/' } },
      'More than 20',
    ],
    [
      'a redirect to nowhere',
      { 'GET app.example.com/': { location: 'javascript:alert(1)' } },
      'nowhere',
    ],
    [
      'a redirect without an address',
      { 'GET app.example.com/': { status: 302, location: '' } },
      'nowhere',
    ],
    [
      'a form that leads off the web',
      {
        ...signInPages,
        'GET auth.example.com/_gatehouse/sign-in': {
          body: '<form method=post action="mailto:x@example.com"><input name=u></form>',
        },
      },
      'a form to nowhere',
    ],
  ]
  test.each(stuck)('gives up on %s', async (_, pages, detail) => {
    const { asked, context } = site(pages)
    const walked = await walk(context, start)
    expect(walked.ok ? walked.value : walked.error.detail).toContain(detail)
    expect(asked.length).toBeLessThanOrEqual(20)
  })

  test('says no query and no password of what it stumbled on', async () => {
    const { context } = site({
      'GET app.example.com/': { location: 'https://id.example.net/a?code=geheim' },
      'GET id.example.net/a': {
        body: '<form method=post action="/b?x=geheim"><input name=u><input type=password name=p></form>',
      },
      'POST id.example.net/b': { location: '/a' },
    })
    const walked = await walk(context, start)
    const said = JSON.stringify(walked.ok ? {} : walked.error)
    expect(said).toContain('id.example.net/a')
    expect(said).not.toMatch(/geheim|secret/)
  })

  test('never fills in what a service itself shows', async () => {
    const { context, trail } = site({
      'GET app.example.com/': {
        body: '<form method=post action="/delete"><input name=u><input type=password name=p></form>',
      },
    })
    const walked = await walk(context, start)
    expect(walked.ok && walked.value.passed).toEqual([])
    expect(trail()).toEqual(['GET app.example.com/'])
  })

  const password =
    '<form method=post action="/in"><input name=u><input type=password name=p></form>'
  const thieves: readonly [who: string, pages: Readonly<Record<string, Page>>, detail: string][] = [
    [
      'the service behind the door, with a page of its own elsewhere',
      {
        ...signInPages,
        'GET app.example.com/done': { location: 'https://evil.example.net/login' },
        'GET evil.example.net/login': { body: password },
      },
      'after the sign-in',
    ],
    [
      'a page that is to send it to another host',
      {
        ...signInPages,
        'GET auth.example.com/_gatehouse/sign-in': {
          body: password.replace('/in', 'https://evil.example.net/in'),
        },
      },
      'to "evil.example.net"',
    ],
    [
      'whoever listens on the way',
      {
        'GET app.example.com/': { location: 'http://id.example.net/login' },
        'GET id.example.net/login': { body: password },
      },
      'in clear',
    ],
  ]
  test.each(thieves)('does not give the password to %s', async (_, pages, detail) => {
    const { asked, context } = site(pages)
    const walked = await walk(context, start)
    expect(walked.ok ? walked.value : walked.error.detail).toContain(detail)
    const strangers = asked.filter(({ request }) => !request.host.endsWith('example.com'))
    expect(strangers.map(({ body, cookies }) => `${cookies}${body?.text ?? ''}`).join('')).toBe('')
  })

  test('tells another host no query of the page that a form stood on', async () => {
    const { asked, context } = site({
      'GET app.example.com/': { location: 'https://id.example.net/done?code=geheim' },
      'GET id.example.net/done': {
        body: '<form method=post action="https://auth.example.com/acs"><input type=hidden name=r value=1></form>',
      },
    })
    await walk(context, start)
    const sent = asked.find(({ body }) => body !== null)
    expect(sent?.request.headers['Referer']).toBe('https://id.example.net/')
  })
})
