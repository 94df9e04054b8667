// Sending to a channel over HTTP: each kind of answer against a real server, and no secret in what is said.
import { afterAll, describe, expect, test } from 'bun:test'
import { realHttpClient } from '../../world/http-client.ts'
import { addressBelow, retryAfterMs, retryAfterMsMax, sendToChannel } from './post.ts'
import { recordingServer } from './testing.ts'

const server = recordingServer()
afterAll(async () => server.stop())
const now = Date.UTC(2026, 3, 16)
const secretUrl = `${server.origin}/services/T0/B0/s3cr3t?key=qu3ry-secret`

async function answered(response: Response) {
  server.answer = () => response
  return sendToChannel(realHttpClient(), {
    url: secretUrl,
    body: '{}',
    secrets: ['t0ken-value'],
    now,
  })
}

describe('sendToChannel()', () => {
  test.each([200, 201, 204])('takes %p for taken', async (status) => {
    expect((await answered(new Response(null, { status }))).ok).toBe(true)
  })
  test.each([
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [410, false],
    [408, true],
    [425, true],
    [429, true],
    [500, true],
    [502, true],
    [503, true],
  ])('after %p tries again: %p', async (status, retry) => {
    const answer = await answered(new Response('no_service', { status }))
    expect(answer).toMatchObject({
      ok: false,
      error: { retry, detail: `Answered ${status}: "no_service"` },
    })
  })
  test('honours Retry-After', async () => {
    const answer = await answered(
      new Response('', { status: 429, headers: { 'retry-after': '30' } }),
    )
    expect(answer).toMatchObject({ error: { retry: true, retryAfterMs: 30_000 } })
  })
  test('follows no redirect', async () => {
    const before = server.requests.length
    const answer = await answered(Response.redirect(`${server.origin}/elsewhere`, 307))
    expect(answer).toMatchObject({ ok: false, error: { retry: false } })
    expect(server.requests.length - before).toBe(1)
  })
  test('reads no endless answer, and does not send again what may have been taken', async () => {
    const answer = await answered(new Response('x'.repeat(100_000)))
    expect(answer).toMatchObject({ ok: false, error: { retry: false } })
  })
  test('tries again where nothing listens', async () => {
    const gone = recordingServer()
    await gone.stop()
    const answer = await sendToChannel(realHttpClient(), { url: `${gone.origin}/s3cr3t`, now })
    expect(answer).toMatchObject({ ok: false, error: { retry: true } })
    expect(JSON.stringify(answer)).not.toContain('s3cr3t')
  })
  test('repeats no secret that an answer echoes', async () => {
    const echo = `${secretUrl} ?key=qu3ry-secret t0ken-value /services/T0/B0/s3cr3t`
    const answer = await answered(new Response(echo, { status: 404 }))
    const said = JSON.stringify(answer)
    for (const secret of ['s3cr3t', 'qu3ry-secret', 't0ken-value'])
      expect(said).not.toContain(secret)
  })
  test('makes one line of what a server says', async () => {
    const answer = await answered(new Response('a\nb\u202ec'.repeat(200), { status: 500 }))
    const detail = answer.ok ? '' : answer.error.detail
    expect(detail).not.toMatch(/[\n\u202e]/)
    expect(detail.length).toBeLessThan(250)
  })
})

test.each([
  ['30', 30_000],
  ['0', 0],
  ['0.5', 500],
  ['999999', retryAfterMsMax],
  [new Date(now + 60_000).toUTCString(), 60_000],
  [new Date(now - 60_000).toUTCString(), 0],
  ['soon', null],
  ['', null],
  [null, null],
])('retryAfterMs(%p) is %p', (value, wanted) => {
  expect(retryAfterMs(value, now)).toBe(wanted)
})

test.each([
  ['http://am:9093', 'http://am:9093/api'],
  ['http://am:9093/', 'http://am:9093/api'],
  ['http://am/prefix/?x=1', 'http://am/prefix/api'],
])('addressBelow(%p) is %p', (base, wanted) => {
  expect(addressBelow(base, '/api')).toBe(wanted)
})
