// Addresses and networks: canonical forms, containment, and what is refused.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { must } from '../std/assert.ts'
import {
  networkRange,
  networkSet,
  parseAddress,
  parseCidr,
  rangeCovers,
  rangeEdges,
  rangesOverlap,
} from './network.ts'

describe('parseAddress', () => {
  const good: readonly (readonly [string, string])[] = [
    ['10.0.0.5', '10.0.0.5'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::ffff:10.0.0.5', '10.0.0.5'],
    ['::FFFF:a00:5', '10.0.0.5'],
    ['::1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['fe80::', 'fe80::'],
  ]
  test.each(good)('reads %s', (text, expected) => {
    expect(parseAddress(text)).toBe(expected)
  })

  const bad: readonly string[] = [
    '',
    '10.0.0',
    '10.0.0.0.1',
    '10.0.0.256',
    '010.0.0.1',
    '0x0a.0.0.1',
    '167772161',
    '10.0.0.5:443',
    '[::1]',
    '[::1]:443',
    'fe80::1%eth0',
    ':::',
    '1::2::3',
    ' 10.0.0.5',
    '10.0.0.5 ',
    '10.0.0.5\n',
    '１０.0.0.5',
    'unknown',
    '_hidden',
    `::${'0'.repeat(64)}1`,
  ]
  test.each(bad)('refuses %j', (text) => {
    expect(parseAddress(text)).toBeNull()
    expect(networkSet(['0.0.0.0/0', '::/0']).contains(text)).toBe(false)
  })
})

describe('parseCidr', () => {
  const good: readonly (readonly [string, string])[] = [
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3', '10.1.2.3/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['FD00::/8', 'fd00::/8'],
    ['::1', '::1/128'],
    ['192.168.128.0/17', '192.168.128.0/17'],
  ]
  test.each(good)('reads %s', (text, expected) => {
    expect(parseCidr(text)).toEqual({ ok: true, value: expected })
  })

  const bad: readonly string[] = [
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/255.0.0.0',
    '10/8',
    'fd00::1/8',
    'fd00::/129',
    '::ffff:10.0.0.0/104',
    'lan',
    '',
  ]
  test.each(bad)('refuses %j', (text) => {
    expect(parseCidr(text)).toEqual({ ok: false, error: 'malformed-network' })
  })
})

describe('networkSet', () => {
  const set = networkSet([
    '10.0.0.0/8',
    '192.168.1.7/32',
    '203.0.113.128/25',
    'fd00::/8',
    'rubbish',
  ])
  const cases: readonly (readonly [string | null, boolean])[] = [
    ['10.0.0.0', true],
    ['10.255.255.255', true],
    ['11.0.0.0', false],
    ['9.255.255.255', false],
    ['192.168.1.7', true],
    ['192.168.1.8', false],
    ['203.0.113.127', false],
    ['203.0.113.128', true],
    ['::ffff:10.0.0.5', true],
    ['::ffff:11.0.0.5', false],
    ['fdff::1', true],
    ['fe00::1', false],
    ['::a00:5', false],
    [null, false],
    ['rubbish', false],
  ]
  test.each(cases)('contains %s: %p', (address, expected) => {
    expect(set.contains(address)).toBe(expected)
  })

  test('is empty without networks and holds all of a family with /0', () => {
    expect(networkSet([]).contains('10.0.0.1')).toBe(false)
    expect(networkSet(['0.0.0.0/0']).contains('255.1.2.3')).toBe(true)
    expect(networkSet(['0.0.0.0/0']).contains('::1')).toBe(false)
    expect(networkSet(['::/0']).contains('10.0.0.1')).toBe(false)
  })

  test('agrees with the library on any address and any prefix', () => {
    const ipv4 = fc.tuple(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }))
    const ipv6 = fc.tuple(fc.ipV6(), fc.ipV6(), fc.integer({ min: 0, max: 128 }))
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), fc.boolean(), ([address, other, prefix], near) => {
        // Half of the cases ask about the network that the address itself is in.
        const base = ipaddr.parse(near ? address : other)
        const kind = base.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6
        const network = kind.networkAddressFromCIDR(`${base.toString()}/${prefix}`)
        const asked = ipaddr.process(address)
        const expected = asked.kind() === network.kind() && asked.match(network, prefix)
        expect(networkSet([`${network.toString()}/${prefix}`]).contains(address)).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('networkRange', () => {
  const range = (cidr: string) => must(networkRange(cidr), `"${cidr}" is a network`)

  const pairs: readonly (readonly [string, string, boolean, boolean])[] = [
    ['10.0.0.0/8', '10.1.0.0/16', true, true],
    ['10.1.0.0/16', '10.0.0.0/8', true, false],
    ['10.0.0.0/8', '10.0.0.0/8', true, true],
    ['10.0.0.0/8', '11.0.0.0/8', false, false],
    ['10.255.255.255', '11.0.0.0', false, false],
    ['0.0.0.0/0', '::/0', false, false],
    ['::/0', 'fd00::/8', true, true],
  ]
  test.each(pairs)('of %s beside that of %s', (a, b, overlap, covers) => {
    expect(rangesOverlap(range(a), range(b))).toBe(overlap)
    expect(rangesOverlap(range(b), range(a))).toBe(overlap)
    expect(rangeCovers(range(a), range(b))).toBe(covers)
  })

  const edges: readonly (readonly [string, ...string[]])[] = [
    ['10.0.0.0/8', '10.0.0.0', '11.0.0.0'],
    ['10.255.0.0/16', '10.255.0.0', '11.0.0.0'],
    ['10.1.2.3/32', '10.1.2.3', '10.1.2.4'],
    ['203.0.113.128/25', '203.0.113.128', '203.0.114.0'],
    ['0.0.0.0/0', '0.0.0.0'],
    ['255.0.0.0/8', '255.0.0.0'],
    ['128.0.0.0/1', '128.0.0.0'],
    ['fd00::/8', 'fd00::', 'fe00::'],
    ['::1/128', '::1', '::2'],
    ['::/0', '::'],
  ]
  for (const [cidr, ...expected] of edges)
    test(`of ${cidr} has the edges ${expected.join(' and ')}`, () => {
      expect(rangeEdges(range(cidr))).toEqual(expected)
    })

  test('is null for what is no network', () => {
    for (const text of ['lan', '10.0.0.1/8', '']) expect(networkRange(text)).toBeNull()
  })
})
