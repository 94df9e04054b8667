import { afterEach, beforeEach, expect, test } from 'bun:test'
import { fakeClock } from '../../../src/world/clock.ts'
import { type Authentik, startAuthentik } from './authentik.ts'
import { type Fault, changedBody } from './fault.ts'
import { api, failureOf, outpostAgent } from './outpost-client.ts'

let authentik: Authentik
const clock = fakeClock(0)

beforeEach(async () => {
  authentik = await startAuthentik({
    clock,
    providers: [{ name: 'app', external_host: 'https://app.example.com' }],
  })
})

afterEach(() => authentik.close())

function rawProxy(signal?: AbortSignal): Promise<Response> {
  return fetch(new URL('api/v3/outposts/proxy/', authentik.url), {
    headers: { authorization: `Bearer ${authentik.token}`, 'user-agent': outpostAgent },
    ...(signal === undefined ? {} : { signal }),
  })
}

test('a fault strikes its endpoint alone, as often as told, and can be healed', async () => {
  authentik.control.fault('proxy', { kind: 'status', status: 500, times: 2 })
  const statuses = []
  for (let left = 3; left > 0; left--) statuses.push((await rawProxy()).status)
  expect(statuses).toEqual([500, 500, 200])
  authentik.control.fault('*', { kind: 'status', status: 503 })
  expect((await api(authentik, 'root/config/')).status).toBe(503)
  authentik.control.heal()
  expect((await api(authentik, 'root/config/')).status).toBe(200)
  expect(authentik.control.calls('proxy')).toBe(3)
})

test('slow answers come when the clock says so', async () => {
  authentik.control.fault('proxy', { kind: 'slow', ms: 20_000 })
  let answered = false
  const answer = rawProxy().then((response) => {
    answered = true
    return response
  })
  await authentik.control.until(() => authentik.control.calls('proxy') === 1, 'the request')
  // Another request in between shows that only this one waits.
  expect((await api(authentik, 'root/config/')).status).toBe(200)
  expect(answered).toBe(false)
  clock.advance(20_000)
  expect((await answer).status).toBe(200)
})

test('a request that is never answered ends with its caller, and close() does not wait for it', async () => {
  authentik.control.fault('proxy', { kind: 'hang' })
  const abort = new AbortController()
  const aborted = rawProxy(abort.signal)
  const open = rawProxy()
  await authentik.control.until(() => authentik.control.calls('proxy') === 2, 'both requests')
  abort.abort()
  expect(await failureOf(aborted)).toContain('abort')
  const outcome = open.then(
    () => 'answered',
    () => 'ended',
  )
  await authentik.close()
  expect(await outcome).toBe('ended')
})

test('a huge body is valid JSON of the size that was asked for', async () => {
  authentik.control.fault('proxy', { kind: 'huge', bytes: 300_000 })
  const text = await (await rawProxy()).text()
  expect(text).toHaveLength(300_000)
  expect(JSON.parse(text).results).toEqual([])
})

test('garbage is not JSON and says that it is', async () => {
  authentik.control.fault('proxy', { kind: 'garbage', times: 1 })
  const answer = await rawProxy()
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(await failureOf(answer.json())).not.toBeNull()
  authentik.control.fault('proxy', { kind: 'garbage', body: '' })
  expect(await (await rawProxy()).text()).toBe('')
})

test('a body that is cut fails while it is read', async () => {
  authentik.control.fault('proxy', { kind: 'cut' })
  expect(await failureOf(rawProxy().then((answer) => answer.text()))).not.toBeNull()
})

test('field faults change the right answer', async () => {
  authentik.control.fault('proxy', { kind: 'set', path: 'results.*.mode', value: 7 })
  authentik.control.fault('proxy', { kind: 'unset', path: 'results.0.client_secret' })
  authentik.control.fault('proxy', { kind: 'set', path: 'results.0.extra', value: { a: 1 } })
  const { body } = await api(authentik, 'outposts/proxy/')
  const [provider] = body.results
  expect(provider).toMatchObject({ name: 'app', mode: 7, extra: { a: 1 } })
  expect(Object.keys(provider)).not.toContain('client_secret')
})

const changes: readonly (readonly [string, Fault, unknown])[] = [
  ['set', { kind: 'set', path: 'a', value: 2 }, { a: 2, list: [{ b: 1 }, { b: 2 }] }],
  [
    'set of every element',
    { kind: 'set', path: 'list.*', value: null },
    { a: 1, list: [null, null] },
  ],
  [
    'set in every element',
    { kind: 'set', path: 'list.*.b', value: 0 },
    { a: 1, list: [{ b: 0 }, { b: 0 }] },
  ],
  [
    'set of one element',
    { kind: 'set', path: 'list.1.b', value: 0 },
    { a: 1, list: [{ b: 1 }, { b: 0 }] },
  ],
  ['unset', { kind: 'unset', path: 'list' }, { a: 1 }],
  ['unset of every element', { kind: 'unset', path: 'list.*' }, { a: 1, list: [] }],
  [
    'path that leads nowhere',
    { kind: 'set', path: 'a.b.c', value: 0 },
    { a: 1, list: [{ b: 1 }, { b: 2 }] },
  ],
  ['function', { kind: 'change', change: () => 'x' }, 'x'],
  ['fault of another kind', { kind: 'hang' }, { a: 1, list: [{ b: 1 }, { b: 2 }] }],
]

test.each(changes)('changedBody(): %s', (_, fault, expected) => {
  const body = { a: 1, list: [{ b: 1 }, { b: 2 }] }
  expect(changedBody(body, [fault])).toEqual(expected)
  expect(body).toEqual({ a: 1, list: [{ b: 1 }, { b: 2 }] })
})

test('until() rejects with what was waited for', async () => {
  expect(await failureOf(authentik.control.until(() => false, 'the impossible', 1))).toContain(
    'Waited 1 ms in vain for: the impossible',
  )
})
