// What a private listener may answer, and what is made of it.
import { describe, expect, test } from 'bun:test'
import { toUtf8 } from '../std/bytes.ts'
import { ok } from '../std/result.ts'
import type { HttpClient } from '../world/http-client.ts'
import { fetchDecision, isRequestId } from './recorded-decision.ts'

/** A listener that says `body` whatever it is asked. */
function answering(status: number, body: string): HttpClient {
  return { send: async () => ok({ status, headers: new Headers(), body: toUtf8(body) }) }
}

/** As the gate says it, with the keys of its log; `noted` is what is made of it. */
const recorded = {
  request_id: 'a-1',
  at: 1_700_000_000_000,
  decision: 'forbid',
  reason: 'not-member',
  dialect: 'nginx',
  method: 'GET',
  host: 'app.test',
  path: '/',
  user: 'alice',
  rule: 'app.test /**',
  client: '10.0.0.1',
  detail: '',
}

function noted({ request_id: requestId, client: clientAddress, ...rest }: typeof recorded) {
  return { requestId, ...rest, clientAddress }
}

async function fetched(status: number, body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return fetchDecision(answering(status, text), 'http://127.0.0.1:9300', 'a-1')
}

describe('fetchDecision', () => {
  test('gives what the gate noted, and only that', async () => {
    const result = await fetched(200, { ...recorded, more: 'x' })
    expect(result).toEqual({ ok: true, value: noted(recorded) as never })
  })

  test('leaves texts empty that are missing', async () => {
    const result = await fetched(200, { at: 1, decision: 'refuse', reason: 'too-long' })
    expect(result).toMatchObject({ ok: true, value: { host: '', user: '', reason: 'too-long' } })
  })

  test('reads a page of signing in, whose reasons are others', async () => {
    const page = { ...recorded, dialect: 'sign-in', decision: 'refuse', reason: 'bad-state' }
    expect(await fetched(200, page)).toEqual({ ok: true, value: noted(page) as never })
    expect(await fetched(200, { ...page, dialect: 'nginx' })).toMatchObject({ ok: false })
    expect(await fetched(200, { ...page, reason: 'not-member' })).toMatchObject({ ok: false })
  })

  const bad: readonly (readonly [string, number, unknown])[] = [
    ['no JSON', 200, 'not json'],
    ['another shape', 200, []],
    ['nothing', 200, 'null'],
    ['a time that no date can say', 200, { ...recorded, at: 8.64e15 + 1 }],
    ['an unknown decision', 200, { ...recorded, decision: 'maybe' }],
    ['an unknown reason', 200, { ...recorded, reason: 'toString' }],
    ['no time', 200, { ...recorded, at: 'today' }],
    ['an error', 500, recorded],
  ]
  test.each(bad)('refuses %s', async (_name, status, body) => {
    const result = await fetched(status, body)
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining('Cannot read') })
  })
})

test('isRequestId lets nothing through that could change an address', () => {
  for (const good of ['a', 'k3J9x2-17', 'a_b-3z']) expect(isRequestId(good)).toBe(true)
  for (const bad of ['', '../x', 'a/b', 'a b', 'a?b', 'a%2f', 'ä', 'x'.repeat(65)])
    expect(isRequestId(bad)).toBe(false)
})
