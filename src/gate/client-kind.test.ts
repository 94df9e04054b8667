// Kinds of clients by what they say of themselves.
import { expect, test } from 'bun:test'
import { clientKind } from './client-kind.ts'
import { testRequest } from './testing.ts'

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'people'],
  ['Uptime-Kuma/2.3.2', 'probes'],
  ['Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)', 'probes'],
  ['kube-probe/1.33', 'probes'],
  ['Blackbox Exporter/0.27.0', 'probes'],
  ['curl/8.14.1', 'machines'],
  ['', 'machines'],
  [`${'x'.repeat(300)}uptime-kuma`, 'machines'],
])('clientKind of %j is %s', (agent, kind) => {
  expect<string>(clientKind(testRequest({ 'user-agent': agent }))).toBe(kind)
})

test('clientKind of a request without a User-Agent is a machine', () => {
  expect(clientKind(testRequest({}))).toBe('machines')
})
