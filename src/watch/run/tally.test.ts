// What is remembered for metrics: the newest of each door, its certificate, and counts that stay few.
import { expect, test } from 'bun:test'
import { testDoor } from '../contract/testing.ts'
import type { Observation } from '../door.ts'
import { Tally } from './tally.ts'

const seen: Observation = {
  probe: 'door:app.example.com/@edge',
  door: testDoor(),
  vantage: 'edge',
  replica: null,
  at: 1,
  ms: 125,
  class: 'REDIRECT_IDP',
  status: 302,
  ok: true,
  detail: '',
  certificateNotAfter: 99,
}

test('Tally keeps the newest observation of a door and vantage, and its certificate', () => {
  const tally = new Tally({ scheme: 'https', port: 443 })
  tally.note(seen)
  const { certificateNotAfter: _, ...plain } = seen
  tally.note({ ...plain, class: 'TIMEOUT', ok: false, status: null })
  expect([...tally.doors.values()]).toEqual([
    {
      instance: 'https://app.example.com/',
      vantage: 'edge',
      class: 'TIMEOUT',
      ok: false,
      status: null,
      ms: 125,
      certificateNotAfter: null,
    },
  ])
  // A certificate is remembered while none is seen: it ends whether somebody looks or not.
  expect([...tally.certificates.values()]).toEqual([
    { host: 'app.example.com', vantage: 'edge', notAfter: 99 },
  ])
})

test('Tally counts doors together by vantage, other probes by their own names', () => {
  const tally = new Tally({ scheme: 'https', port: 8443 })
  tally.note(seen)
  tally.note({ ...seen, door: testDoor({ id: 'b', headers: { 'X-Kind': 'x' } }) })
  tally.note({ ...seen, probe: 'dns', door: null, vantage: null, class: 'DNS', ok: false })
  expect([...tally.outcomes()]).toEqual([
    { probe: 'door@edge', outcome: 'ok', count: 2 },
    { probe: 'dns', outcome: 'DNS', count: 1 },
  ])
  expect([...tally.doors.values()].map(({ instance }) => instance)).toEqual([
    'https://app.example.com:8443/',
    'https://app.example.com:8443/ X-Kind',
  ])
})
