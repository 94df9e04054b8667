// `gatehouse explain` over configurations in memory, and over a gate that runs.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { loadConfig } from '../config.ts'
import { type Gate, startGate } from '../gate-run.ts'
import { must } from '../std/assert.ts'
import { type FakeWorld, fakeWorld } from '../world/fake-world.ts'
import { type HttpClient, realHttpClient } from '../world/http-client.ts'
import { memoryFiles } from '../world/files.ts'
import { memoryLog } from '../world/log.ts'
import { realWorld } from '../world/world.ts'
import { runCli } from './cli.ts'

function configText(ports: { readonly http: number; readonly metrics: number | 'off' }): string {
  const metrics = ports.metrics === 'off' ? 'off' : `127.0.0.1:${ports.metrics}`
  return `
url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.0/8]
listen: { http: "127.0.0.1:${ports.http}", metrics: "${metrics}" }
sessions: { store: memory }
identity:
  oidc: { issuer: https://id.example.com, client_id: gatehouse, client_secret: not-needed-here }
services:
  - { host: "*.example.com", groups: [staff] }
  - host: app.example.com
    groups: [staff]
    paths:
      - { path: /admin/**, groups: [admins] }
      - { path: /hook, auth: none, methods: [POST], networks: [10.0.0.0/8] }
`
}

interface Surroundings {
  readonly metrics?: number | 'off'
  readonly http?: HttpClient
  /** Changes the configuration text before it is read. */
  edit?(text: string): string
}

async function explain(
  args: readonly string[],
  { metrics = 'off', http, edit = (text) => text }: Surroundings = {},
) {
  const world: FakeWorld = fakeWorld({
    args: ['explain', '--config', '/gatehouse.yaml', ...args],
    files: { '/gatehouse.yaml': edit(configText({ http: 9000, metrics })) },
    ...(http === undefined ? {} : { http }),
  })
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors() }
}

const app = 'https://app.example.com'

describe('gatehouse explain --url', () => {
  const cases: readonly (readonly [string, readonly string[], number, string])[] = [
    ['nobody', [`${app}/`], 1, 'sign-in no-session app.example.com /**'],
    ['a member', [`${app}/`, '--groups', 'x, staff'], 0, 'allow member app.example.com /**'],
    [
      'no member',
      [`${app}/admin`, '--user', 'alice', '--groups', 'staff'],
      1,
      'forbid not-member app.example.com /admin/**',
    ],
    [
      'method and address',
      [`${app}/hook`, '--method', 'post', '--from', '10.1.2.3'],
      0,
      'allow open app.example.com /hook POST from 10.0.0.0/8',
    ],
    [
      'a person known by e-mail address only',
      [`${app}/`, '--email', 'bob@example.com'],
      1,
      'forbid not-member app.example.com /**',
    ],
    ['another host', ['https://example.com/'], 1, 'refuse unknown-host null'],
    [
      'a page of the gate',
      ['https://auth.example.com/_gatehouse/sign-in'],
      0,
      'allow gate-page null',
    ],
  ]
  test.each(cases)('answers %s as data', async (_name, [url = '', ...args], code, expected) => {
    const result = await explain(['--url', url, ...args, '--json'])
    const json = JSON.parse(result.out)
    expect(`${json.decision} ${json.reason} ${json.rule}`).toBe(expected)
    expect(json.considered).toBeArray()
    expect(result.code).toBe(code)
    expect(result.error).toBe('')
  })

  test('prints exactly the keys of the contract', async () => {
    const json = JSON.parse((await explain(['--url', `${app}/admin`, '--json'])).out)
    expect(Object.keys(json)).toEqual(['decision', 'reason', 'rule', 'detail', 'considered'])
    expect(Object.keys(json.considered[0])).toEqual(['rule', 'host', 'applies', 'code', 'why'])
  })

  test('tells a person the decision first, then the rule and each other rule', async () => {
    const { out } = await explain([
      '--url',
      `${app}/admin`,
      '--user',
      'alice',
      '--from',
      '10.0.0.1',
    ])
    expect(out).toBe(`\
forbid  You are signed in, but not allowed in here (not-member)
  rule      app.example.com /admin/**
  lets in   members of "admins"
  to do     Ask the operator for one of the groups named, or switch account

Rules, in the order in which they are tried:
· app.example.com /hook POST from 10.0.0.0/8  The path "/admin" does not fall under "/hook"
✓ app.example.com /admin/**                   The path "/admin" falls under "/admin/**"
· app.example.com /**                         The rule "app.example.com /admin/**" is more specific
· *.example.com /**                           "app.example.com" is the more specific host, and only its rules are looked at
`)
  })

  test('names the part of a request that cannot be read', async () => {
    const { out } = await explain(['--url', `${app}/a/../b`])
    expect(out).toContain('(ambiguous-path)\n  part      path\n')
    expect(out).not.toContain('Rules,')
  })

  const usage: readonly (readonly [string, readonly string[], string])[] = [
    ['no address', [], 'Found both or none of "--url" and "--request"'],
    ['two questions', ['--url', app, '--request', 'x-1'], 'Found both or none'],
    ['an address without a scheme', ['--url', 'app.example.com'], 'found "app.example.com"'],
    [
      'a client that is no address',
      ['--url', app, '--from', '10.0.0.1:80'],
      'Cannot read "--from"',
    ],
    ['a method that is none', ['--url', app, '--method', 'G T'], 'Cannot read "--method"'],
    ['an id that cannot be one', ['--request', '../metrics'], 'found "../metrics"'],
  ]
  test.each(usage)('answers %s with exit code 2', async (_name, args, message) => {
    const result = await explain(args)
    expect(result.code).toBe(2)
    expect(result.out).toBe('')
    expect(result.error).toContain(message)
  })

  test('ends with exit code 2 when the configuration has mistakes', async () => {
    const world = fakeWorld({
      args: ['explain', '--config', '/none.yaml', '--url', app],
      files: {},
    })
    expect(await runCli(world)).toBe(2)
    expect(world.errors()).toContain('"/none.yaml" does not exist')
  })
})

describe('gatehouse explain --request', () => {
  let gate: Gate | null = null
  let metrics = 0
  let httpPort = 0

  beforeAll(async () => {
    const loaded = await loadConfig({
      files: memoryFiles({ '/gatehouse.yaml': configText({ http: 0, metrics: 0 }) }),
      file: '/gatehouse.yaml',
      withSecrets: true,
    })
    const started = startGate({
      config: must(loaded.ok ? loaded.value.gate : null, 'The configuration is right'),
      world: { ...realWorld(), log: memoryLog() },
      secret: new Uint8Array(32),
      version: '0.0.0',
    })
    gate = must(started.ok ? started.value : null, 'The gate starts')
    metrics = must(gate.metricsPort, 'There is a private listener')
    httpPort = gate.httpPort
  })
  afterAll(async () => gate?.close())

  /** Sends a request through the Traefik dialect and gives the id of the answer. */
  async function refused(host: string, uri: string): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${httpPort}/_gatehouse/auth/traefik`, {
      headers: {
        'x-forwarded-proto': 'https',
        'x-forwarded-host': host,
        'x-forwarded-uri': uri,
        'x-forwarded-method': 'GET',
        'x-forwarded-for': '203.0.113.7',
      },
    })
    return must(answer.headers.get('x-gatehouse-request-id'), 'The answer has an id')
  }

  test('shows what the running gate decided, and the rules of today', async () => {
    const id = await refused('unknown.test', '/a%20b')
    const result = await explain(['--request', id], { metrics, http: realHttpClient() })
    expect(result.error).toBe('')
    expect(result.code).toBe(1)
    expect(result.out).toStartWith('refuse  No service is declared for this host (unknown-host)\n')
    expect(result.out).toContain(`  request   ${id} at 2`)
    expect(result.out).toContain('through traefik\n  asked     GET unknown.test/a b\n')
    expect(result.out).toContain('  from      203.0.113.7\n')
  })

  test('prints the request as data beside the keys of the contract', async () => {
    const id = await refused('app.example.com', '/admin.')
    const json = JSON.parse(
      (await explain(['--request', id, '--json'], { metrics, http: realHttpClient() })).out,
    )
    expect(json).toMatchObject({ decision: 'refuse', reason: 'ambiguous-path', rule: null })
    expect(json.request).toMatchObject({ request_id: id, host: 'app.example.com', path: '/admin.' })
    expect(json.considered.map((each: { code: string }) => each.code)).toContain('ambiguous')
  })

  test('says so when another rule would decide today', async () => {
    const id = await refused('app.example.com', '/admin.')
    const { out } = await explain(['--request', id], {
      metrics,
      http: realHttpClient(),
      edit: (text) => text.replace(/^ +- \{ path: .*$/gm, '').replace('    paths:', ''),
    })
    expect(out).toContain('rule      app.example.com /**')
    expect(out).toContain('changed   Then it was no rule')
  })

  test('shows a request that could not be read without inventing a host', async () => {
    const id = await refused('app.example.com', '/a/../b')
    const result = await explain(['--request', id], { metrics, http: realHttpClient() })
    expect(result.out).toStartWith('refuse  The path could be read in more than one way')
    expect(result.out).not.toContain('asked')
    expect(result.out).not.toContain('Rules,')
  })

  test('shows what a page of signing in said, and what was found', async () => {
    const answer = await fetch(
      `http://127.0.0.1:${httpPort}/_gatehouse/callback?state=changed&code=x`,
      { headers: { host: 'auth.example.com' } },
    )
    const id = must(/Request <code>([^<]+)/.exec(await answer.text())?.[1], 'The page has an id')
    const shown = await explain(['--request', id], { metrics, http: realHttpClient() })
    expect(shown.error).toBe('')
    expect(shown.code).toBe(1)
    expect(shown.out).toStartWith('refuse  This sign-in cannot be continued (bad-state)\n')
    expect(shown.out).toContain(`  request   ${id} at 2`)
    expect(shown.out).toContain('  to do     Open the service that you wanted')
    const asked = await explain(['--request', id, '--json'], { metrics, http: realHttpClient() })
    expect(JSON.parse(asked.out)).toMatchObject({
      decision: 'refuse',
      reason: 'bad-state',
      rule: null,
      considered: [],
      request: { request_id: id },
    })
  })

  test('ends with exit code 1 for an id that the gate does not know', async () => {
    const result = await explain(['--request', 'nobody-1'], { metrics, http: realHttpClient() })
    expect(result.code).toBe(1)
    expect(result.out).toBe('')
    expect(result.error).toContain('The gate does not know the request "nobody-1"')
  })

  test('ends with exit code 1 when no gate can be asked', async () => {
    const away = await explain(['--request', 'x-1'], { metrics: 9300 })
    expect(away).toMatchObject({ code: 1, out: '' })
    expect(away.error).toContain('Cannot reach the gate at "http://127.0.0.1:9300/decisions/x-1"')
    const off = await explain(['--request', 'x-1'])
    expect(off).toMatchObject({ code: 1, out: '' })
    expect(off.error).toContain('"listen.metrics" is "off"')
  })
})
