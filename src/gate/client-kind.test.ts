// Kinds of clients by what they say of themselves, and by the marks of our own probes.
import { describe, expect, test } from 'bun:test'
import { probeKeyOf, writeProbeMark } from '../model/probe-mark.ts'
import { fakeClock } from '../world/clock.ts'
import { clientKind } from './client-kind.ts'
import { ProbeMarks } from './probe-marks.ts'
import { testMarks, testRequest } from './testing.ts'

const start = 1_800_000_000_000
const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const ours = 'gatehouse-probe/1.0.0'
const key = probeKeyOf(new Uint8Array(32))

function nonce(value: number): Uint8Array {
  return new Uint8Array(16).fill(value)
}

test.each([
  [browser, 'people'],
  ['Uptime-Kuma/2.3.2', 'probes'],
  ['Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)', 'probes'],
  ['kube-probe/1.33', 'probes'],
  ['Blackbox Exporter/0.27.0', 'probes'],
  ['curl/8.14.1', 'machines'],
  // The name alone proves nothing: whoever is not the watch counts as any program.
  [ours, 'machines'],
  ['', 'machines'],
  [`${'x'.repeat(300)}uptime-kuma`, 'machines'],
])('clientKind of %j is %s', (agent, kind) => {
  const marks = testMarks(fakeClock(start))
  expect<string>(clientKind(testRequest({ 'user-agent': agent }), marks)).toBe(kind)
})

test('clientKind of a request without a User-Agent is a machine', () => {
  expect(clientKind(testRequest({}), testMarks(fakeClock(start)))).toBe('machines')
})

describe('clientKind of a request with a mark', () => {
  const fresh = writeProbeMark(key, start, nonce(1))
  const tampered = (at: number): string =>
    fresh.slice(0, at) + (fresh.charAt(at) === 'A' ? 'B' : 'A') + fresh.slice(at + 1)

  test.each<readonly [what: string, mark: string | readonly string[], wanted: string]>([
    ['that is fresh and true', fresh, 'probes'],
    ['of 299 seconds ago', writeProbeMark(key, start - 299_000, nonce(1)), 'probes'],
    ['of 301 seconds ago', writeProbeMark(key, start - 301_000, nonce(1)), 'machines'],
    ['of a clock far ahead', writeProbeMark(key, start + 301_000, nonce(1)), 'machines'],
    ['under another key', writeProbeMark('another key', start, nonce(1)), 'machines'],
    ['under no key', writeProbeMark('', start, nonce(1)), 'machines'],
    ['with another time', `${Number(fresh.slice(0, 10)) + 1}${fresh.slice(10)}`, 'machines'],
    ['with another nonce', tampered(15), 'machines'],
    ['with another signature', tampered(40), 'machines'],
    ['with its end changed', tampered(76), 'machines'],
    ['cut short', fresh.slice(0, -1), 'machines'],
    ['made longer', `${fresh}A`, 'machines'],
    ['of a megabyte', 'A'.repeat(1_000_000), 'machines'],
    ['that is empty', '', 'machines'],
    ['of the right length and no form', '.'.repeat(77), 'machines'],
    ['with letters for a time', `x${fresh.slice(1)}`, 'machines'],
    ['that came twice', [fresh, fresh], 'machines'],
  ])('%s: %#', (_what, mark, wanted) => {
    const request = testRequest({ 'user-agent': ours, 'x-gatehouse-probe': mark })
    expect<string>(clientKind(request, testMarks(fakeClock(start)))).toBe(wanted)
  })

  test('counts a mark once, and then as what comes without it', () => {
    const marks = testMarks(fakeClock(start))
    const seen = (agent: string): string =>
      clientKind(testRequest({ 'user-agent': agent, 'x-gatehouse-probe': fresh }), marks)
    expect([seen(ours), seen(ours), seen(browser)]).toEqual(['probes', 'machines', 'people'])
  })

  test('a forged mark does not use up the true one', () => {
    const marks = testMarks(fakeClock(start))
    const forged = `${fresh.slice(0, 34)}${'A'.repeat(43)}`
    const kinds = [forged, fresh].map((mark) =>
      clientKind(testRequest({ 'x-gatehouse-probe': mark }), marks),
    )
    expect(kinds).toEqual(['machines', 'probes'])
  })

  test('goes by the configured key where there is one', () => {
    let configured: string | null = 'shared with a watch elsewhere'
    const clock = fakeClock(start)
    const marks = new ProbeMarks({
      secret: new Uint8Array(32),
      configuredKey: () => configured,
      clock,
    })
    expect(marks.isFresh(writeProbeMark(configured, start, nonce(1)))).toBe(true)
    expect(marks.isFresh(writeProbeMark(key, start, nonce(2)))).toBe(false)
    configured = null
    expect(marks.isFresh(writeProbeMark(key, start, nonce(3)))).toBe(true)
    configured = ''
    expect(marks.isFresh(writeProbeMark('', start, nonce(4)))).toBe(false)
  })
})
