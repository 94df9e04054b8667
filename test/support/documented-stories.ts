// What every configuration that authentik documents must do with our outpost behind it, told alike for
// each: stranger, sign-in, identity, open paths, sign-out, and what a client tries.
import { afterAll, expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { frameText, textFrame } from '../peers/websocket.ts'
import { type RawAnswer, type RawConnection, openRaw, rawRequest } from '../peers/raw-client.ts'
import {
  type DocumentedEstate,
  type DocumentedForm,
  type DocumentedName,
  appHost,
  browserFor,
  deepTarget,
  documented,
  signInAt,
  startDocumented,
  stopDocumented,
} from './documented-proxies.ts'
import { navigation, script } from './proxy-estate.ts'
import { until } from './until.ts'

/** What must hold, and how it is seen. */
export type DocumentedStory = readonly [
  name: string,
  tell: (estate: DocumentedEstate) => Promise<void>,
]

/** What a story asks of the proxy. */
interface Ask {
  readonly method?: string
  readonly target?: string
  readonly headers?: readonly string[]
  readonly cookie?: string
  readonly body?: string
}

const upgrade = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

/** Headers by which a client tries to have another address judged. */
const elsewhere = [
  'X-Original-URI: /public/root',
  'X-Original-URL: http://open.home.localhost/public/root',
  'X-Forwarded-Uri: /public/root',
  'X-Forwarded-Host: open.home.localhost',
  'X-Forwarded-Method: OPTIONS',
  'X-Rewrite-URL: /public/root',
  'X-Envoy-Original-Path: /public/root',
]

/** Identity headers as a client would forge them. */
function forged({ config }: DocumentedEstate): readonly string[] {
  return config.headers.flatMap((name, index) => {
    const header = `X-authentik-${name}`
    const spelling = index % 2 === 0 ? header.toUpperCase() : header.toLowerCase()
    const dashed = [`${spelling}: root`, `${header}: root`]
    return config.dropsUnderscores
      ? [...dashed, `${header.replaceAll('-', '_')}: root`, `X_Authentik_${name}: root`]
      : dashed
  })
}

const stories: readonly DocumentedStory[] = [
  [
    'a stranger who opens a page is sent on as documented, with one cookie at most',
    async (estate) => {
      const answer = await ask(estate, { target: deepTarget, headers: navigation })
      expect(answer.status).toBe(302)
      const location = answer.header('location') ?? ''
      const start = '/outpost.goauthentik.io/start?rd='
      if (estate.config.stranger === 'authorize')
        expect(location).toStartWith(`${estate.authentik.url}application/o/authorize/?`)
      else expect(location.slice(location.indexOf('/outpost'))).toStartWith(start)
      const cookies = answer.all('set-cookie')
      expect(cookies.length).toBeLessThanOrEqual(estate.config.stranger === 'start' ? 0 : 1)
      expect(estate.backend.seen).toEqual([])
    },
  ],
  [
    'a person signs in at authentik and comes back to the whole address, known to the service',
    async (estate) => {
      const browser = browserFor(estate)
      const person = { username: 'jürgen', password: 'j', target: deepTarget }
      const seen = await signInAt(estate, browser, person)
      expect([seen.status, seen.url]).toEqual([200, estate.origin + deepTarget])
      expect(estate.backend.seen.map(({ target }) => target)).toEqual([deepTarget])
      expectIdentity(estate, {
        username: 'jürgen',
        groups: 'staff|ops',
        entitlements: '',
        name: 'Jürgen Młynarski',
      })
      expect(estate.authentik.control.violations()).toEqual([])
    },
  ],
  [
    'a whole visit takes few redirects and no request brings two cookies',
    async (estate) => {
      const browser = browserFor(estate)
      const page = await browser.open(`${estate.origin}/a`)
      expect(browser.history.length).toBeLessThanOrEqual(4)
      await browser.submit(page, { username: 'ada', password: 'a' })
      expect(browser.history.length).toBeLessThanOrEqual(9)
      const names = browser.cookieNames().filter((name) => !name.startsWith('authentik_session'))
      expect(names.length).toBeGreaterThan(0)
      for (const name of names) expect(name).toMatch(/^authentik_proxy_[0-9a-f]{8}(_start)?$/)
      expect(names.length).toBeLessThanOrEqual(2)
    },
  ],
  [
    'scripts, forms and sockets of strangers never reach the service',
    async (estate) => {
      const asks: readonly Ask[] = [
        { headers: script },
        { method: 'HEAD', headers: navigation },
        { method: 'POST', headers: ['Content-Length: 3'], body: 'a=1' },
        { method: 'DELETE' },
        { method: 'OPTIONS' },
        { target: '/ws', headers: upgrade },
      ]
      for (const question of asks) {
        const answer = await ask(estate, question)
        expect([question, answer.status]).toEqual([question, 302])
      }
      expect(estate.backend.seen).toEqual([])
    },
  ],
  [
    'a cookie that is broken, of another provider or sent twice opens nothing',
    async (estate) => {
      const good = await cookieOf(estate, 'ada')
      const [name = ''] = good.split('=')
      const broken = ['', 'x', 'AAAA', '%00', '"', `${good.slice(name.length + 1, -4)}AAAA`]
      for (const cookie of broken.map((value) => `${name}=${value}`)) {
        const answer = await ask(estate, { target: '/x', cookie, headers: navigation })
        expect([cookie, answer.status]).toEqual([cookie, 302])
      }
      const other = `authentik_proxy_00000000=${good.slice(name.length + 1)}`
      expect((await ask(estate, { cookie: other })).status).toBe(302)
      expect(estate.backend.seen).toEqual([])
    },
  ],
  [
    'identity headers that a client sends are replaced by the true ones',
    async (estate) => {
      const cookie = await cookieOf(estate, 'ada')
      expect((await ask(estate, { cookie, headers: forged(estate) })).status).toBe(200)
      expectIdentity(estate, {
        username: 'ada',
        groups: 'staff',
        entitlements: 'editor',
        name: 'Ada',
      })
      expect(JSON.stringify(estate.backend.seen.map(({ headers }) => headers))).not.toContain(
        'root',
      )
    },
  ],
  [
    'a path on the list is open to strangers, who are nobody there whatever they send',
    async (estate) => {
      for (const headers of [[], forged(estate)]) {
        estate.backend.forget()
        expect((await ask(estate, { target: '/public/a?b=c', headers })).status).toBe(200)
        const [seen] = estate.backend.seen
        expect(seen?.target).toBe('/public/a?b=c')
        for (const name of estate.config.headers)
          expect([name, ...(seen?.all(`x-authentik-${name}`) ?? []).filter(Boolean)]).toEqual([
            name,
          ])
        expect(JSON.stringify(seen?.headers)).not.toContain('root')
      }
    },
  ],
  [
    'no spelling of a path and no header of the client brings a stranger to the service',
    async (estate) => {
      const tricks = [
        '/public/../x',
        '/public/%2e%2e/x',
        '/public/..%2fx',
        '//public/x',
        '/PUBLIC/x',
      ]
      const own = ['/outpost.goauthentik.io/../x', '/outpost.goauthentik.io/%2e%2e/x']
      for (const target of [...tricks, ...own, '/outpost.goauthentik.ioX', '/x;/public/']) {
        estate.backend.forget()
        await ask(estate, { target })
        const reached = estate.backend.seen.filter((seen) => !seen.target.startsWith('/public/'))
        expect([target, ...reached.map((seen) => seen.target)]).toEqual([target])
      }
      estate.backend.forget()
      for (const headers of [elsewhere, ...elsewhere.map((line) => [line])])
        await ask(estate, { target: '/x', headers: [...navigation, ...headers] })
      expect(estate.backend.seen).toEqual([])
    },
  ],
  [
    'a WebSocket opens with a session and echoes',
    async (estate) => {
      const cookie = await cookieOf(estate, 'ada')
      const connection = await openAsk(estate, { target: '/ws', cookie, headers: upgrade })
      expect((await connection.head()).status).toBe(101)
      await connection.write(textFrame('one', 'client'))
      expect(frameText(await connection.some())).toBe('echo one')
      connection.close()
    },
  ],
  [
    'an upload arrives whole',
    async (estate) => {
      const cookie = await cookieOf(estate, 'ada')
      const body = 'x'.repeat(300_000)
      const headers = [`Content-Length: ${body.length}`]
      const answer = await ask(estate, { method: 'POST', target: '/upload', cookie, headers, body })
      expect(answer.status).toBe(200)
      expect(JSON.parse(answer.body)).toMatchObject({ bytes: body.length })
    },
  ],
  [
    'who may not use the application is told so by authentik and does not get in',
    async (estate) => {
      const person = { username: 'guest', password: 'g' }
      const seen = await signInAt(estate, browserFor(estate), person)
      expect(seen.url).toStartWith(estate.authentik.url)
      expect(seen.text).toContain('Permission denied')
      expect(estate.backend.seen).toEqual([])
    },
  ],
  [
    'a program gets in with an app password, and with a wrong one no further than a stranger',
    async (estate) => {
      const basic = (text: string): readonly string[] => [
        `Authorization: Basic ${Buffer.from(text).toString('base64')}`,
      ]
      const right = await ask(estate, { target: '/api', headers: basic('ada:key of ada') })
      expect(right.all('set-cookie').length).toBeLessThanOrEqual(1)
      // HAProxy's documented lines take credentials away before they ask.
      if (!estate.config.passesAuthorization) expect(right.status).toBe(302)
      else {
        expect(right.status).toBe(200)
        expect(estate.backend.seen.at(-1)?.all('x-authentik-username')).toEqual(['ada'])
      }
      estate.backend.forget()
      const wrong = await ask(estate, { target: '/api', headers: basic('ada:a') })
      expect([wrong.status, estate.backend.seen]).toEqual([302, []])
    },
  ],
  [
    'signing out ends the session everywhere and leads to authentik',
    async (estate) => {
      const browser = browserFor(estate)
      await signInAt(estate, browser, { username: 'ada', password: 'a' })
      const cookie = browser.cookieHeader(appHost)
      const elsewhereCookie = await cookieOf(estate, 'ada')
      const page = await browser.open(`${estate.origin}/outpost.goauthentik.io/sign_out`)
      expect(page.url).toStartWith(estate.authentik.url)
      expect(page.text).toContain('logged out of App')
      estate.backend.forget()
      for (const each of [cookie, elsewhereCookie, browser.cookieHeader(appHost)])
        expect((await ask(estate, { cookie: each, headers: navigation })).status).toBe(302)
      expect(estate.backend.seen).toEqual([])
      expect(estate.authentik.control.violations()).toEqual([])
    },
  ],
  [
    'a session that authentik ends is closed without anybody asking authentik',
    async (estate) => {
      const cookie = await cookieOf(estate, 'jürgen')
      expect((await ask(estate, { cookie })).status).toBe(200)
      const calls = (): number => estate.authentik.control.calls('introspect')
      const before = calls()
      expect(estate.authentik.control.endSessions('jürgen')).toBeGreaterThan(0)
      await until(async () => (await ask(estate, { cookie })).status === 302)
      expect(calls()).toBe(before)
    },
  ],
  [
    'an outpost that is gone closes every door',
    async (estate) => {
      const cookie = await cookieOf(estate, 'ada')
      await estate.outpost.stop()
      estate.backend.forget()
      for (const target of ['/', '/public/a', '/x'])
        for (const each of [undefined, cookie]) {
          const answer = await ask(estate, {
            target,
            ...(each === undefined ? {} : { cookie: each }),
          })
          expect([target, answer.status >= 400]).toEqual([target, true])
        }
      expect(estate.backend.seen).toEqual([])
    },
  ],
]

/** What the service was told at the last request; every header that the configuration copies, once. */
export function expectIdentity(
  { config, backend, authentik }: DocumentedEstate,
  person: Readonly<Record<'username' | 'groups' | 'entitlements' | 'name', string>>,
): void {
  const wanted: Readonly<Record<string, unknown>> = {
    ...person,
    email: expect.stringContaining('@'),
    uid: expect.stringMatching(/^[0-9a-f]{64}$/),
    jwt: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    'meta-jwks': `${authentik.url}application/o/app/jwks/`,
    'meta-outpost': 'test outpost',
    'meta-provider': 'app',
    'meta-app': 'app',
    'meta-version': expect.stringMatching(/^goauthentik\.io\/outpost\/\d/),
  }
  const seen = backend.seen.at(-1)
  for (const name of config.headers) {
    const values = (seen?.all(`x-authentik-${name}`) ?? []).map((value) =>
      Buffer.from(value, 'latin1').toString('utf8'),
    )
    // Proxies leave a header away that is empty.
    const isEmpty = wanted[name] === ''
    const told: readonly unknown[] = values.filter((value) => !isEmpty || value !== '')
    expect([name, told]).toEqual([name, isEmpty ? [] : [wanted[name]]])
  }
}

/** Session cookie of somebody who signs in now. */
export async function cookieOf(
  estate: DocumentedEstate,
  username: 'ada' | 'jürgen',
): Promise<string> {
  const browser = browserFor(estate)
  const seen = await signInAt(estate, browser, { username, password: username.slice(0, 1) })
  expect([seen.status, seen.url]).toEqual([200, `${estate.origin}/`])
  estate.backend.forget()
  const pairs = browser.cookieHeader(appHost).split('; ')
  return pairs.find((pair) => /^authentik_proxy_[0-9a-f]{8}=/.test(pair)) ?? ''
}

function lines(question: Ask): string {
  const { method = 'GET', target = '/', headers = [], cookie } = question
  return [
    `${method} ${target} HTTP/1.1`,
    `Host: ${appHost}`,
    ...(cookie === undefined ? [] : [`Cookie: ${cookie}`]),
    ...headers,
  ].join('\r\n')
}

export async function ask({ port }: DocumentedEstate, question: Ask): Promise<RawAnswer> {
  const headers = question.headers ?? []
  const closing = headers.some((line) => /^connection:/i.test(line))
  return rawRequest({
    port,
    lines: lines({
      ...question,
      headers: closing ? headers : [...headers, 'Connection: close'],
    }).split('\r\n'),
    ...(question.body === undefined ? {} : { body: question.body }),
  })
}

async function openAsk({ port }: DocumentedEstate, question: Ask): Promise<RawConnection> {
  const connection = await openRaw(port)
  await connection.write(`${lines(question)}\r\n\r\n`)
  return connection
}

/** Registers all stories for one configuration. */
export function documentedStories(name: DocumentedName): void {
  tellAll(name, { title: name }, stories)
}

/** Registers stories that share one estate, started by the first that runs. */
export function tellAll(
  name: DocumentedName,
  { title, ...form }: DocumentedForm & { readonly title: string },
  told: readonly DocumentedStory[],
): void {
  let starting: Promise<DocumentedEstate> | null = null
  for (const [text, tell] of told)
    scenario(`authentik's ${title}: ${text}`, { needs: [documented[name].proxy] }, async () => {
      const estate = await (starting ??= startDocumented(name, form))
      estate.backend.forget()
      try {
        await tell(estate)
      } catch (cause) {
        console.error(`---- ${title} ----\n${estate.process.log()}`)
        console.error(`---- outpost ----\n${estate.outpost.log().slice(-10_000)}`)
        throw cause
      }
    })
  afterAll(async () => {
    const estate = await starting
    if (estate !== null) await stopDocumented(estate)
  }, 60_000)
}
