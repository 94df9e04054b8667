// What Traefik's API says of its routers, as doors.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { doorOf } from './discovery.ts'
import { discoverTraefik } from './traefik-api.ts'

const middlewares = [
  { name: 'auth@docker', type: 'forwardauth', forwardAuth: { address: 'http://gate' } },
  { name: 'secured@docker', type: 'chain', chain: { middlewares: ['limit', 'auth@docker'] } },
  { name: 'limit@docker', type: 'ratelimit', rateLimit: {} },
  { name: 'loop@docker', type: 'chain', chain: { middlewares: ['loop'] } },
]
const router = (name: string, rule: string, more: object = {}) => ({
  ...{ name: `${name}@docker`, rule, status: 'enabled', service: 's', priority: rule.length },
  ...more,
})

describe('discoverTraefik()', () => {
  test('finds what asks the gate, through chains, and what does not', () => {
    const routers = [
      router('grafana', 'Host(`grafana.example.com`)', { middlewares: ['secured'] }),
      router('public', 'Host(`grafana.example.com`) && PathPrefix(`/public`)'),
      router('limited', 'Host(`blog.example.com`)', { middlewares: ['limit@docker'] }),
    ]
    const { doors, notUnderstood, read } = discoverTraefik({ routers, middlewares })
    expect([read, notUnderstood]).toEqual([3, []])
    const tier = (host: string, path: string) => doorOf(doors, { host, path })?.tier
    expect(tier('grafana.example.com', '/')).toBe('required')
    expect(tier('grafana.example.com', '/public/x')).toBe('none')
    expect(tier('grafana.example.com', '/publicity')).toBe('required')
    expect(tier('blog.example.com', '/')).toBe('none')
    expect(tier('other.example.com', '/')).toBeUndefined()
  })

  test('leaves out disabled routers, and names what it cannot follow', () => {
    const routers = [
      router('off', 'Host(`off.example.com`)', { status: 'disabled' }),
      router('lost', 'Host(`lost.example.com`)', { middlewares: ['gone@file'] }),
      router('loop', 'Host(`loop.example.com`)', { middlewares: ['loop'] }),
      router('bad', 'Host(`bad'),
      router('pattern', 'HostRegexp(`.+`)'),
      { name: 'empty@docker' },
    ]
    const { doors, notUnderstood } = discoverTraefik({ routers, middlewares })
    expect(doors.map(({ host }) => host)).toEqual(['lost.example.com', 'loop.example.com', '*'])
    expect(notUnderstood.map(({ object }) => object)).toEqual([
      'router lost@docker',
      'router bad@docker',
      'router pattern@docker',
      'router empty@docker',
    ])
  })

  test('takes anything for an answer without throwing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (routers, answered) => {
        expect(discoverTraefik({ routers, middlewares: answered }).source).toBe('traefik')
      }),
      { numRuns: 500 },
    )
  })
})
