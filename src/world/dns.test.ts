// Names to addresses: a resolver of one's choice over UDP, the machine's own way, and the fake.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Socket, createSocket } from 'node:dgram'
import { type DnsQuestion, fakeDns, realDns } from './dns.ts'

/** What the resolver of this test knows; `silent` gets no answer at all. */
const zone: Readonly<Record<string, 'addresses' | 'many' | 'none' | 'nxdomain' | 'servfail'>> = {
  'app.example.com': 'addresses',
  'many.example.com': 'many',
  'empty.example.com': 'none',
  'broken.example.com': 'servfail',
}

/** The answer to one query (RFC 1035 section 4): 10.0.20.n or ::n. Null for silence. */
function answerTo(query: Buffer): Buffer | null {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  const name = labels.join('.')
  if (name === 'silent.example.com') return null
  const known = zone[name] ?? 'nxdomain'
  const isA = query.readUInt16BE(at + 1) === 1
  const count = { addresses: 1, many: 60, none: 0, nxdomain: 0, servfail: 0 }[known]
  const head = Buffer.from(query.subarray(0, 12))
  const code = { addresses: 0, many: 0, none: 0, nxdomain: 3, servfail: 2 }[known]
  head.writeUInt16BE(0x81_80 | code, 2)
  head.writeUInt16BE(count, 6)
  head.fill(0, 8)
  const records = Array.from({ length: count }, (_, index) =>
    Buffer.concat([
      Buffer.from([0xc0, 12, 0, isA ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, isA ? 4 : 16]),
      isA ? Buffer.from([10, 0, 20, index + 1]) : Buffer.from([...new Uint8Array(15), index + 1]),
    ]),
  )
  return Buffer.concat([head, query.subarray(12, at + 5), ...records])
}

let socket: Socket
let resolver = ''
beforeAll(async () => {
  socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const answer = answerTo(query)
    if (answer !== null) socket.send(answer, from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  resolver = `127.0.0.1:${socket.address().port}`
})
afterAll(() => void socket.close())

function ask(name: string, over: Partial<DnsQuestion> = {}) {
  return realDns().resolve({ name, family: 'ipv4', resolver, timeoutMs: 5000, ...over })
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
    const late = await ask('silent.example.com', { timeoutMs: 50 })
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
