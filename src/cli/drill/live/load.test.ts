// The load of the lab on a clock that stands still: its pace, its bound, and how endings are counted.
import { describe, expect, test } from 'bun:test'
import { type Result, err, ok } from '../../../std/result.ts'
import { fakeClock } from '../../../world/clock.ts'
import type { HttpFailure, IncomingResponse, OutgoingRequest } from '../../../world/http-client.ts'
import { startLoad, totalOf } from './load.ts'

type Answer = Result<IncomingResponse, HttpFailure>

const answered = (status: number): Answer =>
  ok({ status, headers: new Headers(), body: new Uint8Array() })
const failed = (code: HttpFailure['code']): Answer => err({ code, detail: '' })
const redirected: Answer = err({ code: 'redirect', detail: 'Answered 302' })

function load(
  answer: (request: OutgoingRequest) => Answer | Promise<Answer>,
  holders: string[] = [],
) {
  const clock = fakeClock(0)
  const sent: OutgoingRequest[] = []
  const http = {
    send: async (request: OutgoingRequest) => {
      sent.push(request)
      return answer(request)
    },
  }
  return { clock, sent, load: startLoad({ clock, http, proxyPort: 80, perSecond: 10, holders }) }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

describe('startLoad()', () => {
  test('sends so many strangers a second, none with a cookie, over all hosts in turn', async () => {
    const { clock, sent, load: running } = load(() => redirected)
    clock.advance(2000)
    await settle()
    running.stop()
    clock.advance(2000)
    expect(running.strangers()).toMatchObject({ redirect: 20, 'client-error': 0 })
    expect(sent.every(({ headers }) => headers?.['cookie'] === undefined)).toBe(true)
    expect(new Set(sent.map(({ headers }) => headers?.['host'])).size).toBe(19)
  })

  test.each([
    [redirected, 'redirect'],
    [answered(200), 'let-in'],
    [answered(400), 'client-error'],
    [answered(502), 'server-error'],
    [failed('timeout'), 'none'],
    [failed('unreachable'), 'none'],
  ] as const)('counts %j as %p', async (answer, ending) => {
    const { clock, load: running } = load(() => answer)
    clock.advance(100)
    await settle()
    expect(running.strangers()[ending]).toBe(1)
    expect(totalOf(running.strangers())).toBe(1)
  })

  test('those who are signed in look twice a second, and are counted apart', async () => {
    const { clock, load: running } = load(
      ({ headers }) => (headers?.['cookie'] === undefined ? answered(400) : answered(200)),
      ['a=1', 'b=2'],
    )
    clock.advance(1000)
    await settle()
    expect(running.holders()).toMatchObject({ 'let-in': 4, 'client-error': 0 })
    expect(running.strangers()).toMatchObject({ 'let-in': 0, 'client-error': 10 })
  })

  test('piles nothing up on a gate that hangs', async () => {
    const { clock, sent } = load(async () => new Promise(() => {}))
    clock.advance(60_000)
    await settle()
    expect(sent).toHaveLength(64)
  })
})
