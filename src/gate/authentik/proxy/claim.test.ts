// Which requests the reverse proxy takes, by host and path: a table.
import { describe, expect, test } from 'bun:test'
import { type HeadBuffer, RequestHead } from '../../transport/head.ts'
import { testOutpost, testProvider } from '../testing.ts'
import { claimedProvider } from './claim.ts'

const internal = { scheme: 'http', host: 'backend', basePath: '', verifyTls: true } as const
const app = testProvider({ mode: 'proxy', external: 'https://app.example.com', internal })
const forward = testProvider({ clientId: 'f', external: 'https://fwd.example.com' })
const shut = {
  ...{ pk: 9, name: 'shut', faults: [], domain: null, unknownHosts: false },
  host: 'shut.example.com',
}
const two = testOutpost([app, forward], { unusable: [shut] })
const only = testOutpost([app])

function request(target: string, lines: readonly string[], peerTrusted = false): RequestHead {
  const text = [`GET ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n')
  const head = new RequestHead()
  head.peerTrusted = peerTrusted
  expect(head.readAny(Buffer.from(text) as HeadBuffer, 0, text.length)).toBeNull()
  return head
}

describe('claimedProvider()', () => {
  const host = 'Host: app.example.com'
  const table: readonly (readonly [target: string, lines: string[], claimed: boolean])[] = [
    ['/', [host], true],
    ['/', ['Host: APP.example.com.'], true],
    ['/', ['Host: app.example.com:443'], true],
    ['/', ['Host: app.example.com:444'], false],
    ['/', ['Host: fwd.example.com'], false],
    ['/', ['Host: shut.example.com'], false],
    ['/', ['Host: evilapp.example.com'], false],
    ['/', ['Host: a b'], false],
    ['/_gatehouse/auth/traefik', [host], true],
    ['/outpost.goauthentik.io', [host], false],
    ['/outpost.goauthentik.io/../admin', [host], false],
    ['/outpost.goauthentik.io?x', [host], false],
    ['/outpost.goauthentik.ioX', [host], true],
    ['/outpost%2egoauthentik.io/callback', [host], true],
    ['/', ['Host: fwd.example.com', 'X-Forwarded-Host: app.example.com'], false],
  ]
  test.each(table)('of %j with %j: %p', (target, lines, claimed) => {
    expect(claimedProvider(two, request(target, lines))).toBe(claimed ? app : null)
  })

  const trusted: readonly (readonly [lines: string[], claimed: boolean])[] = [
    [['Host: outpost:9000', 'X-Forwarded-Host: app.example.com'], true],
    [['Host: app.example.com', 'X-Forwarded-Host: fwd.example.com'], false],
    [['Host: app.example.com', 'X-Forwarded-Host:'], true],
    [[host, 'X-Forwarded-Host: app.example.com', 'X-Forwarded-Host: fwd.example.com'], false],
  ]
  test.each(trusted)('believes a trusted proxy: %j: %p', (lines, claimed) => {
    expect(claimedProvider(two, request('/', lines, true))).toBe(claimed ? app : null)
  })

  test('takes any host for the only provider, but not the pages of the gate', () => {
    expect(claimedProvider(only, request('/x', ['Host: 10.0.0.1:9000']))).toBe(app)
    expect(claimedProvider(only, request('/_gatehouse/me', ['Host: 10.0.0.1:9000']))).toBeNull()
  })
})
