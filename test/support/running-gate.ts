// A gate on free loopback ports with the fixture of the adversarial cases, and a way to ask it in each
// dialect with exactly the bytes that a test wants.
import { type Gate, startGate } from '../../src/gate-run.ts'
import type { GateConfig } from '../../src/gate.ts'
import type { DialectName } from '../../src/gate/dialect/dialect.ts'
import { testConfig, testService } from '../../src/gate/testing.ts'
import { type MemoryLog, memoryLog } from '../../src/world/log.ts'
import { realWorld } from '../../src/world/world.ts'
import { type RawAnswer, rawRequest } from '../peers/raw-client.ts'
import { expectNoDefects } from './no-defects.ts'

/** Services of the fixture: `/public/**` open, `/admin/**` for admins, all else for staff. */
export const fixtureServices = [
  testService(
    'app.example.com',
    { path: '/public/**', auth: 'none' },
    { path: '/admin/**', groups: ['admins'] },
    { path: '/docs/**', methods: ['GET'] },
    { path: '/lan/**', networks: ['10.0.0.0/8'], auth: 'none' },
    { path: '/lan/**', groups: ['staff'] },
    { groups: ['staff'] },
  ),
  testService('other.example.com', { groups: ['staff'] }),
  testService('*.wild.example.com', { groups: ['staff'] }),
]

/** A running gate and the two people of the fixture. */
export interface RunningGate {
  readonly gate: Gate
  readonly port: number
  readonly log: MemoryLog
  /** Cookie header values: staff; staff and admins; good for another domain. */
  readonly cookies: { readonly alice: string; readonly root: string; readonly elsewhere: string }
  close(): Promise<void>
}

/** Starts it; `over` changes the configuration. */
export async function startRunningGate(over: Partial<GateConfig> = {}): Promise<RunningGate> {
  const log = memoryLog()
  const config = testConfig({ services: fixtureServices, ...over })
  const started = startGate({
    config,
    world: { ...realWorld(), log },
    secret: new Uint8Array(32).fill(9),
    version: 'test',
  })
  if (!started.ok) throw new Error(started.error.join('; '))
  const gate = started.value
  const alice = await signIn(gate, 'alice', ['staff'])
  const root = await signIn(gate, 'root', ['staff', 'admins'])
  gate.reload({ ...config, domain: 'second.test' })
  const elsewhere = await signIn(gate, 'alice', ['staff'])
  gate.reload(config)
  return {
    gate,
    port: gate.httpPort,
    log,
    cookies: { alice, root, elsewhere },
    close: async () => {
      await gate.close()
      expectNoDefects(log.lines.map(({ event }) => `"event":"${event}"`).join('\n'))
    },
  }
}

/** Opens a session as a verified sign-in does; gives the Cookie header value. */
export async function signIn(gate: Gate, user: string, groups: readonly string[]): Promise<string> {
  const opened = await gate.sessions.open(
    {
      identity: { user, name: user, email: `${user}@example.com`, groups, provider: 'test' },
      providerSid: '',
      providerSub: '',
      userAgent: '',
      address: '',
      idToken: '',
    },
    null,
  )
  return opened.setCookies[0]?.split(';')[0] ?? ''
}

/** A question as a person means it; `headers` are added as they are, after those of the dialect. */
export interface Question {
  readonly host?: string
  readonly uri?: string
  readonly method?: string
  readonly scheme?: string
  readonly cookie?: string
  readonly headers?: readonly string[]
  /** Header names of the dialect to leave out, lower case. */
  readonly without?: readonly string[]
}

/** Asks as `dialect` does. */
export function ask(
  port: number,
  dialect: DialectName,
  question: Question = {},
): Promise<RawAnswer> {
  return rawRequest({ port, lines: linesOf(dialect, question) })
}

/** The request in the dialect's own words. */
export function linesOf(dialect: DialectName, question: Question): readonly string[] {
  const { host = 'app.example.com', uri = '/', method = 'GET', scheme = 'https' } = question
  const own = (lines: readonly string[]): string[] =>
    lines.filter(
      (line) => !(question.without ?? []).includes((line.split(':')[0] ?? '').toLowerCase()),
    )
  const more = [
    ...(question.cookie === undefined ? [] : [`Cookie: ${question.cookie}`]),
    ...(question.headers ?? []),
  ]
  if (dialect === 'envoy') {
    return [
      `${method} /_gatehouse/auth/envoy${uri} HTTP/1.1`,
      ...own([`Host: ${host}`, `X-Forwarded-Proto: ${scheme}`]),
      ...more,
    ]
  }
  const first = [`GET /_gatehouse/auth/${dialect} HTTP/1.1`, 'Host: gate.internal:9000']
  if (dialect === 'nginx') {
    return [
      ...first,
      ...own([`X-Original-URL: ${scheme}://${host}${uri}`, `X-Original-Method: ${method}`]),
      ...more,
    ]
  }
  const forwarded = [
    `X-Forwarded-Method: ${method}`,
    `X-Forwarded-Proto: ${scheme}`,
    `X-Forwarded-Host: ${host}`,
    `X-Forwarded-Uri: ${uri}`,
  ]
  return [...first, ...own(forwarded), ...more]
}
