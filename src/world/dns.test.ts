// Names to addresses: a resolver of one's choice over UDP, the machine's own way, and the fake.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type NameServer, startNameServer } from '../../test/peers/name-server.ts'
import { type DnsQuestion, fakeDns, realDns } from './dns.ts'

let server: NameServer
beforeAll(async () => {
  server = await startNameServer({
    'app.example.com': { a: ['10.0.20.1'], aaaa: ['::1'] },
    'many.example.com': { a: Array.from({ length: 60 }, (_, i) => `10.0.20.${i}`) },
    'empty.example.com': {},
    'broken.example.com': 'servfail',
    'silent.example.com': 'silent',
  })
})
afterAll(() => server.close())

function ask(name: string, over: Partial<DnsQuestion> = {}) {
  return realDns().resolve({
    name,
    family: 'ipv4',
    resolver: server.address,
    timeoutMs: 5000,
    ...over,
  })
}

describe('realDns()', () => {
  test('gives the addresses that the resolver knows, of the family that was asked for', async () => {
    expect(await ask('app.example.com')).toEqual({ ok: true, value: ['10.0.20.1'] })
    expect(await ask('app.example.com', { family: 'ipv6' })).toEqual({ ok: true, value: ['::1'] })
  })

  test('keeps 32 of many', async () => {
    const many = await ask('many.example.com')
    expect(many.ok && many.value.length).toBe(32)
  })

  test.each([
    ['nowhere.example.com', 'no-address', 'Resolving "nowhere.example.com" failed: "ENOTFOUND"'],
    ['empty.example.com', 'no-address', 'Resolving "empty.example.com" failed: "ENOTFOUND"'],
    ['broken.example.com', 'failed', 'Resolving "broken.example.com" failed: "ESERVFAIL"'],
    ['a..b', 'no-address', 'Resolving "a..b" failed: "ENOTFOUND"'],
  ])('says of %s that it has %s', async (name, code, detail) => {
    expect(await ask(name)).toEqual({ ok: false, error: { code, detail } } as never)
  })

  test('waits no longer than it was told to', async () => {
    const late = await ask('silent.example.com', { timeoutMs: 50.4 })
    const detail = 'No answer for "silent.example.com" in 50 ms'
    expect(late).toEqual({ ok: false, error: { code: 'timeout', detail } })
  })

  test('takes a resolver that is none, and a name that is none, for a failure', async () => {
    const nonsense = await ask('app.example.com', { resolver: 'nonsense' })
    expect(!nonsense.ok && nonsense.error.code).toBe('failed')
    const empty = await ask('')
    expect(!empty.ok && empty.error.code).toBe('failed')
  })

  test("asks the machine's way without a resolver", async () => {
    expect(await ask('localhost', { resolver: null })).toEqual({ ok: true, value: ['127.0.0.1'] })
  })
})

test('fakeDns() knows its names and no other', async () => {
  const dns = fakeDns({ 'app.example.com': ['10.0.0.1', '::1', '10.0.0.2'] })
  const asked = { name: 'app.example.com', resolver: null, timeoutMs: 1 }
  const four = await dns.resolve({ ...asked, family: 'ipv4' })
  expect(four).toEqual({ ok: true, value: ['10.0.0.1', '10.0.0.2'] })
  const six = await dns.resolve({ ...asked, family: 'ipv6' })
  expect(six).toEqual({ ok: true, value: ['::1'] })
  const none = await dns.resolve({ ...asked, name: 'b.example.com', family: 'ipv4' })
  expect(!none.ok && none.error.code).toBe('no-address')
})
