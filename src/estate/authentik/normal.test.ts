// What means the same is written the same; what is not understood is not guessed.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { normalised, validityMs, validityText } from './normal.ts'

const key = new Uint8Array(32)

describe('validityMs()', () => {
  test.each([
    ['hours=168', 604_800_000],
    ['days=7', 604_800_000],
    ['weeks=1', 604_800_000],
    ['7d', 604_800_000],
    ['hours=1;minutes=30', 5_400_000],
    ['seconds=0', 0],
    ['microseconds=500', 0.5],
    ['', null],
    ['hours', null],
    ['hours=-1', null],
    ['fortnights=1', null],
    ['hours=1,minutes=2', null],
    ['days=7'.padEnd(200, ' '), null],
  ])('reads %j as %p', (text, wanted) => expect(validityMs(text)).toBe(wanted))

  test('reads back what validityText() writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (ms) => {
        expect(validityMs(validityText(ms))).toBe(ms)
      }),
    )
  })
})

describe('normalised()', () => {
  test('fills in what is usual', () => {
    expect(normalised('binding', { application: 'a', group: 'staff' }, key)).toEqual({
      ...{ application: 'a', group: 'staff', order: 0, enabled: true, negate: false },
      ...{ timeout: 30, failure_result: false },
      // What refers to nothing refers to nothing.
      ...{ user: null, policy: null },
    })
  })

  test('writes durations, line ends and lists without order one way', () => {
    const provider = { access_token_validity: 'hours=168', skip_path_regex: '^/a\r\n^/b' }
    expect(normalised('provider', provider, key)).toMatchObject({
      access_token_validity: 'days=7',
      skip_path_regex: '^/a\n^/b',
      refresh_token_validity: 'days=30',
    })
    const outpost = { providers: ['b', 'a', 'b'] }
    expect(normalised('outpost', outpost, key)).toMatchObject({ providers: ['a', 'b'] })
  })

  test('keeps of a config what is not as usual', () => {
    const config = {
      log_level: 'info',
      refresh_interval: 'seconds=300',
      container_image: null,
      kubernetes_disabled_components: ['secret', 'ingress'],
      kubernetes_replicas: 2,
      docker_labels: {},
      of_another_version: 1,
    }
    expect(normalised('outpost', { config }, key)['config']).toEqual({
      kubernetes_disabled_components: ['ingress', 'secret'],
      kubernetes_replicas: 2,
      of_another_version: 1,
    })
  })

  test('hides secrets in mappings: equal ones stay equal, and no value is shown', () => {
    const of = (attributes: object, secretKey = key): string =>
      JSON.stringify(normalised('group', { attributes }, secretKey))
    const one = of({ deep: [{ api_token: 'hunter2' }], floor: 3 })
    expect(one).not.toContain('hunter2')
    expect(one).toContain('"floor":3')
    expect(of({ deep: [{ api_token: 'hunter2' }], floor: 3 })).toBe(one)
    expect(of({ deep: [{ api_token: 'hunter3' }], floor: 3 })).not.toBe(one)
    expect(of({ deep: [{ api_token: 'hunter2' }], floor: 3 }, new Uint8Array(32).fill(1))).not.toBe(
      one,
    )
    // The name of a place is no secret.
    expect(of({ kubernetes_ingress_secret_name: 'tls' })).toContain('"tls"')
  })
})
