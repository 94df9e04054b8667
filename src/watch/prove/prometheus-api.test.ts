// A Prometheus that is no Prometheus: everything it may answer, and that nothing is alive for it.
import { describe, expect, test } from 'bun:test'
import { toUtf8 } from '../../std/bytes.ts'
import { err, ok } from '../../std/result.ts'
import type { HttpClient, HttpFailure, OutgoingRequest } from '../../world/http-client.ts'
import { gatherEvidence, selectorsMax } from './evidence.ts'
import { askNames, askSeries } from './prometheus-api.ts'
import { fakePrometheus } from './testing.ts'

const address = { url: 'http://prometheus.test', token: null }

function answering(status: number, body: string): HttpClient {
  return { send: async () => ok({ status, headers: new Headers(), body: toUtf8(body) }) }
}

function failing(code: HttpFailure['code']): HttpClient {
  return { send: async () => err({ code, detail: 'Detail' }) }
}

const wanted = 'wanted a list from the API of Prometheus'

describe('an answer that makes no sense is named', () => {
  const cases: readonly (readonly [string, HttpClient, string])[] = [
    ['a page', answering(200, '<html>'), `Found status "200", ${wanted}`],
    ['nothing', answering(200, ''), `Found status "200", ${wanted}`],
    ['another list', answering(200, '[]'), `Found status "200", ${wanted}`],
    ['a sign-in', answering(401, '{}'), `Found status "401", ${wanted}`],
    [
      'an error of its own',
      answering(400, '{"status":"error","error":"bad \\"match\\""}'),
      `Found status "400", "bad "match"", ${wanted}`,
    ],
    ['no list', answering(200, '{"status":"success","data":{}}'), `Found status "200", ${wanted}`],
    [
      'an error with a good status',
      answering(200, '{"status":"error","data":[]}'),
      `Found status "200", ${wanted}`,
    ],
  ]
  for (const [name, http, reason] of cases)
    test(name, async () => {
      const error = `Cannot understand "http://prometheus.test": ${reason}`
      expect(await askNames(http, address)).toEqual({ ok: false, error })
      expect(await askSeries(http, address, { text: 'up', since: null })).toEqual({
        ok: false,
        error,
      })
    })

  test('names and series of another shape', async () => {
    const numbers = answering(200, '{"status":"success","data":[1]}')
    expect(await askNames(numbers, address)).toMatchObject({
      error: 'Cannot understand "http://prometheus.test": Found names that are no text',
    })
    expect(await askSeries(numbers, address, { text: 'up', since: 1 })).toMatchObject({
      error: 'Cannot understand "http://prometheus.test": Found series that are no labels',
    })
    const nested = answering(200, '{"status":"success","data":[{"a":{}}]}')
    expect((await askSeries(nested, address, { text: 'up', since: 1 })).ok).toBe(false)
  })

  test('none at all', async () => {
    expect(await askNames(failing('timeout'), address)).toMatchObject({
      error: 'Cannot ask "http://prometheus.test": Detail (timeout)',
    })
    expect(await askNames(failing('redirect'), address)).toMatchObject({ ok: false })
  })
})

test('too many series are there, too many names are a fault', async () => {
  const much = failing('too-large')
  expect(await askSeries(much, address, { text: 'up', since: null })).toEqual(
    ok({ isWhole: false }),
  )
  expect(await askNames(much, address)).toMatchObject({ ok: false })
})

test('the token goes into the header and nowhere else', async () => {
  const sent: OutgoingRequest[] = []
  const http: HttpClient = {
    send: async (request) => {
      sent.push(request)
      return err({ code: 'unreachable', detail: 'Detail' })
    },
  }
  const answer = await askNames(http, { ...address, token: 'secret-of-mine' })
  expect(sent[0]?.headers).toEqual({ authorization: 'Bearer secret-of-mine' })
  expect(JSON.stringify([answer, sent[0]?.url])).not.toContain('secret-of-mine')
})

const selector = { metric: 'a', matchers: [], text: 'a' }

test('gatherEvidence() ends at the first fault: half an answer proves nothing', async () => {
  const good = fakePrometheus([{ __name__: 'a' }])
  let count = 0
  const http: HttpClient = {
    send: async (request) =>
      ++count === 1 ? good.send(request) : err({ code: 'timeout', detail: 'Detail' }),
  }
  const gathered = await gatherEvidence({ http, address, since: 0 }, [selector])
  expect(gathered).toEqual({
    ok: false,
    error: 'Cannot ask "http://prometheus.test": Detail (timeout)',
  })
})

test('gatherEvidence() asks of late first, then in all that is stored', async () => {
  const http: HttpClient & { readonly asked: string[] } = {
    asked: [],
    send: async ({ url }) => {
      http.asked.push(url.replace('http://prometheus.test/api/v1/', ''))
      const data = url.endsWith('/values')
        ? ['a']
        : url.includes('start=')
          ? []
          : [{ __name__: 'a' }]
      return ok({
        status: 200,
        headers: new Headers(),
        body: toUtf8(JSON.stringify({ status: 'success', data })),
      })
    },
  }
  const gathered = await gatherEvidence({ http, address, since: 77 }, [selector])
  expect(http.asked).toEqual([
    'label/__name__/values',
    'series?match[]=%7B__name__%3D%22a%22%7D&start=77',
    'series?match[]=a&start=77',
    'series?match[]=a',
  ])
  expect(gathered.ok && gathered.value.matches.get('a')).toBe('long ago')
})

test('gatherEvidence() asks a Prometheus only so much', async () => {
  const many = Array.from({ length: selectorsMax + 1 }, (_, i) => ({ ...selector, text: `a${i}` }))
  expect(await gatherEvidence({ http: failing('timeout'), address, since: 0 }, many)).toEqual({
    ok: false,
    error: `Cannot ask for ${selectorsMax + 1} selectors, wanted ${selectorsMax} at most`,
  })
})
