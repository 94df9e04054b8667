// A prober by turns: one request at a time to a host, what it cost counted, what does not end left behind.
import { describe, expect, test } from 'bun:test'
import { type Result, err, ok } from '../../std/result.ts'
import { fakeClock } from '../../world/clock.ts'
import { testProbe } from '../probe/probe-request.fixture.ts'
import type { ProbeAnswer, ProbeFault, ProbeRequest, Prober } from '../probe/prober.ts'
import { createLanes } from './lanes.ts'
import { type Traffic, lanedProber } from './laned-prober.ts'

const answer: ProbeAnswer = {
  status: 200,
  headers: new Map([['content-type', 'text/html']]),
  setCookies: [],
  body: 'x'.repeat(100),
  address: '10.0.20.5',
  certificate: null,
  ms: 5,
}

function request(host: string, over: Partial<ProbeRequest> = {}): ProbeRequest {
  return testProbe({ host, timeoutMs: 1000, ...over })
}

type Outcome = Result<ProbeAnswer, ProbeFault>

/** A prober whose answers a test gives one by one, in the order of the questions. */
function byHand() {
  const clock = fakeClock(0)
  const open: { readonly key: string; readonly end: (outcome: Outcome) => void }[] = []
  const ask = ({ host, port }: ProbeRequest): Promise<Outcome> =>
    new Promise((end) => {
      open.push({ key: `${host}:${port}`, end })
    })
  const plain: Prober = {
    probe: ask,
    probeSignedIn: ({ request: inner }) => ask(inner),
    resolve: async () => ok(['10.0.20.5']),
  }
  const traffic: Traffic = { requests: 0, bytes: 0, timeouts: 0 }
  const lanes = createLanes({ clock, concurrencyMax: 10, defect: () => {} })
  const prober = lanedProber(plain, { lanes, traffic, first: false })
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await Promise.resolve()
  }
  return { clock, open, traffic, prober, settle, asked: () => open.map(({ key }) => key) }
}

describe('lanedProber()', () => {
  test('asks one host once at a time, with or without a session, and others beside', async () => {
    const { asked, open, prober, settle } = byHand()
    void prober.probe(request('a.example.com'))
    void prober.probe(request('a.example.com', { port: 8443 }))
    void prober.probeSignedIn({ request: request('a.example.com'), cookies: 'c', body: null })
    void prober.probe(request('b.example.com'))
    await settle()
    expect(asked()).toEqual(['a.example.com:443', 'b.example.com:443'])
    open[0]?.end(ok(answer))
    await settle()
    expect(asked()[2]).toBe('a.example.com:8443')
    open[2]?.end(ok(answer))
    await settle()
    expect(asked()[3]).toBe('a.example.com:443')
  })

  test('takes an address for one host on each of its ports', async () => {
    const { asked, prober, settle } = byHand()
    void prober.probe(request('10.0.20.9', { port: 9000 }))
    void prober.probe(request('10.0.20.9', { port: 9001 }))
    await settle()
    expect(asked()).toEqual(['10.0.20.9:9000', '10.0.20.9:9001'])
  })

  test('counts requests, bytes and time-outs', async () => {
    const { open, prober, settle, traffic } = byHand()
    const first = prober.probe(request('a.example.com'))
    const second = prober.probe(request('b.example.com'))
    await settle()
    open[0]?.end(ok(answer))
    open[1]?.end(err({ class: 'TIMEOUT', detail: 'No answer', ms: 1000 }))
    expect((await first).ok && (await second).ok).toBe(false)
    expect(traffic).toEqual({
      requests: 2,
      bytes: 100 + 'content-type: text/html\r\n'.length,
      timeouts: 1,
    })
  })

  test('leaves behind what ends after its time, and gives its turn to the next', async () => {
    const { asked, clock, prober, settle, traffic } = byHand()
    const hung = prober.probe(request('a.example.com'))
    void prober.probe(request('a.example.com'))
    await settle()
    clock.advance(2999)
    await settle()
    expect(asked()).toHaveLength(1)
    clock.advance(1)
    const outcome = await hung
    expect(outcome.ok ? null : outcome.error).toEqual({
      class: 'TIMEOUT',
      detail: 'The probe did not end 2000 ms after its time of 1000 ms',
      ms: 3000,
    })
    await settle()
    expect(asked()).toHaveLength(2)
    expect(traffic.timeouts).toBe(1)
  })
})
