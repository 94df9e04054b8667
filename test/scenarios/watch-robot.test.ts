// The robot signs in as people do, on the gate's own page and at an OpenID provider, and leaves nothing behind.
import { expect } from 'bun:test'
import { parseHost } from '../../src/model/host.ts'
import { must } from '../../src/std/assert.ts'
import type { Door } from '../../src/watch/door.ts'
import { realProber } from '../../src/watch/probe/real-prober.ts'
import { type Robot, createRobot } from '../../src/watch/robot/robot.ts'
import { fakeDns } from '../../src/world/dns.ts'
import { type MemoryLog, memoryLog } from '../../src/world/log.ts'
import { realWorld } from '../../src/world/world.ts'
import { startOidcProvider } from '../peers/oidc-provider.ts'
import { scenario } from '../scenario.ts'
import { passwords } from '../support/people.ts'
import { type EstatePorts, estatePorts, startWatchedEstate } from '../support/watched-estate.ts'

const host = must(hostOf('app.home.localhost'), 'It is a name')

function hostOf(name: string) {
  const parsed = parseHost(name)
  return parsed.ok ? parsed.value.host : null
}

const door: Door = {
  id: `${host}/`,
  host,
  path: '/',
  headers: {},
  tier: 'required',
  statuses: [],
  marker: 'Remote-User',
  upstream: null,
}

interface Made {
  readonly robot: Robot
  readonly log: MemoryLog
}

/** A robot of this process that enters by the proxy, as a watch elsewhere would. */
function robotFor(
  ports: EstatePorts,
  over: { user?: string; password?: string; method?: 'accounts' | 'form' } = {},
): Made {
  const log = memoryLog()
  const world = { ...realWorld(), log, dns: fakeDns({ localhost: ['127.0.0.1'] }) }
  const robot = createRobot({
    ...world,
    prober: realProber({ ...world, version: 'test' }),
    mark: null,
    robot: {
      user: 'rosa',
      password: passwords.rosa,
      method: 'accounts',
      host,
      path: '/',
      signInEveryMs: 900_000,
      ...over,
    },
    door,
    way: { vantage: 'ingress', replica: { address: '127.0.0.1', port: ports.proxy } },
    config: {
      doors: [door],
      scheme: 'http',
      port: ports.proxy,
      signInOrigins: [`http://auth.home.localhost:${ports.proxy}/_gatehouse/sign-in`],
      timeoutMs: 5000,
      verifyTls: true,
      intervalMs: 60_000,
    },
  })
  return { robot, log }
}

async function sessions({ metrics }: EstatePorts): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()
  return Number(/^gatehouse_sessions (\d+)$/m.exec(text)?.[1] ?? Number.NaN)
}

const noRobot = (): string => '  robot: { user: nobody-at-all, password: x, sign_in_every: 24h }'

scenario(
  'full sign-ins leave no session behind, and the kept one is one',
  { needs: ['nginx'] },
  async () => {
    const estate = await startWatchedEstate({ watch: noRobot })
    try {
      const { log, robot } = robotFor(estate.ports)
      for (let i = 0; i < 5; i++) {
        const seen = await robot.signInFully()
        expect({ ...seen, ms: 0 }).toEqual({
          ok: true,
          class: 'CONTENT',
          status: 200,
          ms: 0,
          detail: `Signed in and opened ${door.id}, and signed out`,
        })
      }
      expect(await sessions(estate.ports)).toBe(0)

      const session = must(await robot.session(), 'The robot has a session')
      expect(await robot.session()).toBe(session)
      expect(await sessions(estate.ports)).toBe(1)
      expect(session.cookiesFor(host)).toContain('gatehouse=')

      await robot.signInFully()
      expect(await sessions(estate.ports)).toBe(1)
      await estate.app.stop()
      const broken = await robot.signInFully()
      expect(broken).toMatchObject({ ok: false, status: 502 })
      expect(await sessions(estate.ports)).toBe(1)
      await robot.close()
      expect(await sessions(estate.ports)).toBe(0)
      expect(log.lines).toEqual([])
    } finally {
      await estate.stop()
    }
  },
)

scenario(
  'a wrong password is said once, is not tried again at once, and stands in no log',
  { needs: ['nginx'] },
  async () => {
    const estate = await startWatchedEstate({ watch: noRobot })
    try {
      const { log, robot } = robotFor(estate.ports, { password: 'wrong-by-a-letter' })
      expect(await robot.session()).toBeNull()
      expect(await robot.session()).toBeNull()
      expect(log.lines.map(({ event }) => event)).toEqual(['robot-not-signed-in'])
      const { ok, detail } = await robot.signInFully()
      expect(ok).toBe(false)
      expect(detail).toContain('asks again')
      expect(JSON.stringify(log.lines) + detail).not.toContain('wrong-by-a-letter')
      expect(await sessions(estate.ports)).toBe(0)
    } finally {
      await estate.stop()
    }
  },
)

scenario(
  'a session that the gate no longer knows is renewed, and it is said that this was early',
  { needs: ['nginx'] },
  async () => {
    const estate = await startWatchedEstate({ watch: noRobot })
    try {
      const { robot } = robotFor(estate.ports)
      const first = must(await robot.session(), 'The robot has a session')
      const renewed = must(await robot.renew(first), 'There is a new one')
      expect(renewed.isEarly).toBe(true)
      expect(renewed.session.cookiesFor(host)).not.toBe(first.cookiesFor(host))
      // Whoever else was refused with the old one gets the new one, without a third sign-in.
      const again = must(await robot.renew(first), 'The same new one')
      expect(again).toEqual({ session: renewed.session, isEarly: false })
    } finally {
      await estate.stop()
    }
  },
)

scenario(
  'the robot signs in at an OpenID provider through whatever it is led to, and out again',
  { needs: ['nginx'] },
  async () => {
    const ports = await estatePorts()
    const origin = `http://auth.home.localhost:${ports.proxy}`
    const provider = await startOidcProvider({
      clients: [
        {
          id: 'gatehouse',
          secret: 'a-secret-of-the-peer',
          redirectUris: [`${origin}/_gatehouse/callback`],
          postLogoutRedirectUris: [`${origin}/_gatehouse/signed-out`],
        },
      ],
    })
    const estate = await startWatchedEstate({
      ports,
      watch: noRobot,
      identity: `{ oidc: { issuer: '${provider.issuer}', client_id: gatehouse, client_secret: a-secret-of-the-peer, scopes: [openid, profile, email, groups] } }`,
    })
    try {
      const { log, robot } = robotFor(ports, { user: 'alice', method: 'form' })
      for (let i = 0; i < 3; i++) {
        const { ok, detail } = await robot.signInFully()
        expect(detail).toBe(`Signed in and opened ${door.id}, and signed out`)
        expect(ok).toBe(true)
      }
      expect(await sessions(ports)).toBe(0)
      expect(log.lines).toEqual([])
      const nobody = robotFor(ports, { user: 'nobody', method: 'form' }).robot
      expect((await nobody.signInFully()).ok).toBe(false)
    } finally {
      await estate.stop()
      await provider.stop()
    }
  },
)
