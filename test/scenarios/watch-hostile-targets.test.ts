// What a probe comes to when the other end lies: a named observation within the probe's own time-out.
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { must } from '../../src/std/assert.ts'
import { bodyBytesMax, textBytesMax } from '../../src/watch/probe/limits.ts'
import { testProbe } from '../../src/watch/probe/probe-request.fixture.ts'
import type { ProbeAnswer, ProbeFault, ProbeRequest } from '../../src/watch/probe/prober.ts'
import { realProber } from '../../src/watch/probe/real-prober.ts'
import { realClock } from '../../src/world/clock.ts'
import { realConnector } from '../../src/world/connector.ts'
import { fakeDns, realDns } from '../../src/world/dns.ts'
import {
  type Behaviour,
  type HostileTarget,
  type TargetOptions,
  drips,
  repeats,
  says,
  startTarget,
} from '../peers/hostile-target.ts'
import { startNameServer } from '../peers/name-server.ts'
import { testCertificate } from '../support/certificate.ts'
import { until } from '../support/until.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const name = 'app.example.com'
const dayMs = 86_400_000
/** Only tells a busy machine from an answer that never comes. */
const patientMs = 20_000
const targets: HostileTarget[] = []
afterAll(async () => {
  await Promise.all(targets.map((target) => target.close()))
})

async function target(behaviour: Behaviour, over: Partial<TargetOptions> = {}) {
  const started = await startTarget({ ...over, behaviour })
  targets.push(started)
  return started
}

function certificate(of: string, now = Date.now()) {
  return testCertificate(of, now)
}

const trusted = certificate(name)
const parts = { connector: realConnector(), clock: realClock(), version: 'test' }
const dns = fakeDns({
  [name]: ['127.0.0.1'],
  'six.example.com': ['::1'],
  'both.example.com': ['127.0.0.1', '::1'],
})
const prober = realProber({ ...parts, dns, authorities: trusted.certificatePem })

function request(port: number, over: Partial<ProbeRequest> = {}): ProbeRequest {
  return testProbe({ scheme: 'http', host: name, port, timeoutMs: patientMs, ...over })
}

async function answerOf(of: ProbeRequest): Promise<ProbeAnswer> {
  const outcome = await prober.probe(of)
  return must(outcome.ok ? outcome.value : null, `Expected an answer: ${JSON.stringify(outcome)}`)
}

async function faultOf(of: ProbeRequest): Promise<ProbeFault> {
  const outcome = await prober.probe(of)
  return must(outcome.ok ? null : outcome.error, 'Expected a fault')
}

const ok = 'HTTP/1.1 200 OK\r\n'

test.each<readonly [title: string, behaviour: Behaviour, wanted: string]>([
  ['a head that drips in byte by byte', drips(`${ok}Server: slow\r\n`.repeat(500), 5), 'TIMEOUT'],
  ['a body that drips in byte by byte', drips(`${ok}Content-Length: 5000\r\n\r\nx`, 1), 'TIMEOUT'],
  ['an answer that never comes', () => {}, 'TIMEOUT'],
  ['a head without an end', repeats(`${ok}A: `, 'x'.repeat(65_536)), 'TOO_LARGE'],
  ['a head of 10 MB', says(`${ok}A: ${'x'.repeat(10_000_000)}\r\n\r\n`), 'TOO_LARGE'],
  ['headers without an end', repeats(ok, 'A: b\r\n'.repeat(1000)), 'TOO_LARGE'],
  [
    'interim answers without an end',
    repeats('', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000)),
    'MALFORMED',
  ],
  ['chunks of a wrong size', says(`${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n`), 'MALFORMED'],
  ['two lengths', says(`${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`), 'MALFORMED'],
  ['a status of four digits', says('HTTP/1.1 2000 OK\r\n\r\n'), 'MALFORMED'],
  ['another protocol', says('SSH-2.0-OpenSSH_9.2p1\r\n'), 'MALFORMED'],
  ['random bytes', says(Buffer.concat([Buffer.from([0]), randomBytes(5000)])), 'MALFORMED'],
  ['a hang-up', (socket) => void socket.destroy(), 'MALFORMED'],
  ['a body that breaks off', says(`${ok}Content-Length: 50\r\n\r\nshort`), 'MALFORMED'],
  [
    'a body that is not compressed as it says',
    says(`${ok}Content-Encoding: gzip\r\n\r\nplain`),
    'MALFORMED',
  ],
])('a probe of %s is a fault with a name', async (_title, behaviour, wanted) => {
  const { port, open } = await target(behaviour)
  const fault = await faultOf(request(port, { timeoutMs: wanted === 'TIMEOUT' ? 250 : patientMs }))
  expect(fault.class as string).toBe(wanted)
  expect(fault.detail.length).toBeGreaterThan(10)
  await until(() => open() === 0)
})

test.each([
  ['until the connection ends', ok],
  ['of a length that nobody has time for', `${ok}Content-Length: 999999999999\r\n`],
])('an endless body %s is cut, and the connection closed', async (_title, head) => {
  const { port, open } = await target(repeats(`${head}\r\n`, 'x'.repeat(65_536)))
  const answer = await answerOf(request(port))
  expect(answer.body.length).toBe(bodyBytesMax)
  expect(answer.status).toBe(200)
  await until(() => open() === 0)
})

test('an endless body in chunks is cut', async () => {
  const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
  const { port } = await target(repeats(`${ok}Transfer-Encoding: chunked\r\n\r\n`, chunk))
  expect((await answerOf(request(port))).body.length).toBe(bodyBytesMax)
})

test.each([
  ['gzip', gzipSync(Buffer.alloc(50_000_000))],
  ['deflate', deflateSync(Buffer.alloc(50_000_000))],
  ['deflate', deflateRawSync(Buffer.alloc(50_000_000))],
  ['br', brotliCompressSync(Buffer.alloc(50_000_000))],
])('a bomb in %s goes off no further than its bound', async (coding, bomb) => {
  const head = `${ok}Content-Encoding: ${coding}\r\nContent-Length: ${bomb.length}\r\n\r\n`
  const { port } = await target(says(Buffer.concat([Buffer.from(head), bomb])))
  expect((await answerOf(request(port))).body.length).toBe(textBytesMax)
})

test.each([
  ['gzip', gzipSync('the marker')],
  ['deflate', deflateSync('the marker')],
  ['deflate', deflateRawSync('the marker')],
  ['br', brotliCompressSync('the marker')],
  ['identity', Buffer.from('the marker')],
])('a body in %s is read', async (coding, body) => {
  const head = `${ok}Content-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`
  const { port } = await target(says(Buffer.concat([Buffer.from(head), body])))
  expect((await answerOf(request(port))).body).toBe('the marker')
})

test('a redirect to itself costs one request', async () => {
  const loop = 'HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n'
  const { port, requests } = await target(says(loop))
  const answer = await answerOf(request(port))
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/'])
  expect(requests).toHaveLength(1)
})

/** A prober that takes the certificate for an authority of its own: what is left is what else is wrong. */
function trusting(certificatePem: string) {
  return realProber({ ...parts, dns, authorities: certificatePem })
}

test.each([
  ['that has expired', certificate(name, Date.now() - 800 * dayMs), 'has expired'],
  ['that is not valid yet', certificate(name, Date.now() + 800 * dayMs), 'is not valid yet'],
  ['for another name', certificate('other.example.com'), 'is for another name'],
  ['for a name that only begins alike', certificate(`${name}.evil.test`), 'is for another name'],
])('a certificate %s is a fault of class TLS', async (_title, tls, wanted) => {
  const { port, requests } = await target(says(`${ok}\r\n`), { tls })
  const outcome = await trusting(tls.certificatePem).probe(request(port, { scheme: 'https' }))
  const fault = must(outcome.ok ? null : outcome.error, 'Expected a fault')
  expect(fault.class).toBe('TLS')
  expect(fault.detail).toStartWith(`Certificate ${wanted} (`)
  // Nothing is told to somebody whom the probe does not know.
  expect(requests).toEqual([])
})

test('a certificate that nobody vouches for is taken only where the operator said so', async () => {
  const tls = certificate('whoever.example.com')
  const { port } = await target(says(`${ok}\r\nhello`), { tls })
  const fault = await faultOf(request(port, { scheme: 'https' }))
  expect([fault.class, fault.detail.slice(0, 26)]).toEqual(['TLS', 'Certificate is self-signed'])
  const answer = await answerOf(request(port, { scheme: 'https', verifyTls: false }))
  expect(answer.body).toBe('hello')
  expect(answer.certificate?.subject).toBe('whoever.example.com')
})

test.each<readonly [title: string, behaviour: Behaviour | null, wanted: string]>([
  ['a port that speaks plain HTTP', says('HTTP/1.1 400 Bad Request\r\n\r\n'), 'TLS'],
  ['a port where nobody listens', null, 'CONNECT'],
])('an HTTPS probe of %s is a fault with a name', async (_title, behaviour, wanted) => {
  const started = await target(behaviour ?? (() => {}), { isEager: true })
  if (behaviour === null) await started.close()
  const fault = await faultOf(request(started.port, { scheme: 'https' }))
  expect(fault.class as string).toBe(wanted)
})

test('a handshake that never ends is a time-out', async () => {
  const silent = await startTarget({ behaviour: () => {} })
  targets.push(silent)
  const fault = await faultOf(request(silent.port, { scheme: 'https', timeoutMs: 1000 }))
  expect([fault.class, fault.detail]).toEqual(['TIMEOUT', 'No TLS handshake in 1000 ms'])
  await until(() => silent.open() === 0)
})

test('an address is pinned while name, SNI and Host stay those of the door', async () => {
  const tls = trusted
  const { port, names, requests } = await target(says(`${ok}\r\nhello`), { tls })
  const pinned = request(port, { scheme: 'https', address: '127.0.0.1', headers: { Host: name } })
  const answer = await answerOf(pinned)
  expect(answer.address).toBe('127.0.0.1')
  expect(names).toEqual([name])
  expect(requests[0]).toContain(`\r\nHost: ${name}\r\n`)
  const days = ((answer.certificate?.notAfter ?? 0) - Date.now()) / dayMs
  expect(Math.round(days)).toBe(365)
})

test('a family is kept to, and with any the other one is tried', async () => {
  const six = await target(says(`${ok}\r\nsix`), { hostname: '::1' })
  const both = request(six.port, { host: 'both.example.com' })
  expect((await faultOf({ ...both, family: 'ipv4' })).class).toBe('CONNECT')
  for (const family of ['ipv6', 'any'] as const) {
    const answer = await answerOf({ ...both, family })
    expect([answer.address, answer.body]).toEqual(['::1', 'six'])
  }
  const only = await answerOf(request(six.port, { host: 'six.example.com' }))
  expect(only.address).toBe('::1')
  const literal = await answerOf(request(six.port, { host: '[::1]' }))
  expect(literal.body).toBe('six')
  expect(six.requests.at(-1)).toContain(`\r\nHost: [::1]:${six.port}\r\n`)
  const none = await faultOf(request(six.port, { host: 'six.example.com', family: 'ipv4' }))
  expect([none.class, none.detail]).toEqual(['DNS', '"six.example.com" has no ipv4 address'])
  expect((await faultOf(request(six.port, { host: 'nowhere.example.com' }))).class).toBe('DNS')
})

test('names are asked of the resolvers that are named, the next one where one fails', async () => {
  const [silent, broken, good] = await Promise.all([
    startNameServer({ [name]: 'silent' }),
    startNameServer({ [name]: 'servfail' }),
    startNameServer({ [name]: { a: ['127.0.0.1'] } }),
  ])
  const { port } = await target(says(`${ok}\r\nhello`))
  const real = realProber({ ...parts, dns: realDns() })
  const asking = (...resolvers: readonly string[]) =>
    real.probe(request(port, { resolvers, timeoutMs: 3000 }))
  const answered = await asking(broken.address, silent.address, good.address)
  expect(answered.ok && answered.value.body).toBe('hello')
  const unanswered = await asking(broken.address, silent.address)
  expect(!unanswered.ok && unanswered.error.class).toBe('DNS')
  // That there is no such name is an answer: nobody else is asked.
  const before = good.asked.length
  const empty = await startNameServer({})
  const missing = await asking(empty.address, good.address)
  expect(!missing.ok && missing.error.class).toBe('DNS')
  expect(good.asked).toHaveLength(before)
  await Promise.all([silent, broken, good, empty].map((server) => server.close()))
})

test('thousands of probes leave no connection and no timer behind', async () => {
  const { port, open } = await target((socket, head) => {
    if (head.includes('/endless')) repeats(`${ok}\r\n`, 'x'.repeat(65_536))(socket, head)
    else if (head.includes('/nothing')) socket.destroy()
    else says(`${ok}Content-Length: 2\r\n\r\nhi`)(socket, head)
  })
  const round = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 20) {
      const paths = ['/', '/endless', '/nothing', '/']
      const asked = Array.from({ length: 20 }, (_, k) =>
        request(port, { target: paths[k % 4] ?? '/' }),
      )
      await Promise.all(asked.map((one) => prober.probe(one)))
    }
  }
  await round(400)
  const before = memory()
  await round(2000)
  await until(() => open() === 0)
  expect(memory() - before).toBeLessThan(48 * 1024 * 1024)
})

function memory(): number {
  Bun.gc(true)
  return process.memoryUsage().rss
}
