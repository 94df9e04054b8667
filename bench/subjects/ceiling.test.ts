// The configuration of the ceiling: as many headers as the gate sends, and nothing that costs.
import { expect, test } from 'bun:test'
import type { RawAnswer } from '../../test/peers/raw-client.ts'
import { config } from './ceiling.ts'

function answer(status: number, headers: RawAnswer['headers'], body = ''): RawAnswer {
  const all = (name: string): string[] =>
    headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value)
  return { status, headers, body, header: (name) => all(name)[0] ?? null, all }
}

test('config repeats every header but those that nginx writes by itself', () => {
  const text = config(
    9000,
    answer(200, [
      ['Date', 'now'],
      ['X-Gatehouse-Decision', 'allow; member'],
      ['Content-Length', '0'],
      ['Remote-User', 'alice'],
      ['Remote-Name', ''],
    ]),
  )
  const added = [...text.matchAll(/add_header (.*) always;/g)].map((match) => match[1])
  expect(added).toEqual([
    'X-Gatehouse-Decision "allow; member"',
    'Remote-User "alice"',
    // nginx leaves an empty header out: the hyphen keeps the line.
    'Remote-Name "-"',
  ])
  expect(text).toContain('return 200 ""')
  expect(text).toContain('access_log off')
})

test('config keeps the body and its type, quoted', () => {
  const text = config(9000, answer(401, [['Content-Type', 'application/json']], '{"a":"$b\\"}'))
  expect(text).toContain('default_type "application/json"')
  expect(text).toContain(String.raw`return 401 "{\"a\":\"b\\\"}"`)
})

test('config answers 200 for a redirect, since nginx would write a page for it', () => {
  const text = config(9000, answer(302, [['Location', 'https://auth.example.com/']]))
  expect(text).toContain('return 200 ""')
  expect(text).toContain('add_header Location "https://auth.example.com/" always')
})
