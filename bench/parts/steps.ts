// The profile of the hot path: what each step of a request costs, without sockets, in nanoseconds.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import type { GateConfig } from '../../src/gate/config.ts'
import { decide } from '../../src/gate/decide.ts'
import { type DialectName, dialectNames } from '../../src/gate/dialect/dialect.ts'
import { dialects } from '../../src/gate/dialect/registry.ts'
import type { AccessRequest } from '../../src/gate/request.ts'
import { type HeadBuffer, RequestHead } from '../../src/gate/transport/head.ts'
import { realWorld } from '../../src/world/world.ts'
import {
  type RequestAbout,
  domain,
  requestTexts,
  servicesYaml,
  servicesUsual,
} from '../subjects/estate.ts'
import { type Inside, openInside } from '../subjects/in-process.ts'
import { makeSessions } from '../subjects/sessions.ts'

/** One line of the profile. */
export interface Step {
  readonly name: string
  readonly nanoseconds: number
}

const sessionsHere = 5_000
const passes = 12
const warmUpPasses = 3
/** So few that a batch fits between two interruptions by whoever else uses the core. */
const batchLength = 100

/**
 * Nanoseconds of one `work(i)` for `count` different `i`. The requests are taken in small batches; the
 * fastest passage of each counts, since whatever else the machine does can only make it slower.
 */
function time(count: number, work: (i: number) => unknown): number {
  let kept: unknown
  const best = new Float64Array(Math.ceil(count / batchLength)).fill(Number.POSITIVE_INFINITY)
  for (let pass = -warmUpPasses; pass < passes; pass++) {
    for (let batch = 0; batch < best.length; batch++) {
      const end = Math.min(count, (batch + 1) * batchLength)
      const started = Bun.nanoseconds()
      for (let i = batch * batchLength; i < end; i++) kept = work(i)
      const took = Bun.nanoseconds() - started
      if (pass >= 0 && took < (best[batch] ?? 0)) best[batch] = took
    }
  }
  if (kept === null) throw new Error('A step gave nothing')
  return best.reduce((sum, took) => sum + took, 0) / count
}

/** Requests as they lie in a socket's buffer. */
function buffers(dialect: DialectName, about: RequestAbout): HeadBuffer[] {
  return requestTexts(sessionsHere, { ...about, dialect }).map(
    (text) => Buffer.from(text, 'latin1') as HeadBuffer,
  )
}

function readHead(head: RequestHead, buffer: HeadBuffer): RequestHead {
  head.peer = '127.0.0.1'
  head.peerTrusted = true
  const fault = head.read(buffer, 0, buffer.length)
  if (fault !== null) throw new Error(`The head is refused: ${fault}`)
  return head
}

const noBody = new Uint8Array(0)

function wholeWay(inside: Inside, requests: readonly HeadBuffer[]): (i: number) => unknown {
  const head = new RequestHead()
  return (i) => {
    const buffer = requests[i]
    return buffer === undefined ? null : inside.front.handle(readHead(head, buffer), noBody)
  }
}

function stepsOf(inside: Inside, cookies: readonly string[]): Step[] {
  const requests = buffers('traefik', { kind: 'image', services: servicesUsual, cookies })
  const head = new RequestHead()
  const heads = requests.map((buffer) => readHead(new RequestHead(), buffer))
  const { state, sessions } = inside
  const asked = heads.map((each): AccessRequest => {
    const read = dialects.traefik.read(each, state.trust)
    if (!read.ok) throw new Error(`The request is refused: ${read.error.reason}`)
    return read.value
  })
  const matches = asked.map((request) => state.policy.match(request))
  const lookup = sessions.find(asked[0]?.cookie ?? null)
  if (lookup instanceof Promise || lookup.kind !== 'found') throw new Error('No session is found')
  const { identity } = lookup.cached.session
  const step = (name: string, work: (i: number) => unknown): Step => ({
    name,
    nanoseconds: time(requests.length, work),
  })
  return [
    step('head: bytes to fields', (i) => {
      const buffer = requests[i]
      return buffer === undefined ? null : readHead(head, buffer)
    }),
    step('dialect: fields to request', (i) => {
      const each = heads[i]
      return each === undefined ? null : dialects.traefik.read(each, state.trust)
    }),
    step('policy: request to rule', (i) => {
      const request = asked[i]
      return request === undefined ? null : state.policy.match(request)
    }),
    step('sessions: cookie to session', (i) => sessions.find(asked[i]?.cookie ?? '')),
    step('decide', (i) => {
      const match = matches[i]
      return match === undefined ? null : decide(match, { kind: 'found', identity })
    }),
    step('all of it, bytes to bytes', wholeWay(inside, requests)),
  ]
}

function waysOf(inside: Inside, cookies: readonly string[]): Step[] {
  const about = { services: servicesUsual }
  return dialectNames.flatMap((dialect) => [
    {
      name: `${dialect}: let in`,
      nanoseconds: time(
        sessionsHere,
        wholeWay(inside, buffers(dialect, { ...about, kind: 'image', cookies })),
      ),
    },
    {
      name: `${dialect}: page of a stranger`,
      nanoseconds: time(
        sessionsHere,
        wholeWay(inside, buffers(dialect, { ...about, kind: 'page', cookies: [] })),
      ),
    },
    {
      name: `${dialect}: call of a stranger`,
      nanoseconds: time(
        sessionsHere,
        wholeWay(inside, buffers(dialect, { ...about, kind: 'call', cookies: [] })),
      ),
    },
  ])
}

async function configIn(directory: string): Promise<GateConfig> {
  const world = realWorld()
  const file = join(directory, 'gatehouse.yaml')
  await Bun.write(
    file,
    `url: https://auth.${domain}\ndomains: [${domain}]\ntrusted_proxies: [127.0.0.1/32]\nidentity: { accounts: {} }\nsessions: { cache_ttl: 10m }\n${servicesYaml(servicesUsual)}`,
  )
  const loaded = await loadConfig({ files: world.files, file, withSecrets: true })
  if (!loaded.ok) throw new Error(`The configuration is refused: ${JSON.stringify(loaded.error)}`)
  return loaded.value.gate
}

/** Measures steps and whole ways. */
export async function profile(): Promise<Step[]> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  try {
    const { cookies } = await makeSessions(join(directory, 'data'), sessionsHere, 500)
    const world = { ...realWorld(), log: { write: () => {} } }
    const inside = openInside(await configIn(directory), world)
    for (const cookie of cookies) await inside.sessions.find(cookie)
    const steps = [...stepsOf(inside, cookies), ...waysOf(inside, cookies)]
    await inside.sessions.close()
    return steps
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
