// The small readers under every witness: hosts, fields, questions, lists of monitors.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  answerBytesMax,
  answerTimeoutMs,
  askJson,
  askText,
  parseJson,
  shown,
} from '../../world/ask.ts'
import { countOf, fieldAt, fieldOf, isFields, listOf, textOf } from './fields.ts'
import { hostOf } from './host-of.ts'
import { createMonitorList } from './monitor-list.ts'
import { servingWorld } from './testing.fixture.ts'
import type { Testimony } from './witness.ts'

describe('hostOf()', () => {
  test.each([
    [['https://app.example.com'], 'app.example.com'],
    [['https://APP.example.com:8443/path?query#part'], 'app.example.com'],
    [['https://user:secret@app.example.com/'], 'app.example.com'],
    [['postgres://db.example.com:5432/x'], 'db.example.com'],
    [['app.example.com'], 'app.example.com'],
    [['app.example.com:9100'], 'app.example.com'],
    [['app.example.com/metrics'], 'app.example.com'],
    [['10.0.0.5:9100'], '10.0.0.5'],
    [['https://', 'mail.example.com'], 'mail.example.com'],
    [['null', 'mail.example.com'], 'mail.example.com'],
    [[null, ' mail.example.com '], 'mail.example.com'],
    [['https://first.example.com', 'second.example.com'], 'first.example.com'],
    [['http://a b/', 'second.example.com'], 'second.example.com'],
    [['', null, 'undefined', 'http://'], null],
    [['not a host'], null],
    [['-.example.com'], null],
    [[], null],
  ])('of %j is %p', (texts, host) => {
    expect(hostOf(...texts)).toBe(host)
  })

  test('never throws, and gives lower case only', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), (text) => {
        const host = hostOf(text)
        if (host !== null) expect(host).toBe(host.toLowerCase())
      }),
      { numRuns: 500 },
    )
  })
})

describe('fields', () => {
  test('are own ones only, and missing is null', () => {
    expect(fieldOf({ a: 1 }, 'a')).toBe(1)
    for (const [value, name] of [
      [{}, 'a'],
      [{ a: undefined }, 'a'],
      [{}, 'constructor'],
      [{}, '__proto__'],
      [[1], 'length'],
      ['text', 'length'],
      [null, 'a'],
      [5, 'a'],
    ] as const)
      expect([name, fieldOf(value, name)]).toEqual([name, null])
    expect(fieldAt({ a: { b: { c: 2 } } }, 'a', 'b', 'c')).toBe(2)
    expect(fieldAt({ a: { b: 1 } }, 'a', 'b', 'c')).toBeNull()
    expect([isFields({}), isFields([]), isFields(null), isFields('x')]).toEqual([
      ...[true, false, false, false],
    ])
  })

  test('have a type and a bound', () => {
    expect(textOf('x'.repeat(1000))).toHaveLength(300)
    expect([textOf(5), textOf(null), textOf('abc', 2)]).toEqual([null, null, 'ab'])
    expect([listOf([1, 2, 3], 2), listOf({ 0: 1 }, 2), listOf('ab', 2)]).toEqual([[1, 2], [], []])
    const counts = [
      0,
      2.9,
      2 ** 53 - 1,
      2 ** 53,
      -1,
      -0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '5',
      null,
    ]
    expect(counts.map(countOf)).toEqual([0, 2, 2 ** 53 - 1, ...Array<null>(7).fill(null)])
  })
})

describe('asking', () => {
  test('is bounded, follows nothing and hides what a library says', async () => {
    const world = servingWorld(() => ({ code: 'unreachable', detail: 'bearer s3cret' }))
    expect(await askText(world.http, { url: 'http://w.example.com/' })).toEqual({
      ok: false,
      error: 'It cannot be reached',
    })
    expect(world.asked[0]).toEqual({
      url: 'http://w.example.com/',
      headers: {},
      timeoutMs: answerTimeoutMs,
      bytesMax: answerBytesMax,
    })
  })

  test('sends a form by POST, encoded', async () => {
    const world = servingWorld(() => '{"a":1}')
    const form = { query: 'up{a="b&c"}' }
    expect(await askJson(world.http, { url: 'http://w/', form })).toEqual({
      ok: true,
      value: { a: 1 },
    })
    expect(world.asked[0]).toMatchObject({
      method: 'POST',
      body: 'query=up%7Ba%3D%22b%26c%22%7D',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  })

  test('takes statuses that are telling for an answer, and no other', async () => {
    const world = servingWorld(() => 422)
    expect(await askText(world.http, { url: 'http://w/', telling: [400, 422] })).toEqual({
      ok: true,
      value: '',
    })
    expect(await askText(world.http, { url: 'http://w/', telling: [400] })).toEqual({
      ok: false,
      error: 'It answered 422',
    })
  })

  test('shows what is no JSON by its beginning, and texts cut and quoted', () => {
    expect(parseJson('{"a":')).toMatchObject({ ok: false })
    expect(parseJson('<html>\u001b[31m')).toEqual({
      ok: false,
      error: 'Its answer is no JSON, it begins with "<html>\\u001b[31m"',
    })
    expect(shown('x'.repeat(500))).toBe(JSON.stringify(`${'x'.repeat(120)}…`))
  })
})

describe('createMonitorList()', () => {
  const monitor = (name: string, host: string | null = null): Testimony => ({
    name,
    host,
    state: 'up',
  })

  test('tells of nothing at the first look, and of both directions after it', () => {
    const list = createMonitorList('kuma')
    expect(list.take([monitor('a'), monitor('b')], 1)).toEqual([])
    const titles = list.take([monitor('b'), monitor('c')], 2).map(({ title }) => title)
    expect(titles).toEqual(['1 monitor added: c', '1 monitor removed: a'])
    expect(list.take([monitor('c'), monitor('b')], 3)).toEqual([])
  })

  test('says that new monitors touch the gate only where they have a host to knock at', () => {
    const list = createMonitorList('kuma')
    list.take([], 1)
    expect(list.take([monitor('push')], 2)[0]?.touches).toEqual([])
    expect(list.take([monitor('push'), monitor('web', 'a.example.com')], 3)[0]?.touches).toEqual([
      'gate_new',
    ])
  })

  test('keeps titles short, however long the names', () => {
    const list = createMonitorList('kuma')
    list.take([], 1)
    const many = Array.from({ length: 500 }, (_, i) => monitor(`${i}-${'x'.repeat(199)}`))
    const [change] = list.take(many, 2)
    expect(change?.title.length).toBeLessThan(260)
    expect(change?.title).toEndWith('and 497 more')
  })
})
