// What identifies people leaves a text; what only looks like it stays.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createRedactor } from './redact.ts'

const cases: readonly (readonly [name: string, text: string, wanted: string])[] = [
  ['an IPv4 address', 'from 10.0.20.5', 'from (address 1)'],
  ['one with a port', 'from 10.0.20.5:443, twice', 'from (address 1):443, twice'],
  ['one at the end of a sentence', 'from 10.0.20.5.', 'from (address 1).'],
  ['the same one twice', '10.0.0.1 and 10.0.0.1', '(address 1) and (address 1)'],
  ['two of them', '10.0.0.1 and 10.0.0.2', '(address 1) and (address 2)'],
  ['one in the name of a probe', '`origin_auth@10.0.20.5`', '`origin_auth@(address 1)`'],
  ['one in the name of an element', 'ingress/10.0.20.5', 'ingress/(address 1)'],
  ['an IPv6 address', 'from 2001:db8::1', 'from (address 1)'],
  ['a whole IPv6 address', '2001:db8:0:1:1:1:1:1', '(address 1)'],
  ['one in brackets with a port', '[2001:db8::1]:443', '[(address 1)]:443'],
  ['a link-local one with a zone', 'fe80::1%eth0', '(address 1)%eth0'],
  ['the loopback', 'to ::1', 'to (address 1)'],
  ['one with an IPv4 tail', '::ffff:192.0.2.1', '(address 1)'],
  ['upper and lower case as one', '2001:DB8::A and 2001:db8::a', '(address 1) and (address 1)'],
  ['an e-mail address', 'ask alice.b+x@mail.example.com.', 'ask (e-mail address).'],
  ['one in angle brackets', '<bob@example.org>', '<(e-mail address)>'],
  ['a time of day', 'at 12:39:05 UTC', 'at 12:39:05 UTC'],
  ['a time with a date', '2026-04-18 12:39', '2026-04-18 12:39'],
  ['an ISO time', '2026-04-18T12:39:05.123Z', '2026-04-18T12:39:05.123Z'],
  ['a version', 'gatehouse 0.1.0', 'gatehouse 0.1.0'],
  ['four numbers that are no address', '1.2.3.456', '1.2.3.456'],
  ['five numbers', '1.2.3.4.5', '1.2.3.4.5'],
  ['a word with colons', 'std::vector', 'std::vector'],
  ['a probe of a door', 'door:wiki.example/@edge', 'door:wiki.example/@edge'],
  ['a name', 'Emil cannot sign in', '(a person) cannot sign in'],
  ['a name in another case', 'EMIL and emil', '(a person) and (a person)'],
  ['a name in a longer word', 'Emilia remains', 'Emilia remains'],
  ['a name with signs of its own', 'a.b (x) was here', '(a person) was here'],
  ['the longer of two names', 'Emil Zola was here', '(a person) was here'],
]

describe('createRedactor()', () => {
  for (const [name, text, wanted] of cases)
    test(`reads ${name} rightly`, () => {
      expect(createRedactor(['Emil', 'Emil Zola', 'a.b (x)', '', 'x'])(text)).toBe(wanted)
    })

  test('leaves no address behind, whatever stands around it', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6())
    const around = fc.constantFrom('', ' ', ',', '"', '(', ')', '|', '`', '/', '@')
    fc.assert(
      fc.property(address, around, around, (ip, before, after) => {
        fc.pre(ip !== '::')
        const text = createRedactor([])(`x${before === '' ? ' ' : before}${ip}${after} y`)
        expect(text).not.toContain(ip)
        expect(text).toContain('(address 1)')
      }),
    )
  })

  test('is the same again for the same text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(createRedactor(['bob'])(text)).toBe(createRedactor(['bob'])(text))
      }),
    )
  })
})
