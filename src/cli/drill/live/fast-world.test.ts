// The world at speed: ages of files and times of alerts are turned, the rest is as it was.
import { expect, test } from 'bun:test'
import { ok } from '../../../std/result.ts'
import { fakeWorld } from '../../../world/fake-world.ts'
import type { OutgoingRequest } from '../../../world/http-client.ts'
import { fastWorld } from './fast-world.ts'

function world() {
  const sent: OutgoingRequest[] = []
  const base = fakeWorld({
    args: [],
    http: {
      send: async (request) => {
        sent.push(request)
        return ok({ status: 200, headers: new Headers(), body: new Uint8Array() })
      },
    },
  })
  const start = base.clock.now()
  const files = {
    ...base.files,
    scan: async () =>
      ok({
        entries: [{ name: 'session_a', sizeBytes: 1, modifiedAt: start + 2000 }],
        isCut: false,
      }),
  }
  return { base, start, sent, fast: fastWorld({ ...base, files }, 60) }
}

test('fastWorld() makes files as old as its clock says', async () => {
  const { base, fast, start } = world()
  base.clock.advance(10_000)
  expect(fast.clock.now()).toBe(start + 600_000)
  const scan = await fast.files.scan('/x', { entriesMax: 9, isWanted: () => true })
  expect(scan.ok && scan.value.entries[0]?.modifiedAt).toBe(start + 120_000)
})

test('fastWorld() tells Alertmanager times of the machine, and others what they were to be told', async () => {
  const { fast, sent, start } = world()
  const at = new Date(start + 600_000).toISOString()
  const body = JSON.stringify([{ startsAt: at, endsAt: at, annotations: { text: at } }])
  const bounds = { timeoutMs: 1, bytesMax: 1, body }
  await fast.http.send({ ...bounds, url: 'http://am/api/v2/alerts' })
  await fast.http.send({ ...bounds, url: 'http://other/' })
  const real = new Date(start + 10_000).toISOString()
  expect(JSON.parse(sent[0]?.body ?? '')).toEqual([
    { startsAt: real, endsAt: real, annotations: { text: at } },
  ])
  expect(sent[1]?.body).toBe(body)
})
