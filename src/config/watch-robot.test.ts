// The setting `watch.robot` for authentik: whom it may give the password to, and what is said about mistakes.
import { describe, expect, test } from 'bun:test'
import { memoryFiles } from '../world/files.ts'
import { loadConfig } from './load.ts'

const file = '/etc/gatehouse/gatehouse.yaml'
const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const oidc = (issuer: string, id = 'a'): string =>
  `{ id: ${id}, issuer: "${issuer}", client_id: gatehouse, client_secret: of-the-provider }`
const issuer = 'https://id.example.com/application/o/gatehouse/'

async function load(
  robot: string,
  identity = `{ oidc: ${oidc(issuer)} }`,
  place = 'https://auth.example.com',
) {
  const { hostname } = new URL(place)
  const domain = hostname.slice('auth.'.length)
  const text = `url: ${place}
domains: [${domain}]
trusted_proxies: [10.0.0.0/8]
identity: ${identity}
services:
  - { host: app.${domain}, groups: [staff] }
watch:
  robot: { user: robot, password: hush-hush, ${robot} }
`
  return loadConfig({
    files: memoryFiles({
      [file]: text,
      '/etc/gatehouse/seed': `${seed}\n`,
      '/etc/gatehouse/odd': 'x',
    }),
    file,
    withSecrets: true,
  })
}

test('what is special about doors may be said of hosts that only a cluster has', async () => {
  const text = (more: string): string => `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity: { accounts: {} }
services: [{ host: app.example.com }]
watch: { doors: [{ host: late.example.com, marker: Late }] }
${more}`
  const found = async (more: string) =>
    loadConfig({ files: memoryFiles({ [file]: text(more) }), file, withSecrets: false })
  expect((await found('')).ok).toBe(false)
  const loaded = await found('services_from: { kubernetes: {} }\n')
  expect(loaded.ok && loaded.value.watch?.doorRules?.overrides).toMatchObject([
    { host: 'late.example.com', marker: 'Late' },
  ])
})

describe('a robot for authentik', () => {
  const outpost = '{ authentik: { host: "http://authentik-server:9000", token: t } }'
  const seen =
    '{ authentik: { host: "http://authentik:9000", host_browser: "https://sso.example.com", token: t } }'
  test.each([
    ['from the only provider', 'method: authentik', undefined, 'https://id.example.com'],
    ['from where people see authentik', 'method: authentik', seen, 'https://sso.example.com'],
    [
      'as it is declared, whatever else there is',
      'method: authentik, provider: "https://other.example.com:8443/"',
      seen,
      'https://other.example.com:8443',
    ],
  ])('knows its origin %s', async (_, robot, identity, origin) => {
    const loaded = await load(robot, identity)
    expect(loaded.ok && loaded.value.watch?.robot).toMatchObject({
      method: 'authentik',
      provider: origin,
    })
  })

  test('reads its seed from a file', async () => {
    const loaded = await load('method: authentik, totp_seed_file: seed')
    expect(loaded.ok && loaded.value.watch?.robot).toMatchObject({ totpSeed: seed })
  })

  test.each<readonly [string, string, string | undefined, string]>([
    ['an origin in clear', 'method: authentik', outpost, 'watch.robot.provider wrong-value'],
    [
      'no origin that could be meant',
      'method: authentik',
      `{ providers: [${oidc(issuer)}, ${oidc('https://b.example.com', 'b')}] }`,
      'watch.robot missing',
    ],
    ['no origin at all', 'method: authentik', '{ accounts: {} }', 'watch.robot missing'],
    [
      'an address with a path',
      'method: authentik, provider: "https://id.example.com/if/flow/x/"',
      undefined,
      'watch.robot.provider',
    ],
    [
      'a seed that is none',
      'method: authentik, totp_seed: not-a-seed',
      undefined,
      'watch.robot.totp_seed wrong-value',
    ],
    [
      'a seed that is none in a file',
      'method: authentik, totp_seed_file: odd',
      undefined,
      'watch.robot.totp_seed_file wrong-value',
    ],
    [
      'a seed twice',
      `method: authentik, totp_seed: ${seed}, totp_seed_file: seed`,
      undefined,
      'watch.robot.totp_seed both-set',
    ],
    [
      'a file that is not there',
      'method: authentik, totp_seed_file: nowhere',
      undefined,
      'watch.robot.totp_seed_file',
    ],
    [
      'a seed for another method',
      `method: form, totp_seed: ${seed}`,
      undefined,
      'watch.robot.totp_seed foreign-key',
    ],
    [
      'an origin for another method',
      'provider: "https://id.example.com"',
      undefined,
      'watch.robot.provider foreign-key',
    ],
  ])('is refused with %s', async (_, robot, identity, wanted) => {
    const loaded = await load(robot, identity)
    expect(loaded.ok).toBe(false)
    const found = loaded.ok ? [] : loaded.error
    expect(found.map(({ id, path }) => `${path} ${id}`).join('\n')).toContain(wanted)
    for (const secret of ['hush-hush', seed, 'not-a-seed'])
      expect(JSON.stringify(found)).not.toContain(secret)
  })

  test('may be reached in clear where the gate is, too', async () => {
    const loaded = await load('method: authentik', outpost, 'http://auth.home.localhost:8080')
    expect(loaded.ok && loaded.value.watch?.robot?.provider).toBe('http://authentik-server:9000')
  })
})
