// Whose word counts: the right-most address that is no proxy of ours, remembered within bounds.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { networkSet } from '../model/network.ts'
import { createTrust } from './trust.ts'

const trust = createTrust(networkSet(['10.0.0.0/8', '192.168.1.1/32', 'fd00::/8']))

describe('createTrust()', () => {
  test.each([
    ['10.0.0.1', true],
    ['10.255.255.255', true],
    ['11.0.0.0', false],
    ['192.168.1.1', true],
    ['192.168.1.2', false],
    ['fd00::1', true],
    ['fe80::1', false],
    ['', false],
    ['10.0.0.1 ', false],
    ['10.1', false],
    ['localhost', false],
  ])('trusts %p: %p', (address, expected) => {
    expect(trust.isTrusted(address)).toBe(expected)
  })

  const bad = 'malformed-header'
  const cases: readonly (readonly [header: string | null, address: string | null])[] = [
    [null, null],
    ['198.51.100.7', '198.51.100.7'],
    ['1.1.1.1, 198.51.100.7', '198.51.100.7'],
    ['1.1.1.1, 198.51.100.7, 10.0.0.1', '198.51.100.7'],
    ['1.1.1.1,198.51.100.7,10.0.0.1,10.0.0.2', '198.51.100.7'],
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['fd00::1, 2001:db8::1, fd00::2', '2001:db8::1'],
    ['x', bad],
    ['198.51.100.7 x', bad],
    ['198.51.100.256', bad],
    ['0x7f.1', bad],
    ['', null],
  ]
  test.each(cases)('takes the client out of %p as %p', (header, expected) => {
    const read = trust.clientAddress(header)
    expect(read.ok ? read.value : read.error).toBe(expected)
    // The second time it is remembered, and no different.
    expect(trust.clientAddress(header)).toEqual(read)
  })

  test('gives the address that a plain walk from the right gives', () => {
    const address = fc.oneof(
      fc.tuple(fc.constantFrom(10, 11, 198), fc.nat(255), fc.nat(255), fc.nat(255)),
    )
    fc.assert(
      fc.property(fc.array(address, { minLength: 1, maxLength: 8 }), (list) => {
        const texts = list.map((parts) => parts.join('.'))
        const wanted = texts.findLast((text) => !text.startsWith('10.')) ?? texts[0]
        const read = trust.clientAddress(texts.join(', '))
        expect(read.ok ? read.value : read.error).toBe(wanted ?? '')
      }),
    )
  })

  test('goes on answering right when more values came than are remembered', () => {
    const own = createTrust(networkSet(['10.0.0.0/8']))
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < 5000; i++) {
        const address = `198.51.${i >> 8}.${i & 255}`
        expect(own.clientAddress(`${address}, 10.0.0.1`)).toEqual({ ok: true, value: address })
      }
  })

  test('judges by its own proxies: another set gives another answer for the same header', () => {
    const header = '198.51.100.7, 203.0.113.1'
    const first = trust.clientAddress(header)
    const second = createTrust(networkSet(['203.0.113.0/24'])).clientAddress(header)
    expect([first, second]).toEqual([
      { ok: true, value: '203.0.113.1' },
      { ok: true, value: '198.51.100.7' },
    ])
  })
})
