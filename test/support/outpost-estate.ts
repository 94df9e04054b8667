// A whole outpost: a stand-in of authentik, the real gate as its outpost, and in front of both a reverse
// proxy as small as can be, which asks like Traefik or like nginx and shows what the service would get.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gate, startGate } from '../../src/gate-run.ts'
import type { GateConfig } from '../../src/gate.ts'
import { testConfig } from '../../src/gate/testing.ts'
import type { Service } from '../../src/model/service.ts'
import { must } from '../../src/std/assert.ts'
import { type MemoryLog, memoryLog } from '../../src/world/log.ts'
import { realWorld } from '../../src/world/world.ts'
import { type Authentik, startAuthentik } from '../peers/authentik/authentik.ts'
import type { PersonOptions, ProviderOptions } from '../peers/authentik/model.ts'
import { outpostSettings } from './outpost-plane.ts'
import { until } from './until.ts'

/** What a story says of its estate. */
export interface OutpostEstateOptions {
  /** Providers, once the port of the proxy is known. */
  providers(port: number): readonly ProviderOptions[]
  readonly people?: readonly PersonOptions[]
  readonly services?: readonly Service[]
  readonly dialect?: 'traefik' | 'nginx'
  /** Default: memory. */
  readonly store?: 'sqlite' | 'memory'
  readonly config?: Partial<GateConfig>
}

/** A running estate. */
export interface OutpostEstate {
  readonly authentik: Authentik
  readonly gate: Gate
  readonly log: MemoryLog
  /** Port that browsers use. */
  readonly port: number
  /** Every answer of an auth endpoint, newest last. */
  readonly authAnswers: Response[]
  /** Address of a host behind the proxy. */
  url(host: string, path?: string): string
  close(): Promise<void>
}

const prefix = '/outpost.goauthentik.io'

/** What the service shows of one who was let in. */
export interface Welcome {
  readonly host: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** Starts everything and waits until the outpost has its configuration. */
export async function startOutpostEstate(options: OutpostEstateOptions): Promise<OutpostEstate> {
  const authAnswers: Response[] = []
  const place = { gatePort: 0, dialect: options.dialect ?? 'traefik', authAnswers }
  const front = startOutpostFront(place)
  const { port } = front
  const authentik = await startAuthentik({
    people: options.people ?? [],
    providers: options.providers(port),
  })
  const log = memoryLog()
  const dataDir = mkdtempSync(join(tmpdir(), 'outpost-'))
  const base = testConfig()
  const started = startGate({
    config: testConfig({
      services: options.services ?? [],
      outpost: outpostSettings(authentik),
      dataDir,
      sessions: { ...base.sessions, store: options.store ?? 'memory' },
      ...options.config,
    }),
    world: { ...realWorld(), log },
    secret: new Uint8Array(32).fill(9),
    version: 'test',
  })
  if (!started.ok) throw new Error(started.error.join('; '))
  const gate = started.value
  place.gatePort = gate.httpPort
  await until(() => gate.outpost?.current() !== null)
  await authentik.control.until(() => authentik.control.sockets().length > 0, 'a connection')
  return {
    ...{ authentik, gate, log, port, authAnswers },
    url: (host, path = '/') => `http://${host}:${port}${path}`,
    close: async () => {
      await front.stop()
      await gate.close()
      await authentik.close()
      rmSync(dataDir, { recursive: true })
    },
  }
}

/** The proxy alone, for a gate that runs elsewhere. `gatePort` may be set once it is known. */
export function startOutpostFront(place: Place): {
  readonly port: number
  stop(): Promise<void>
} {
  const front = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => pass(request, place),
  })
  return { port: must(front.port, 'The proxy listens'), stop: () => front.stop(true) }
}

/** What the proxy asks, and how. */
interface Place {
  readonly gatePort: number
  readonly dialect: 'traefik' | 'nginx'
  readonly authAnswers: Response[]
}

async function pass(request: Request, place: Place): Promise<Response> {
  const url = new URL(request.url)
  const host = request.headers.get('host') ?? ''
  const target = url.pathname + url.search
  const headers = new Headers(request.headers)
  headers.set('x-forwarded-host', host)
  headers.set('x-forwarded-proto', 'http')
  headers.set('x-forwarded-uri', target)
  headers.set('x-forwarded-method', request.method)
  headers.set('x-original-url', `http://${host}${target}`)
  const ask = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${place.gatePort}${path}`, { headers, redirect: 'manual' })
  if (url.pathname.startsWith(`${prefix}/`)) return ask(target)
  const answer = await ask(`${prefix}/auth/${place.dialect}`)
  place.authAnswers.push(answer.clone())
  if (answer.status === 200) return welcome(answer, host, target)
  if (place.dialect === 'traefik') return answer
  if (answer.status !== 401)
    return new Response(null, { status: answer.status === 403 ? 403 : 500 })
  // As the documented configuration does: the address is not escaped.
  const location = `${prefix}/start?rd=http://${host}${target}`
  return new Response(null, { status: 302, headers: { location } })
}

function welcome(answer: Response, host: string, path: string): Response {
  const headers: Record<string, string> = {}
  for (const [name, value] of answer.headers)
    if (name.startsWith('x-authentik-') || name === 'authorization')
      headers[name] = Buffer.from(value, 'latin1').toString('utf8')
  const shown: Welcome = { host, path, headers }
  return Response.json(shown)
}
