// What the doctor reads from the private listener of the gate, well and unwell, and from nonsense.
import { describe, expect, test } from 'bun:test'
import { toUtf8 } from '../std/bytes.ts'
import { err, ok } from '../std/result.ts'
import type { CheckStatus } from '../watch-why.ts'
import type { HttpClient } from '../world/http-client.ts'
import { gateChecks } from './gate-checks.ts'

const now = Date.UTC(2026, 3, 18, 12)
const origin = 'http://127.0.0.1:9300'

/** Answers by path: a status and a body. */
function http(answers: Readonly<Record<string, readonly [number, unknown]>>): HttpClient {
  return {
    send: async ({ url }) => {
      const found = answers[url.slice(origin.length)]
      if (found === undefined) return err({ code: 'unreachable', detail: 'Nothing listens' })
      const [status, body] = found
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return ok({ status, headers: new Headers(), body: toUtf8(text) })
    },
  }
}

const ready = {
  ready: true,
  checks: [
    { name: 'stranger', ok: true, detail: 'sign-in; no-session' },
    { name: 'session-store', ok: true, detail: 'works' },
  ],
}

function decision(reason: string, over: object = {}): object {
  return {
    request_id: 'r-1',
    at: now - 1000,
    decision: 'refuse',
    reason,
    dialect: 'nginx',
    method: 'GET',
    host: 'app.example.com',
    path: '/',
    user: '',
    rule: '',
    client: '',
    detail: '',
    ...over,
  }
}

async function statuses(client: HttpClient, at: string | null = origin) {
  const checks = await gateChecks({ http: client, origin: at, now })
  return Object.fromEntries(checks.map(({ id, status }) => [id, status]))
}

describe('gateChecks', () => {
  test('is well where the gate is', async () => {
    const client = http({ '/readyz': [200, ready], '/decisions': [200, []] })
    expect(await statuses(client)).toEqual({ gate: 'well', store: 'well', refusals: 'well' })
  })

  test('is wrong where nothing answers, and unknown where nobody may ask', async () => {
    expect(await statuses(http({}))).toEqual({ gate: 'wrong' })
    expect(await statuses(http({}), null)).toEqual({ gate: 'unknown' })
  })

  test('tells a store that does not work from a gate that answers wrongly', async () => {
    const store = { name: 'session-store', ok: false, detail: 'does not work, 3 faults' }
    const soft = { ready: true, checks: [ready.checks[0], store] }
    expect(await statuses(http({ '/readyz': [200, soft], '/decisions': [200, []] }))).toMatchObject(
      {
        gate: 'well',
        store: 'wrong',
      },
    )
    const stranger = { name: 'stranger', ok: false, detail: 'refuse; unknown-host' }
    const hard = { ready: false, checks: [stranger, ready.checks[1]] }
    const checks = await gateChecks({
      http: http({ '/readyz': [503, hard], '/decisions': [200, []] }),
      origin,
      now,
    })
    expect(checks[0]).toMatchObject({ status: 'wrong', cases: ['stranger: refuse; unknown-host'] })
  })

  test.each<[string, readonly object[], CheckStatus]>([
    ['of people', [decision('not-member', { decision: 'forbid' })], 'well'],
    ['of a proxy set up wrongly', [decision('untrusted-peer')], 'doubtful'],
    ['of a store', [decision('session-store', { decision: 'unavailable' })], 'wrong'],
    [
      'long ago',
      [decision('session-store', { decision: 'unavailable', at: now - 7_200_000 })],
      'well',
    ],
  ])('judges refusals %s', async (_, list, status) => {
    const client = http({ '/readyz': [200, ready], '/decisions': [200, list] })
    expect((await statuses(client))['refusals']).toBe(status)
  })

  test('survives nonsense', async () => {
    for (const body of ['', '[', '{"checks":7}', '{"checks":[1,null,{"name":2}]}']) {
      const client = http({ '/readyz': [200, body], '/decisions': [200, body] })
      expect(await statuses(client)).toMatchObject({ gate: 'well', store: 'unknown' })
    }
  })
})
