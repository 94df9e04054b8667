// A web that a test makes up, for walks of the robot: what it asked is kept.
import { ok } from '../../std/result.ts'
import { sampleDoor } from '../plan/samples.fixture.ts'
import type { ProbeAnswer, Prober, RobotRequest } from '../probe/prober.ts'
import { createCookieJar } from './cookie-jar.ts'
import type { WalkContext } from './walk.ts'

const door = sampleDoor('app.example.com')
/** One page of a site. */
export interface Page {
  readonly status?: number
  readonly location?: string
  readonly body?: string
  readonly setCookies?: readonly string[]
}

/**
 * Pages by `METHOD host/path`; what is not there answers 404. Of several pages each request gets the next, and
 * the last one for ever.
 */
export function site(
  pages: Readonly<Record<string, Page | readonly Page[]>>,
  over: Partial<WalkContext> = {},
) {
  const asked: RobotRequest[] = []
  const turns = new Map<string, number>()
  const prober: Prober = {
    probe: () => Promise.reject(new Error('A walk sends everything as the robot')),
    resolve: () => Promise.reject(new Error('A walk resolves nothing')),
    probeSignedIn: async (robot) => {
      asked.push(robot)
      const { host, target } = robot.request
      const path = target.split('?', 1)[0] ?? ''
      const name = `${robot.body === null ? 'GET' : 'POST'} ${host}${path}`
      const turn = turns.get(name) ?? 0
      turns.set(name, turn + 1)
      const page =
        [pages[name] ?? { status: 404 }].flat()[turn] ?? [pages[name]].flat().at(-1) ?? {}
      const answer: ProbeAnswer = {
        status: page.status ?? (page.location === undefined ? 200 : 302),
        headers: new Map(page.location === undefined ? [] : [['location', page.location]]),
        setCookies: page.setCookies ?? [],
        body: page.body ?? '',
        address: '10.0.20.5',
        certificate: null,
        ms: 1,
      }
      return ok(answer)
    },
  }
  const context: WalkContext = {
    prober,
    mark: () => 'marked',
    now: () => 0,
    monotonic: () => 0,
    authentik: null,
    isSigningIn: true,
    config: {
      doors: [door],
      port: 443,
      scheme: 'https',
      signInOrigins: ['https://auth.example.com/_gatehouse/sign-in'],
      timeoutMs: 1000,
      verifyTls: true,
    },
    way: { vantage: 'edge' },
    jar: createCookieJar(),
    credentials: { user: 'robot', password: 'secret' },
    rewrite: (url) => url,
    ...over,
  }
  const trail = (): readonly string[] =>
    asked.map(
      ({ body, request }) => `${body === null ? 'GET' : 'POST'} ${request.host}${request.target}`,
    )
  return { context, asked, trail }
}
