// What the commands around the configuration print, and how they end.
import { describe, expect, test } from 'bun:test'
import { type FakeWorldOptions, fakeWorld } from '../world/fake-world.ts'
import { err, ok } from '../std/result.ts'
import { toUtf8 } from '../std/bytes.ts'
import { runCli } from './cli.ts'

const right = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity: { accounts: {} }
services:
  - { host: app.example.com }
`
const trusting = right.replace('10.0.0.0/8', '0.0.0.0/0')
const wrong = right.replace('domains', 'domain')
const secretElsewhere = right.replace(
  '{ accounts: {} }',
  '{ oidc: { issuer: https://id.example.com, client_id: g, client_secret_file: /run/secrets/oidc } }',
)

async function run(line: string, options: Omit<FakeWorldOptions, 'args'> = {}) {
  const world = fakeWorld({ args: line.split(' '), ...options })
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors() }
}

/** A world with one configuration at `/c.yaml`. */
const having = (text: string): Omit<FakeWorldOptions, 'args'> => ({ files: { '/c.yaml': text } })

describe('gatehouse check', () => {
  const cases: readonly (readonly [string, string, number, string])[] = [
    ['check --config /c.yaml', right, 0, '/c.yaml: nothing wrong\n'],
    ['check --config /c.yaml --detailed', right, 0, '/c.yaml: nothing wrong\n'],
    ['check --config /c.yaml', trusting, 0, '/c.yaml: 1 warning\n'],
    ['check --config /c.yaml --detailed', trusting, 2, '/c.yaml: 1 warning\n'],
    ['check --config /c.yaml', wrong, 2, '/c.yaml: 2 mistakes\n'],
    ['check --config /c.yaml', secretElsewhere, 0, '/c.yaml: 1 warning\n'],
    ['check --config /c.yaml --detailed', secretElsewhere, 2, '/c.yaml: 1 warning\n'],
    ['check --config /missing.yaml', right, 1, '/missing.yaml: 1 mistake\n'],
  ]
  for (const [line, text, code, ending] of cases)
    test(`${line} exits ${code} with "${ending.trim()}"`, async () => {
      const result = await run(line, having(text))
      expect(result.code).toBe(code)
      expect(result.out).toEndWith(ending)
      expect(result.error).toBe('')
    })

  test('prints place, found, wanted and fix of a mistake', async () => {
    const { out } = await run('check --config /c.yaml', having(wrong))
    expect(out).toContain('mistake /c.yaml:2:1: domain: Unknown key "domain", wanted one of "url"')
    expect(out).toContain('\n    Write "domains"\n')
    expect(out).toContain('mistake /c.yaml:1:1: domains: Missing "domains", wanted a list')
  })

  test('prints findings as data with --json', async () => {
    const { code, out } = await run('check --config /c.yaml --json', having(trusting))
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual([
      {
        id: 'trusts-everyone',
        severity: 'warning',
        path: 'trusted_proxies[0]',
        message: expect.stringContaining('0.0.0.0/0'),
        fix: 'List the addresses of the reverse proxies only',
        position: { line: 3, column: 19 },
      },
    ])
    expect(JSON.parse((await run('check -c /c.yaml --json', having(right))).out)).toEqual([])
  })

  test('takes the file from GATEHOUSE_CONFIG', async () => {
    const result = await run('check', { ...having(right), env: { GATEHOUSE_CONFIG: '/c.yaml' } })
    expect(result.out).toBe('/c.yaml: nothing wrong\n')
  })
})

describe('gatehouse serve', () => {
  test('starts nothing from a broken configuration: all mistakes on standard error, exit 2', async () => {
    const result = await run('serve --config /c.yaml', having(wrong))
    expect(result.code).toBe(2)
    expect(result.out).toBe('')
    expect(result.error).toContain('Unknown key "domain"')
    expect(result.error).toContain('Missing "domains"')
    expect(result.error).toEndWith('2 mistakes\n')
  })

  test('starts nothing without a secret that check only warns of', async () => {
    const result = await run('serve --config /c.yaml', having(secretElsewhere))
    expect(result.code).toBe(2)
    expect(result.error).toContain('Cannot read the secret: "/run/secrets/oidc" does not exist')
  })
})

describe('gatehouse config schema', () => {
  test('prints a JSON Schema that names every section', async () => {
    const { code, out } = await run('config schema')
    expect(code).toBe(0)
    const schema: unknown = JSON.parse(out)
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: false,
      required: ['url', 'domains', 'trusted_proxies', 'services'],
    })
    expect(schema).toHaveProperty('properties.services.items.properties.auth.enum')
    expect(schema).toHaveProperty(
      'properties.identity.properties.oidc.properties.client_secret.writeOnly',
      true,
    )
  })
})

describe('gatehouse healthcheck', () => {
  const answering = (status: number, body: string, asked: string[] = []) => ({
    http: {
      send: async ({ url }: { readonly url: string }) => {
        asked.push(url)
        return ok({ status, headers: new Headers(), body: toUtf8(body) })
      },
    },
  })

  test('exits 0 when the gate is ready', async () => {
    const asked: string[] = []
    const result = await run('healthcheck --config /c.yaml', {
      ...having(right),
      ...answering(200, 'ok', asked),
    })
    expect(result).toEqual({ code: 0, out: 'ready\n', error: '' })
    expect(asked).toEqual(['http://127.0.0.1:9300/readyz'])
  })

  test('exits 1 and says why when it is not', async () => {
    const result = await run('healthcheck --url http://127.0.0.1:1/readyz', answering(503, 'store'))
    expect(result.code).toBe(1)
    expect(result.error).toContain('answered "503": store')
  })

  test('exits 1 when nothing answers', async () => {
    const result = await run('healthcheck --url http://127.0.0.1:1/readyz', {
      http: { send: async () => err({ code: 'unreachable', detail: 'Connection refused' }) },
    })
    expect(result.code).toBe(1)
    expect(result.error).toContain('Connection refused')
  })

  test('exits 1 when the metrics listener is off, 2 for what is no URL', async () => {
    const off = right.replace('identity', 'listen: { metrics: off }\nidentity')
    expect((await run('healthcheck --config /c.yaml', having(off))).code).toBe(1)
    expect((await run('healthcheck --url localhost')).code).toBe(2)
  })

  const listeners: readonly (readonly [string, string])[] = [
    [':7000', 'http://127.0.0.1:7000/readyz'],
    ['[::]:7000', 'http://[::1]:7000/readyz'],
    ['[fd00::1]:7000', 'http://[fd00::1]:7000/readyz'],
    ['10.0.0.5:7000', 'http://10.0.0.5:7000/readyz'],
  ]
  for (const [metrics, url] of listeners)
    test(`asks ${url} for a listener at ${metrics}`, async () => {
      const asked: string[] = []
      const text = right.replace('identity', `listen: { metrics: "${metrics}" }\nidentity`)
      await run('healthcheck -c /c.yaml', { ...having(text), ...answering(200, '', asked) })
      expect(asked).toEqual([url])
    })
})

describe('gatehouse hash-password', () => {
  test('hashes a line of standard input, without its line end', async () => {
    const { code, out } = await run('hash-password', { stdin: 'correct horse battery\r\n' })
    expect(code).toBe(0)
    expect(out).toStartWith('$argon2id$')
    expect(await Bun.password.verify('correct horse battery', out.trim())).toBe(true)
  })

  test('asks twice at a terminal', async () => {
    const typed = ['correct horse battery', 'correct horse battery']
    const { code, out, error } = await run('hash-password', { typed })
    expect(code).toBe(0)
    expect(error).toBe('Password: Again: ')
    expect(await Bun.password.verify('correct horse battery', out.trim())).toBe(true)
  })

  const refused: readonly (readonly [string, Omit<FakeWorldOptions, 'args'>, string])[] = [
    ['two that differ', { typed: ['correct horse', 'correct house'] }, 'The two passwords differ'],
    ['a person who gives up', { typed: ['correct horse'] }, 'No password was given'],
    ['nothing', { stdin: '' }, 'has "0" characters'],
    ['a short one', { stdin: 'short\n' }, 'has "5" characters'],
    ['two lines', { stdin: 'correct horse\nbattery\n' }, 'Found more than one line'],
    ['more than can be hashed', { stdin: 'ä'.repeat(600) }, 'more than "1024" bytes'],
  ]
  for (const [name, options, message] of refused)
    test(`refuses ${name} and never repeats what was typed`, async () => {
      const { code, out, error } = await run('hash-password', options)
      expect(code).toBe(1)
      expect(out).toBe('')
      expect(error).toContain(message)
      expect(error).not.toContain('horse')
    })

  test('takes no password as an argument', async () => {
    expect((await run('hash-password hunter2hunter2')).code).toBe(2)
  })
})
