// Knocks through real reverse proxies: each vantage keeps its contract, each layer that goes shows in the class.
import { expect } from 'bun:test'
import { must } from '../../src/std/assert.ts'
import type { Hostname } from '../../src/model/host.ts'
import type { AuthTier } from '../../src/model/service.ts'
import { probeMarker } from '../../src/watch/probe/mark.ts'
import { realProber } from '../../src/watch/probe/real-prober.ts'
import { type KnockContext, knock } from '../../src/watch/contract/knock.ts'
import type { Way } from '../../src/watch/contract/vantage.ts'
import type { Door, Observation } from '../../src/watch/door.ts'
import { realClock } from '../../src/world/clock.ts'
import { realConnector } from '../../src/world/connector.ts'
import { fakeDns } from '../../src/world/dns.ts'
import { realRandom } from '../../src/world/random.ts'
import { freePorts } from '../peers/ports.ts'
import { scenario } from '../scenario.ts'
import {
  type EmptyEstate,
  proxyStarts,
  startEmptyEstate,
  stopEstate,
} from '../support/proxy-setup.ts'

const probeKey = 'shared between the watch and the gate of this story'

function door(host: string, tier: AuthTier, upstream: number): Door {
  return {
    id: `${host}/`,
    host: host as Hostname,
    path: '/',
    headers: {},
    tier,
    statuses: [],
    marker: null,
    upstream: `http://127.0.0.1:${upstream}`,
  }
}

/** Knocks at doors of one estate. */
interface Knocker {
  readonly guarded: Door
  readonly open: Door
  readonly ways: Readonly<Record<'edge' | 'ingress' | 'gate' | 'upstream', Way>>
  at(door: Door, way: Way): Promise<Observation>
}

function knocker(estate: EmptyEstate, scheme: 'http' | 'https', gatePath: string): Knocker {
  const dns = fakeDns({
    'app.home.localhost': ['127.0.0.1'],
    'open.home.localhost': ['127.0.0.1'],
  })
  const clock = realClock()
  const context: KnockContext = {
    prober: realProber({ connector: realConnector(), dns, clock, version: 'test' }),
    clock,
    mark: probeMarker(probeKey, clock, realRandom()),
    config: {
      signInOrigins: [`${scheme}://auth.home.localhost:${estate.port}/_gatehouse/sign-in`],
      gatePath,
      timeoutMs: 10_000,
      verifyTls: false,
      scheme,
      port: estate.port,
      resolvers: [],
    },
  }
  const replica = { address: '127.0.0.1', port: estate.port }
  return {
    guarded: door('app.home.localhost', 'required', estate.backend.port),
    open: door('open.home.localhost', 'none', estate.backend.port),
    ways: {
      edge: { vantage: 'edge' },
      ingress: { vantage: 'ingress', replica },
      gate: { vantage: 'gate', origin: `http://127.0.0.1:${estate.relay.port}` },
      upstream: { vantage: 'upstream' },
    },
    at: (of, way) => knock(context, { door: of, way, probe: null }),
  }
}

/** What was seen, in short. */
function short({ class: answerClass, ok }: Observation): string {
  return `${ok ? 'kept' : 'broken'} ${answerClass}`
}

async function strangers(estate: EmptyEstate, client: string): Promise<number> {
  const port = /metrics: '127\.0\.0\.1:(\d+)'/.exec(
    await Bun.file(estate.gate.configFile).text(),
  )?.[1]
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const row = new RegExp(`^gatehouse_strangers_total\\{client="${client}"\\} (\\d+)$`, 'm').exec(
    text,
  )
  return Number(must(row, `No row for "${client}"`)[1])
}

async function others(estate: EmptyEstate): Promise<number> {
  return (await strangers(estate, 'machines')) + (await strangers(estate, 'people'))
}

/** The config of a gate that is told the key of a watch elsewhere. */
const keyed = `watch: { probe_key: "${probeKey}" }\n`

for (const { proxy, start } of proxyStarts) {
  scenario(`probes through ${proxy} tell who answers`, { needs: [proxy] }, async () => {
    const estate = await startEmptyEstate(proxy, start, { config: keyed })
    try {
      const { at, guarded, open, ways } = knocker(estate, 'http', `/_gatehouse/auth/${proxy}`)
      const before = { probes: await strangers(estate, 'probes'), other: await others(estate) }
      for (const way of [ways.edge, ways.ingress]) {
        expect(short(await at(guarded, way))).toBe('kept REDIRECT_IDP')
        expect(short(await at(open, way))).toBe('kept CONTENT')
      }
      const asked = short(await at(guarded, ways.gate))
      expect(['kept REDIRECT_IDP', 'kept SIGN_IN_401']).toContain(asked)
      expect(short(await at(open, ways.gate))).toBe('kept CONTENT')
      for (const of of [guarded, open])
        expect(short(await at(of, ways.upstream))).toBe('kept CONTENT')
      // Three of these asked for a sign-in: two through the proxy, one past it. None counts as a program.
      const after = { probes: await strangers(estate, 'probes'), other: await others(estate) }
      expect(after).toEqual({ probes: before.probes + 3, other: before.other })

      // Whoever saw a mark go by, or makes one up, counts as the program that it is.
      const mark = probeMarker(probeKey, realClock(), realRandom())()
      for (const value of [mark, mark, mark.replace(/^\d/, '2'), 'x'])
        await fetch(`http://127.0.0.1:${estate.port}/`, {
          headers: { Host: `app.home.localhost:${estate.port}`, 'X-Gatehouse-Probe': value },
        })
      expect(await strangers(estate, 'probes')).toBe(after.probes + 1)
      expect(await others(estate)).toBe(after.other + 3)

      const nobody = { ...open, id: 'nobody', host: 'elsewhere.test' as Hostname }
      const unknown = await at(nobody, ways.ingress)
      expect(unknown.ok).toBe(false)

      await estate.backend.stop()
      expect(short(await at(open, ways.ingress))).toBe('broken INGRESS_5XX')
      expect(short(await at(open, ways.upstream))).toBe('broken CONNECT')
      // A stranger never gets as far as the service: that it is gone shows at no guarded door.
      expect(short(await at(guarded, ways.ingress))).toBe('kept REDIRECT_IDP')

      await estate.gate.stop()
      const gone = await at(guarded, ways.ingress)
      expect(gone.ok).toBe(false)
      expect(['GATE_5XX', 'INGRESS_5XX']).toContain(gone.class)

      await estate.process.stop()
      for (const way of [ways.edge, ways.ingress])
        expect(short(await at(guarded, way))).toBe('broken CONNECT')
    } finally {
      await stopEstate(estate)
    }
  })
}

scenario(
  'probes over TLS show the certificate of the name',
  { needs: ['nginx', 'openssl'] },
  async () => {
    const nginx = must(
      proxyStarts.find(({ proxy }) => proxy === 'nginx'),
      'nginx is one of the proxies',
    )
    const estate = await startEmptyEstate('nginx', nginx.start, { scheme: 'https', config: keyed })
    try {
      const { at, guarded, ways } = knocker(estate, 'https', '/_gatehouse/auth/nginx')
      const seen = await at(guarded, ways.ingress)
      expect(short(seen)).toBe('kept REDIRECT_IDP')
      const days = ((seen.certificateNotAfter ?? 0) - Date.now()) / 86_400_000
      expect(Math.round(days)).toBe(2)
      const [other = 0] = await freePorts(1)
      const elsewhere = {
        vantage: 'ingress',
        replica: { address: '127.0.0.1', port: other },
      } as const
      expect(short(await at(guarded, elsewhere))).toBe('broken CONNECT')
    } finally {
      await stopEstate(estate)
    }
  },
)
