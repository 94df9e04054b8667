// A monitor as an export has it: read, brought into one form, or refused with the reason.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { accepts, monitorAttributes, normalCodes, normalUrl, readMonitor } from './monitor.ts'

function attributes(element: object): unknown {
  const read = readMonitor({ name: 'a', ...element })
  return read.ok ? read.value.attributes : read.error
}

describe('readMonitor()', () => {
  test.each<[string, object, object]>([
    ['only what is there', {}, {}],
    ['an address', { url: 'https://A.example.com' }, { url: 'https://a.example.com/' }],
    ['no address', { url: null }, { url: '' }],
    ['what is none', { url: 'https://' }, { url: 'https://' }],
    ['flags of the database', { active: 0, ignoreTls: 1 }, { active: false, ignoreTls: true }],
    ['flags', { active: true, upsideDown: false }, { active: true, upsideDown: false }],
    ['a flag that is null', { active: null }, {}],
    ['a number that is null', { maxretries: null }, {}],
    [
      'statuses',
      { accepted_statuscodes: ['302', '200 - 299'] },
      { accepted_statuscodes: ['200-299', '302'] },
    ],
    [
      'statuses as JSON',
      { accepted_statuscodes_json: '["302"]' },
      { accepted_statuscodes: ['302'] },
    ],
    [
      'statuses before those as JSON',
      { accepted_statuscodes: ['200'], accepted_statuscodes_json: '["302"]' },
      { accepted_statuscodes: ['200'] },
    ],
    [
      'no secret',
      { basic_auth_pass: 'x', pushToken: 'x', headers: '{}', databaseConnectionString: 'x' },
      {},
    ],
  ])('reads %s', (_what, element, wanted) => expect(attributes(element)).toEqual(wanted))

  test.each<[object, string]>([
    [{ name: 7 }, 'Field "name" is a number, wanted a text'],
    [{ name: undefined }, 'Field "name" is missing, wanted a text'],
    [{ name: 'x'.repeat(501) }, 'Field "name" is longer than "500" characters'],
    [{ interval: '60' }, 'Field "interval" is a string, wanted a number'],
    [{ interval: Number.NaN }, 'Field "interval" is a number, wanted a number'],
    [{ active: 2 }, 'Field "active" is a number, wanted true or false'],
    [{ url: {} }, 'Field "url" is an object, wanted a text'],
    [{ accepted_statuscodes: 'no JSON' }, 'is no list of statuses'],
    [{ accepted_statuscodes: [700] }, 'is no list of statuses'],
    [{ accepted_statuscodes: ['200-'] }, 'is no list of statuses'],
    [{ accepted_statuscodes: Array(101).fill('200') }, 'is no list of statuses'],
  ])('refuses %j', (element, wanted) => expect(attributes(element)).toContain(wanted))

  test('never throws, and gives nothing but what is compared', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom(...Object.keys(monitorAttributes)),
        (value, name) => {
          const read = readMonitor({ name: 'a', [name]: value, other: value })
          const keys = read.ok ? Object.keys(read.value.attributes) : []
          expect(keys.every((key) => Object.hasOwn(monitorAttributes, key))).toBe(true)
        },
      ),
    )
  })
})

describe('accepts()', () => {
  test.each<[readonly string[], number, boolean]>([
    [['200-299'], 200, true],
    [['200-299'], 299, true],
    [['200-299'], 300, false],
    [['200-299', '400'], 400, true],
    [['302'], 400, false],
    [['200-499'], 400, true],
    [[], 400, false],
  ])('of %j and %d is %p', (codes, status, wanted) => {
    expect(accepts(codes, status)).toBe(wanted)
  })

  test('says the same of normal codes', () => {
    const code = fc
      .tuple(fc.integer({ min: 100, max: 599 }), fc.integer({ min: 100, max: 599 }), fc.boolean())
      .map(([a, b, isRange]) => (isRange ? `${Math.min(a, b)} - ${Math.max(a, b)}` : `${a}`))
    fc.assert(
      fc.property(fc.array(code), fc.integer({ min: 100, max: 599 }), (codes, status) => {
        expect(accepts(normalCodes(codes), status)).toBe(accepts(codes, status))
      }),
    )
  })
})

test('normalUrl() writes one address one way, and leaves what is none', () => {
  expect(normalUrl('HTTPS://Example.com:443')).toBe('https://example.com/')
  expect(normalUrl('not an address')).toBe('not an address')
  fc.assert(
    fc.property(fc.webUrl(), (url) => expect(normalUrl(normalUrl(url))).toBe(normalUrl(url))),
  )
})
