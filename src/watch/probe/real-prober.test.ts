// One probe step by step, over connections that a test holds the other end of, with a clock that it moves.
import { describe, expect, test } from 'bun:test'
import { type Result, err, ok } from '../../std/result.ts'
import { must } from '../../std/assert.ts'
import type { ByteSocketEvents } from '../../world/byte-socket.ts'
import { type FakeClock, fakeClock } from '../../world/clock.ts'
import type { ConnectFault, ConnectTarget, Connector } from '../../world/connector.ts'
import { type Dns, fakeDns } from '../../world/dns.ts'
import { testProbe } from './probe-request.fixture.ts'
import type { ProbeRequest, Prober } from './prober.ts'
import { realProber } from './real-prober.ts'

/** The other end of the connections of a prober. */
interface Line {
  readonly prober: Prober
  readonly clock: FakeClock
  readonly targets: ConnectTarget[]
  sent: string
  terminated: number
  /** The events of the newest connection. */
  events(): ByteSocketEvents
}

interface LineOptions {
  readonly dns?: Dns
  /** By address: why it cannot be connected to. */
  readonly faults?: Readonly<Record<string, ConnectFault>>
}

function line({ dns, faults = {} }: LineOptions = {}): Line {
  const clock = fakeClock(0)
  let events: ByteSocketEvents | null = null
  const connector: Connector = {
    connect: async (target) => {
      held.targets.push(target)
      const fault = faults[target.hostname]
      if (fault !== undefined) return err(fault)
      const certificate = { notBefore: 1, notAfter: 2, subject: 's', issuer: 'i' }
      return ok({
        certificate: target.tls === null ? null : certificate,
        attach: (given) => {
          events = given
          return {
            write: (bytes) => {
              held.sent += Buffer.from(bytes).toString('latin1')
              return bytes.length
            },
            end: () => {},
            terminate: () => void held.terminated++,
            pause: () => {},
            resume: () => {},
          }
        },
      })
    },
  }
  const known = dns ?? fakeDns({ 'app.example.com': ['10.0.20.5', '10.0.20.6', 'fd00::5'] })
  const held: Line = {
    prober: realProber({ connector, dns: known, clock, version: '1.2.3' }),
    clock,
    targets: [],
    sent: '',
    terminated: 0,
    events: () => must(events, 'Nobody has connected'),
  }
  return held
}

const request = testProbe()

/** Lets a probe come to where it waits for the other end. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

const head =
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: 1\r\na: 2\r\nSet-Cookie: x=1\r\nSet-Cookie: y=2\r\n'

describe('realProber()', () => {
  test('asks once, reads the answer and closes', async () => {
    const { clock, events, prober, ...held } = line()
    const probe = prober.probe(request)
    await settled()
    clock.advance(40)
    events().data(Buffer.from(head))
    clock.advance(2)
    events().data(Buffer.from('\r\nhi'))
    expect(await probe).toEqual({
      ok: true,
      value: {
        status: 200,
        headers: new Map([
          ['content-length', '2'],
          ['a', '1, 2'],
        ]),
        setCookies: ['x=1', 'y=2'],
        body: 'hi',
        address: '10.0.20.5',
        certificate: { notBefore: 1, notAfter: 2, subject: 's', issuer: 'i' },
        ms: 42,
      },
    } as never)
    expect(held.targets).toEqual([
      {
        hostname: '10.0.20.5',
        port: 443,
        tls: { verify: true, serverName: 'app.example.com' },
        timeoutMs: 5000,
      },
    ])
  })

  test('announces itself by name, and closes in every case', async () => {
    const held = line()
    const probe = held.prober.probe(request)
    await settled()
    expect(held.sent).toContain('\r\nUser-Agent: gatehouse-probe/1.2.3\r\n')
    held.events().close(true)
    const outcome = await probe
    expect(!outcome.ok && outcome.error.class).toBe('MALFORMED')
    expect(held.terminated).toBe(1)
  })

  test.each<readonly [said: string, detail: string]>([
    ['', 'No answer in 5000 ms'],
    ['HTTP/1.1 200 OK\r\n', 'The answer did not end in 5000 ms'],
    [`${head}\r\nh`, 'The answer did not end in 5000 ms'],
  ])('ends when its time is over, whatever came: %j', async (said, detail) => {
    const held = line()
    const probe = held.prober.probe(request)
    await settled()
    if (said !== '') held.events().data(Buffer.from(said))
    held.clock.advance(5000)
    expect(await probe).toEqual({ ok: false, error: { class: 'TIMEOUT', detail, ms: 5000 } })
    expect(held.terminated).toBe(1)
  })

  test('gives a minute at most, whatever is asked for', async () => {
    const held = line()
    const probe = held.prober.probe({ ...request, timeoutMs: 3_600_000 })
    await settled()
    held.clock.advance(60_000)
    const outcome = await probe
    expect(!outcome.ok && outcome.error.class).toBe('TIMEOUT')
  })

  test('counts the time of resolving', async () => {
    const slow = fakeDns({ 'app.example.com': ['10.0.20.5'] })
    const held: Line = line({
      dns: {
        resolve: async (question) => {
          if (question.family === 'ipv4') held.clock.advance(4000)
          return slow.resolve(question)
        },
      },
    })
    const probe = held.prober.probe(request)
    await settled()
    expect(held.targets[0]?.timeoutMs).toBe(1000)
    held.clock.advance(1000)
    const outcome = await probe
    expect(!outcome.ok && [outcome.error.class, outcome.error.ms]).toEqual(['TIMEOUT', 5000])
  })

  test.each<readonly [code: ConnectFault['code'], wanted: string, tried: string[]]>([
    ['unreachable', 'CONNECT', ['10.0.20.5', 'fd00::5']],
    ['timeout', 'TIMEOUT', ['10.0.20.5']],
    ['handshake', 'TLS', ['10.0.20.5']],
    ['untrusted', 'TLS', ['10.0.20.5']],
  ])('after %s it is %s, and only who cannot be reached is tried elsewhere', async (...row) => {
    const [code, wanted, tried] = row
    const fault = { code, detail: 'as it is' }
    const held = line({ faults: { '10.0.20.5': fault, 'fd00::5': fault } })
    const outcome = await held.prober.probe(request)
    expect(!outcome.ok && outcome.error.class).toBe(wanted as never)
    expect(held.targets.map(({ hostname }) => hostname)).toEqual(tried)
  })

  test.each<readonly [over: Partial<ProbeRequest>, hostname: string, serverName: string]>([
    [{ address: '10.0.20.9' }, '10.0.20.9', 'app.example.com'],
    [{ address: '[fd00::9]' }, 'fd00::9', 'app.example.com'],
    [{ address: 'app.example.com', host: 'other.example.com' }, '10.0.20.5', 'other.example.com'],
    [{ host: '[fd00::9]' }, 'fd00::9', 'fd00::9'],
    [{ family: 'ipv6' }, 'fd00::5', 'app.example.com'],
    [{ family: 'ipv4' }, '10.0.20.5', 'app.example.com'],
  ])('of %j connects to %s as %s', async (over, hostname, serverName) => {
    const held = line()
    const probe = held.prober.probe({ ...request, ...over })
    await settled()
    expect(held.targets[0]?.hostname).toBe(hostname)
    expect(held.targets[0]?.tls).toEqual({ verify: true, serverName })
    held.events().close(true)
    await probe
  })

  test('sends nothing that is not a request', async () => {
    const held = line()
    const headers: Record<string, string> = { Cookie: 'sid=x' }
    const outcome = await held.prober.probe({ ...request, headers })
    const detail = 'A probe carries no header "Cookie"'
    expect(outcome).toEqual({ ok: false, error: { class: 'MALFORMED', detail, ms: 0 } })
    expect([held.targets, held.sent]).toEqual([[], ''])
  })

  test('sends the session of the robot and what it fills in', async () => {
    const held = line()
    const probe = held.prober.probeSignedIn({
      request,
      cookies: 'sid=x',
      body: { type: 'application/x-www-form-urlencoded', text: 'a=b' },
    })
    await settled()
    expect(held.sent).toStartWith('POST / HTTP/1.1\r\n')
    expect(held.sent).toContain('\r\nCookie: sid=x\r\n')
    expect(held.sent).toEndWith('\r\n\r\na=b')
    held.events().close(true)
    expect((await probe).ok).toBe(false)
  })

  test('resolves a name for whoever asks, with faults of class DNS', async () => {
    const { prober } = line()
    const asked = { name: 'app.example.com', resolver: null, timeoutMs: 100 } as const
    const found: Result<readonly string[], unknown> = await prober.resolve({
      ...asked,
      family: 'ipv6',
    })
    expect(found).toEqual({ ok: true, value: ['fd00::5'] })
    const none = await prober.resolve({ ...asked, name: 'b.example.com', family: 'ipv4' })
    expect(!none.ok && [none.error.class, none.error.ms]).toEqual(['DNS', 0])
  })
})
