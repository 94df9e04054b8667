// The environment of authentik's own image: every variable, every mistake at once, no secret shown.
import { describe, expect, test } from 'bun:test'
import { must } from '../std/assert.ts'
import { memoryFiles } from '../world/files.ts'
import { seededRandom } from '../world/random.ts'
import type { LoadedConfig } from './load.ts'
import { isOutpostEnvironment, loadOutpostEnvironment } from './outpost-environment.ts'
import { gateSecret } from './secret.ts'

const token = 'x'.repeat(60)
const enough = { AUTHENTIK_HOST: 'https://id.example.com', AUTHENTIK_TOKEN: token }

type Env = Readonly<Record<string, string>>

function load(
  env: Env,
  files: Record<string, string> = {},
): ReturnType<typeof loadOutpostEnvironment> {
  return loadOutpostEnvironment({ env, files: memoryFiles(files), version: '1.2.3', hasIpv6: true })
}

function good(env: Env, files: Record<string, string> = {}): LoadedConfig {
  const loaded = load({ ...enough, ...env }, files)
  expect(loaded.ok ? [] : loaded.error).toEqual([])
  return must(loaded.ok ? loaded.value : null, 'The environment is good')
}

function outpost(env: Env, files: Record<string, string> = {}): LoadedConfig['gate']['outpost'] {
  return good(env, files).gate.outpost
}

function mistakes(env: Env): string[] {
  const loaded = load(env)
  return loaded.ok ? [] : loaded.error.map(({ path, message }) => `${path}: ${message}`)
}

test('host and token are enough', () => {
  const { file, gate, warnings } = good({})
  expect(file).toBe('environment')
  expect(warnings).toEqual([])
  expect(gate.listen).toEqual({
    http: { hostname: '::', port: 9000 },
    metrics: { hostname: '::', port: 9300 },
  })
  expect(gate.trustedProxies.contains('192.168.7.1')).toBe(true)
  expect(gate.trustedProxies.contains('203.0.113.7')).toBe(false)
  expect(gate.services).toEqual([])
  expect(gate.sessions.sessionsMax).toBeGreaterThan(1000)
  expect(gate.sessions.perUserMax).toBe(1000)
  expect(gate.outpost).toEqual({
    address: { baseUrl: 'https://id.example.com/', query: '', unixSocket: null },
    token,
    insecure: false,
    browserOrigin: null,
    version: '2026.8.6',
    buildHash: 'gatehouse-1.2.3',
    logLevel: null,
    listenHttps: { hostname: '::', port: 9443 },
    logHeaders: ['User-Agent'],
    refuseFetches: false,
  })
})

test('a machine without IPv6 is listened to on its IPv4 addresses, unless told otherwise', () => {
  const loaded = loadOutpostEnvironment({
    env: { ...enough, AUTHENTIK_LISTEN__METRICS: '[::]:9300' },
    files: memoryFiles({}),
    version: '1.2.3',
    hasIpv6: false,
  })
  expect(loaded.ok && loaded.value.gate.listen).toEqual({
    http: { hostname: '0.0.0.0', port: 9000 },
    metrics: { hostname: '::', port: 9300 },
  })
})

test('isOutpostEnvironment() is true as soon as one of the two is set', () => {
  expect(isOutpostEnvironment({})).toBe(false)
  expect(isOutpostEnvironment({ AUTHENTIK_HOST: '', AUTHENTIK_DEBUG: 'true' })).toBe(false)
  expect(isOutpostEnvironment({ AUTHENTIK_HOST: 'x' })).toBe(true)
  expect(isOutpostEnvironment({ AUTHENTIK_TOKEN: 'x' })).toBe(true)
})

describe('AUTHENTIK_HOST', () => {
  test.each([
    ['https://id.example.com', 'https://id.example.com/', '', null],
    ['HTTPS://ID.example.com:443', 'https://id.example.com/', '', null],
    ['http://authentik-server:9000/', 'http://authentik-server:9000/', '', null],
    // Upstream makes "…/authentikapi/v3" of this one.
    ['https://h.org/authentik', 'https://h.org/authentik/', '', null],
    ['https://h.org/authentik//', 'https://h.org/authentik/', '', null],
    ['https://h.org/?tenant=blue', 'https://h.org/', 'tenant=blue', null],
    ['unix:///run/authentik.sock', 'http://localhost/', '', '/run/authentik.sock'],
  ])('%p is %p', (text, baseUrl, query, unixSocket) => {
    expect(outpost({ AUTHENTIK_HOST: text })?.address).toEqual({ baseUrl, query, unixSocket })
  })

  test.each([
    'id.example.com',
    'ftp://id.example.com',
    'https://user:secret@id.example.com',
    'https://id.example.com/#x',
    'unix://relative',
    'https://a b',
  ])('%p is a mistake', (text) => {
    expect(mistakes({ ...enough, AUTHENTIK_HOST: text })).toHaveLength(1)
  })
})

test('every other variable is read', () => {
  const { gate } = good({
    AUTHENTIK_INSECURE: 'True',
    AUTHENTIK_HOST_BROWSER: 'https://sso.example.com/',
    AUTHENTIK_LISTEN__HTTP: '127.0.0.1:8000',
    AUTHENTIK_LISTEN__HTTPS: ':8443',
    AUTHENTIK_LISTEN__METRICS: '[::1]:8300',
    AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS: '203.0.113.9/24, 2001:db8::/32',
    AUTHENTIK_LOG_LEVEL: 'WARNING',
    AUTHENTIK_LOG__HTTP_HEADERS: 'User-Agent, X-Request-Id',
    GATEHOUSE_DATA_DIR: '/var/lib/gatehouse',
    GATEHOUSE_AUTHENTIK_VERSION: '2025.12.1',
    GATEHOUSE_REFUSE_FETCHES: 'true',
    GIT_BUILD_HASH: 'abc',
  })
  expect(gate.listen).toEqual({
    http: { hostname: '127.0.0.1', port: 8000 },
    metrics: { hostname: '::1', port: 8300 },
  })
  expect(gate.trustedProxies.cidrs).toEqual(['203.0.113.0/24', '2001:db8::/32'])
  expect(gate.dataDir).toBe('/var/lib/gatehouse')
  expect(gate.outpost).toMatchObject({
    insecure: true,
    browserOrigin: 'https://sso.example.com',
    version: '2025.12.1',
    buildHash: 'abc',
    logLevel: 'warn',
    listenHttps: { hostname: '0.0.0.0', port: 8443 },
    logHeaders: ['User-Agent', 'X-Request-Id'],
    refuseFetches: true,
  })
})

test.each([
  ['1', true],
  ['t', true],
  ['TRUE', true],
  ['false', false],
  ['0', false],
  ['', false],
])('AUTHENTIK_INSECURE=%p is %p, as Go reads it', (text, insecure) => {
  expect(outpost({ AUTHENTIK_INSECURE: text })?.insecure).toBe(insecure)
})

test.each([
  ['file:///run/secrets/token', 'from-a-file'],
  ['file:///run/secrets/none?fallback', 'fallback'],
  ['env://OTHER', 'from-another'],
  ['env://NOBODY?fallback?', 'fallback?'],
  ['plain', 'plain'],
])('AUTHENTIK_TOKEN=%p is %p', (text, value) => {
  const files = { '/run/secrets/token': '  from-a-file\n' }
  expect(outpost({ AUTHENTIK_TOKEN: text, OTHER: 'from-another' }, files)?.token).toBe(value)
})

test('all mistakes come at once, and none holds the token', () => {
  const found = mistakes({
    AUTHENTIK_TOKEN: 'geheim geheim',
    AUTHENTIK_INSECURE: 'perhaps',
    AUTHENTIK_HOST_BROWSER: 'file:///none',
    AUTHENTIK_LISTEN__HTTP: '9000',
    AUTHENTIK_LISTEN__HTTPS: '0.0.0.0:1,0.0.0.0:2',
    AUTHENTIK_LISTEN__METRICS: 'a:b:c',
    AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS: '10.0.0.0/8,everyone',
    AUTHENTIK_LOG_LEVEL: 'constructor',
    GATEHOUSE_AUTHENTIK_VERSION: 'a b',
  })
  expect(found.map((line) => line.split(':')[0])).toEqual([
    'AUTHENTIK_HOST',
    'AUTHENTIK_TOKEN',
    'AUTHENTIK_INSECURE',
    'AUTHENTIK_HOST_BROWSER',
    'GATEHOUSE_AUTHENTIK_VERSION',
    'AUTHENTIK_LOG_LEVEL',
    'AUTHENTIK_LISTEN__HTTPS',
    'AUTHENTIK_LISTEN__HTTP',
    'AUTHENTIK_LISTEN__METRICS',
    'AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS',
  ])
  expect(found.join()).not.toContain('geheim')
})

test('a value that cannot be had is told once, not also as missing', () => {
  expect(mistakes({ ...enough, AUTHENTIK_TOKEN: 'file:///none' })).toEqual([
    'AUTHENTIK_TOKEN: Cannot read the value: It names the file "/none", which answers "ENOENT"',
  ])
  expect(mistakes({ ...enough, AUTHENTIK_TOKEN: 'env://NOBODY' })).toEqual([
    'AUTHENTIK_TOKEN: Cannot read the value: It names the variable "NOBODY", which is not set',
  ])
})

test('variables without effect and unknown ones are one warning each, without their values', () => {
  const { warnings } = good({
    AUTHENTIK_DEBUG: 'true',
    AUTHENTIK_WEB__TIMEOUT_HTTP_READ: '30s',
    AUTHENTIK_POSTGRESQL__PASSWORD: 'geheim',
    AUTHENTIK_INSECUR: 'geheim',
    AUTHENTIK_FOO: 'geheim',
    // Kubernetes puts these there for a service called "authentik-server".
    AUTHENTIK_SERVER_SERVICE_HOST: '10.0.0.1',
    AUTHENTIK_SERVER_SERVICE_PORT_HTTP: '80',
    AUTHENTIK_SERVER_PORT_80_TCP_ADDR: '10.0.0.1',
    AUTHENTIK_SERVER_PORT: 'tcp://10.0.0.1:80',
  })
  expect(warnings.map(({ id, message, fix }) => [id, message, fix])).toEqual([
    [
      'environment-without-effect',
      'Variables that have no effect here: "AUTHENTIK_DEBUG", "AUTHENTIK_POSTGRESQL__PASSWORD", "AUTHENTIK_WEB__TIMEOUT_HTTP_READ"',
      'Remove them',
    ],
    [
      'environment-unknown',
      'Variables that are not known: "AUTHENTIK_FOO", "AUTHENTIK_INSECUR"',
      'Write "AUTHENTIK_INSECURE" for "AUTHENTIK_INSECUR"',
    ],
  ])
})

describe('gateSecret()', () => {
  const secretOf = (env: Env, files = memoryFiles({})): Uint8Array => {
    const secret = gateSecret(files, seededRandom(1), good(env))
    return must(secret.ok ? secret.value : null, 'A secret can be had')
  }

  test('of an outpost is the same for all replicas, and tells nothing of the token', () => {
    expect(secretOf({})).toEqual(secretOf({}))
    expect(secretOf({ AUTHENTIK_TOKEN: 'y'.repeat(60) })).not.toEqual(secretOf({}))
    expect(secretOf({})).toHaveLength(32)
    expect(Buffer.from(secretOf({})).toString('latin1')).not.toContain('xxx')
  })

  test('of an outpost with a token that was made by hand is random', () => {
    const files = memoryFiles({})
    const secret = secretOf({ AUTHENTIK_TOKEN: 'short', GATEHOUSE_DATA_DIR: '/data' }, files)
    expect(files.exists('/data/secret')).toBe(true)
    expect(secret).toHaveLength(32)
  })
})
