// An authentik that has been taken over: whatever it sends, the robot ends in time and gives nobody its password.
import { expect } from 'bun:test'
import { parseHost } from '../../src/model/host.ts'
import { must } from '../../src/std/assert.ts'
import type { Door } from '../../src/watch/door.ts'
import { realProber } from '../../src/watch/probe/real-prober.ts'
import { createRobot } from '../../src/watch/robot/robot.ts'
import { fakeDns } from '../../src/world/dns.ts'
import { memoryLog } from '../../src/world/log.ts'
import { realWorld } from '../../src/world/world.ts'
import { scenario } from '../scenario.ts'

const parsed = parseHost('app.home.localhost')
const host = must(parsed.ok ? parsed.value.host : null, 'It is a name')
const password = 'hush-hush'
const door: Door = {
  ...{ id: `${host}/`, host, path: '/', headers: {}, tier: 'required', statuses: [] },
  ...{ marker: null, upstream: null },
}

/** What the executor does, given the request of the challenge. */
type Executor = (request: Request) => Response | Promise<Response>

const megabyte = 1_048_576

function challenge(fields: object): Response {
  return Response.json(fields)
}

const hostile: readonly [what: string, executor: Executor, wanted: string][] = [
  [
    'sends a challenge of 10 MiB',
    () =>
      challenge({
        component: 'ak-stage-password',
        flow_info: { title: 'x'.repeat(10 * megabyte) },
      }),
    'SIGN_IN_ERROR',
  ],
  [
    'sends a challenge that unpacks to 100 MiB',
    () =>
      new Response(Bun.gzipSync(Buffer.alloc(100 * megabyte, 32)), {
        headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
      }),
    'SIGN_IN_ERROR',
  ],
  ['does not answer', () => new Promise<Response>(() => {}), 'TIMEOUT'],
  [
    'sends one byte after the other',
    () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await Bun.sleep(20)
            controller.enqueue(Buffer.from(' '))
          },
        }),
      ),
    'TIMEOUT',
  ],
  [
    'nests a challenge without end',
    () => new Response(`{"component":${'['.repeat(30_000)}`),
    'SIGN_IN_ERROR',
  ],
  [
    'leads the password elsewhere',
    () => challenge({ component: 'xak-flow-redirect', to: 'http://127.0.0.1:9/collect' }),
    'SIGN_IN_ELSEWHERE',
  ],
  [
    'leads to a program',
    () => challenge({ component: 'xak-flow-redirect', to: 'javascript:alert(1)' }),
    'SIGN_IN_ELSEWHERE',
  ],
  [
    'leads in a circle',
    () => challenge({ component: 'xak-flow-redirect', to: '/if/flow/sign-in/' }),
    'SIGN_IN_LOOP',
  ],
  ['redirects the executor in a circle', ({ url }) => Response.redirect(url, 302), 'SIGN_IN_LOOP'],
  [
    'redirects the executor elsewhere, method and body kept',
    () => Response.redirect('http://127.0.0.1:9/collect', 307),
    'SIGN_IN_ERROR',
  ],
  ['is down', () => new Response('Bad Gateway', { status: 502 }), 'SIGN_IN_ERROR'],
  ['asks for too much', () => challenge({ component: 'ak-stage-prompt' }), 'SIGN_IN_UNKNOWN_STAGE'],
]

for (const [what, executor, wanted] of hostile)
  scenario(`an authentik that ${what}`, {}, async () => {
    const authentik = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      idleTimeout: 0,
      fetch: (request) => {
        const { pathname } = new URL(request.url)
        if (pathname.startsWith('/api/v3/flows/executor/')) return executor(request)
        return new Response('<ak-flow-executor></ak-flow-executor>')
      },
    })
    const seen: string[] = []
    const front = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: async (request) => {
        seen.push(await request.text(), request.url, JSON.stringify([...request.headers]))
        return Response.redirect(
          `http://127.0.0.1:${authentik.port}/if/flow/sign-in/?next=%2F`,
          302,
        )
      },
    })
    const log = memoryLog()
    const world = { ...realWorld(), log, dns: fakeDns({ localhost: ['127.0.0.1'] }) }
    const port = must(front.port, 'It listens')
    const robot = createRobot({
      ...world,
      prober: realProber({ ...world, version: 'test' }),
      mark: null,
      robot: {
        ...{ user: 'robot', password, method: 'authentik', host, path: '/' },
        ...{ provider: `http://127.0.0.1:${authentik.port}`, signInEveryMs: 900_000 },
      },
      door,
      way: { vantage: 'ingress', replica: { address: '127.0.0.1', port } },
      config: {
        ...{ doors: [door], scheme: 'http', port, signInOrigins: [], verifyTls: true },
        ...{ timeoutMs: 400, intervalMs: 60_000 },
      },
    })
    try {
      const ended = await robot.signInFully()
      expect(ended).toMatchObject({ ok: false, class: wanted })
      expect(await robot.session()).toBeNull()
      expect(JSON.stringify([ended, log.lines, seen])).not.toContain(password)
    } finally {
      await robot.close()
      await front.stop(true)
      await authentik.stop(true)
    }
  })
