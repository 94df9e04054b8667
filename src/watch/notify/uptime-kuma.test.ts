// Push monitors, one a layer: up, down with the reason, and what is said while nothing can be seen.
import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { notifierWorld, recordingServer, testNotice } from './testing.ts'
import { kumaNotifier } from './uptime-kuma.ts'

const server = recordingServer()
afterAll(async () => server.stop())
const taken = () => Response.json({ ok: true })
beforeEach(() => {
  server.requests.length = 0
  server.answer = taken
})

const kuma = () =>
  kumaNotifier(
    {
      kind: 'uptime-kuma',
      name: 'kuma',
      url: `${server.origin}/`,
      tokens: { gate_new: 'tokenNew', idp: 'tokenIdp', upstream: 'tokenUp', prober: 'tokenSelf' },
    },
    notifierWorld(),
  )

const beats = () =>
  Object.fromEntries(
    server.requests.map(({ path, query }) => [
      path.replace('/api/push/token', ''),
      `${query['status']} ${query['msg']}`,
    ]),
  )

describe('kumaNotifier()', () => {
  test('is a heartbeat of every layer that has a monitor while nothing is wrong', async () => {
    expect((await kuma().refresh?.run([]))?.ok).toBe(true)
    expect(beats()).toEqual({ Self: 'up OK', New: 'up OK', Idp: 'up OK', Up: 'up OK' })
    expect(server.requests[0]?.method).toBe('GET')
  })

  test('says down with the reason, and what cannot be judged', async () => {
    const channel = kuma()
    await channel.send(testNotice())
    expect(Object.keys(beats())).toEqual(['New'])
    await channel.refresh?.run([testNotice()])
    expect(beats()).toEqual({
      Self: 'up OK',
      New: `down ${testNotice().subject}`,
      Idp: 'up OK',
      Up: 'up Cannot be judged while gate_new is down',
    })
    await channel.send(testNotice('closed'))
    expect(beats()['New']).toBe('up OK')
  })

  test('while the watch is blind keeps what was known, and only itself goes down', async () => {
    const channel = kuma()
    await channel.refresh?.run([testNotice()])
    const blind = testNotice('opened', { id: 'b', cause: 'blind', verdict: null, title: 'Blind' })
    await channel.refresh?.run([blind])
    expect(beats()).toMatchObject({
      New: 'down Not known: the watch itself is blind',
      Idp: 'up Not known: the watch itself is blind',
    })
    expect(beats()['Self']).toStartWith('down Blind')
  })

  test('a token that Kuma does not know is refused for good and named by its layer', async () => {
    server.answer = ({ path }) =>
      path.endsWith('tokenIdp')
        ? Response.json({ ok: false, msg: 'Monitor not found or not active.' }, { status: 404 })
        : taken()
    const answer = await kuma().refresh?.run([])
    expect(answer).toMatchObject({ ok: false, error: { retry: false } })
    const detail = answer?.ok === false ? answer.error.detail : ''
    expect(detail).toStartWith('No active push monitor has the token for "idp": Answered 404')
    expect(detail).not.toContain('tokenIdp')
    expect(server.requests).toHaveLength(4)
  })

  test('"ok": false with 200 is a refusal, 503 is not', async () => {
    server.answer = () => Response.json({ ok: false })
    expect(await kuma().refresh?.run([])).toMatchObject({ error: { retry: false } })
    server.answer = () => new Response('', { status: 503 })
    expect(await kuma().refresh?.run([])).toMatchObject({ error: { retry: true } })
  })

  test('a test asks every monitor, and shows none as down', async () => {
    await kuma().send({ ...testNotice(), kind: 'test', subject: 'A test' })
    expect(beats()).toEqual({
      Self: 'up A test',
      New: 'up A test',
      Idp: 'up A test',
      Up: 'up A test',
    })
  })

  test('news that are about no layer go elsewhere', async () => {
    const store = testNotice('opened', { cause: 'store:shm', phase: 'warning', verdict: null })
    expect((await kuma().send(store)).ok).toBe(true)
    expect(server.requests).toEqual([])
  })
})
