// What stands behind the listener: whose address a page is told, and what is said when we fail.
import { describe, expect, test } from 'bun:test'
import { networkSet } from '../model/network.ts'
import { realClock } from '../world/clock.ts'
import { memoryLog } from '../world/log.ts'
import type { AuthEndpoint } from './auth-endpoint.ts'
import { Front } from './http.ts'
import type { PageRoute } from './page.ts'
import { testConfig } from './testing.ts'
import { type HeadBuffer, RequestHead } from './transport/head.ts'
import { createTrust } from './trust.ts'

const nobodyLines = 'Remote-User: \r\nRemote-Groups: \r\n'

/** Says the client's address. */
const echo: PageRoute = {
  method: 'GET',
  path: '/_gatehouse/echo',
  handle: async (request) => new Response(request.clientAddress),
}

function front(log = memoryLog()): Front {
  const failing = {
    nobodyLines,
    answer: () => {
      throw new TypeError('A defect of ours')
    },
  }
  return new Front({
    endpoint: failing as unknown as AuthEndpoint,
    pages: [echo],
    outpost: null,
    config: () => testConfig(),
    trust: () => createTrust(networkSet(['10.0.0.0/8'])),
    nextRequestId: () => 'r1',
    clock: realClock(),
    log,
  })
}

async function ask(
  target: string,
  { peer, headers = [] }: { readonly peer: string; readonly headers?: readonly string[] },
): Promise<string> {
  const lines = [`GET ${target} HTTP/1.1`, 'Host: auth.example.com', ...headers, '', '']
  const buffer = Buffer.from(lines.join('\r\n')) as HeadBuffer
  const head = new RequestHead()
  expect(head.read(buffer, 0, buffer.length)).toBeNull()
  head.peer = peer
  head.peerTrusted = peer.startsWith('10.')
  return (await front().handle(head, new Uint8Array(0))).toString()
}

describe('Front', () => {
  const addresses: readonly (readonly [what: string, peer: string, string[], string])[] = [
    ['of a direct connection', '198.51.100.7', [], '198.51.100.7'],
    ['of a stranger who claims another', '198.51.100.7', ['1.1.1.1'], '198.51.100.7'],
    ['that a proxy forwards', '10.0.0.1', ['198.51.100.7'], '198.51.100.7'],
    ['that proxies appended', '10.0.0.1', ['1.1.1.1, 198.51.100.7, 10.0.0.2'], '198.51.100.7'],
    // HAProxy's "option forwardfor" adds a line of its own below the client's.
    ['that a proxy put on a second line', '10.0.0.1', ['1.1.1.1', '198.51.100.7'], '198.51.100.7'],
    ['of the proxy where it forwards nothing', '10.0.0.1', [], '10.0.0.1'],
    ['of the proxy where it forwards nonsense', '10.0.0.1', ['198.51.100.7, x'], '10.0.0.1'],
  ]
  test.each(addresses)('tells a page the address %s', async (_what, peer, forwarded, expected) => {
    const headers = forwarded.map((value) => `X-Forwarded-For: ${value}`)
    const answer = await ask('/_gatehouse/echo', { peer, headers })
    expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe(expected)
  })

  test('says nothing but the identity of nobody when we have a defect', async () => {
    const answer = await ask('/_gatehouse/auth/caddy', { peer: '10.0.0.1' })
    expect(answer).toStartWith('HTTP/1.1 503 ')
    expect(answer).toContain(`\r\n${nobodyLines}`)
    expect(answer).not.toContain('A defect of ours')
  })

  test('tells nginx of a defect with a status that it knows', async () => {
    const answer = await ask('/_gatehouse/auth/nginx', { peer: '10.0.0.1' })
    expect(answer).toStartWith('HTTP/1.1 403 ')
    expect(answer).toContain('X-Gatehouse-Decision: unavailable; defect')
  })
})
