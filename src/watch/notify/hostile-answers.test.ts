// Every channel over HTTP against receivers that lie: each answer is sorted, bounded, and repeats no secret.
import { afterAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { err } from '../../std/result.ts'
import type { ChannelConfig } from '../config.ts'
import { createNotifier } from './create.ts'
import { sequenceId } from './ntfy.ts'
import { notifierWorld, recordingServer, testNotice } from './testing.ts'

const secret = 'tk_s3cr3t-token'
const detailLengthMax = 300

/** Every kind that posts, with a secret where it has one. */
const kinds: Readonly<Record<string, (origin: string) => ChannelConfig>> = {
  ntfy: (origin) => ({ kind: 'ntfy', name: 'c', url: `${origin}/topic`, token: secret }),
  slack: (origin) => ({ kind: 'slack', name: 'c', url: `${origin}/services/${secret}` }),
  discord: (origin) => ({ kind: 'discord', name: 'c', url: `${origin}/api/webhooks/${secret}` }),
  webhook: (origin) => ({ kind: 'webhook', name: 'c', url: `${origin}/hook`, secret }),
  alertmanager: (origin) => ({ kind: 'alertmanager', name: 'c', url: origin, bearer: secret }),
  'uptime-kuma': (origin) => ({
    ...{ kind: 'uptime-kuma', name: 'c', url: origin },
    tokens: { gate_new: secret },
  }),
}

/** A receiver that says these bytes to whatever it hears, and hangs up or not. */
function rawServer(bytes: string, hangsUp = true) {
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data: (socket) => {
        socket.write(bytes)
        if (hangsUp) socket.end()
      },
    },
  })
  return { origin: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) }
}

const http = (status: string, headers: string, body: string): string =>
  `HTTP/1.1 ${status}\r\n${headers}content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`

interface Lie {
  readonly name: string
  readonly bytes: string
  /** Whether it is worth another try. */
  readonly retry: boolean
}

const lies: readonly Lie[] = [
  { name: 'hangs up without a word', bytes: '', retry: true },
  { name: 'speaks another protocol', bytes: 'SSH-2.0-OpenSSH_9.9\r\n', retry: true },
  { name: 'redirects to itself', bytes: http('302 Found', 'location: /\r\n', ''), retry: false },
  {
    name: 'redirects to a place with the secret in it',
    bytes: http('307 Moved', `location: http://127.0.0.1:1/${secret}\r\n`, ''),
    retry: false,
  },
  {
    name: 'echoes the secret in a refusal',
    bytes: http('401 No', '', `bad token ${secret} for /services/${secret}`),
    retry: false,
  },
  {
    name: 'refuses with control characters',
    bytes: http('403 No', '', '\u001b[2J\u0007<script>\u202egnp.exe\r\nX: y'),
    retry: false,
  },
  { name: 'refuses with a megabyte', bytes: http('404 No', '', 'x'.repeat(1 << 20)), retry: false },
  {
    name: 'asks to be left alone for a century',
    bytes: http('503 Busy', 'retry-after: 3153600000\r\n', ''),
    retry: true,
  },
  {
    name: 'asks to be left alone until nonsense',
    bytes: http('429 Slow', 'retry-after: yesterday-ish\r\n', ''),
    retry: true,
  },
  { name: 'breaks off in its headers', bytes: 'HTTP/1.1 200 OK\r\ncontent-le', retry: true },
]

describe.each(Object.keys(kinds))('%s', (kind) => {
  const make = kinds[kind]
  for (const { bytes, name, retry } of lies)
    test(`a receiver that ${name}`, async () => {
      const server = rawServer(bytes)
      try {
        const config = make?.(server.origin)
        if (config === undefined) return expect.unreachable()
        const answer = await createNotifier(config, notifierWorld()).send(testNotice())
        if (answer.ok) return expect.unreachable('It was not taken')
        const { error } = answer
        // A token that no monitor has is wrong for good, whatever the receiver thinks of it.
        expect(error.retry).toBe(retry)
        expect(error.detail).not.toContain(secret)
        expect(error.detail.length).toBeLessThanOrEqual(detailLengthMax)
        expect(error.detail).not.toMatch(/[\p{Cc}\u202e]/u)
        expect(error.retryAfterMs ?? 0).toBeLessThanOrEqual(15 * 60_000)
      } finally {
        server.stop()
      }
    })

  test('a receiver that takes it and goes away may have it', async () => {
    const server = rawServer('')
    try {
      const config = make?.(server.origin)
      if (config === undefined) return expect.unreachable()
      const answer = await createNotifier(config, notifierWorld()).send(testNotice())
      expect(answer).toMatchObject({ ok: false, error: { retry: true, mayHaveArrived: true } })
    } finally {
      server.stop()
    }
  })

  test('a receiver that answers nothing in time may have it; one that is not there has not', async () => {
    const config = make?.('http://127.0.0.1:1')
    if (config === undefined) return expect.unreachable()
    const silent = { send: async () => err({ code: 'timeout' as const, detail: 'x' }) }
    const late = await createNotifier(config, notifierWorld({ http: silent })).send(testNotice())
    expect(late).toMatchObject({ ok: false, error: { retry: true, mayHaveArrived: true } })
    const gone = await createNotifier(config, notifierWorld()).send(testNotice())
    expect(gone).toMatchObject({ ok: false, error: { retry: true } })
    expect(gone.ok || gone.error.mayHaveArrived === true).toBe(false)
  })
})

describe('what a receiver knows a message by', () => {
  const server = recordingServer()
  afterAll(async () => server.stop())

  test('is the same when it is sent again, and another for another message', async () => {
    const send = async (kind: 'ntfy' | 'webhook', sequence: number): Promise<string> => {
      const config = kinds[kind]?.(server.origin)
      if (config === undefined) return expect.unreachable()
      await createNotifier(config, notifierWorld()).send(testNotice('changed', {}, sequence))
      const { headers } = server.requests.at(-1) ?? {}
      return headers?.[kind === 'ntfy' ? 'x-sequence-id' : 'idempotency-key'] ?? ''
    }
    for (const kind of ['ntfy', 'webhook'] as const) {
      const [one, again, other] = [await send(kind, 2), await send(kind, 2), await send(kind, 3)]
      expect(one).toBe(again)
      expect(one).not.toBe('')
      expect(other).not.toBe(one)
    }
  })

  test('sequenceId() has an alphabet and a length that ntfy takes, whatever the key', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(sequenceId(one)).toMatch(/^[-_A-Za-z0-9]{1,64}$/)
        if (one !== other) expect(sequenceId(one)).not.toBe(sequenceId(other))
      }),
    )
  })
})
