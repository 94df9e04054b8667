// Certificates of providers: fetched when they changed, checked, and the last known kept when they cannot be had.
import { describe, expect, test } from 'bun:test'
import { toUtf8 } from '../../std/bytes.ts'
import { ok } from '../../std/result.ts'
import { AuthentikApi } from '../../world/authentik-api.ts'
import { realRandom } from '../../world/random.ts'
import { selfSigned } from '../transport/self-signed.ts'
import { readCertificates } from './certificates.ts'

const random = realRandom()
const one = selfSigned({ name: 'one.example.com', now: Date.UTC(2026, 0, 1), random })
const two = selfSigned({ name: 'two.example.com', now: Date.UTC(2026, 0, 1), random })
const known = { uuid: 'a', fingerprint: 'old', ...one }

/** An API that answers by the end of the path; what it does not know is 404. */
function apiWith(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = []
  const http = {
    send: async ({ url }: { readonly url: string }) => {
      const path = new URL(url).pathname.replace('/api/v3/crypto/certificatekeypairs/', '')
      asked.push(path)
      const body = answers[path]
      const text = typeof body === 'string' ? body : JSON.stringify(body ?? {})
      return ok({
        status: body === undefined ? 404 : 200,
        headers: new Headers(),
        body: toUtf8(text),
      })
    },
  }
  const access = { address: { baseUrl: 'https://id.example.com/' }, token: 't', agent: 'a' }
  return { api: new AuthentikApi(http, access), asked }
}

function whole(uuid: string, pair: typeof one, fingerprint = 'new') {
  return {
    [`${uuid}/`]: { fingerprint_sha256: fingerprint },
    [`${uuid}/view_certificate/`]: { data: pair.certificatePem },
    [`${uuid}/view_private_key/`]: { data: pair.privateKeyPem },
  }
}

const always = { known: [], mayGoOn: () => true }

describe('readCertificates()', () => {
  test('reads certificate and key of each', async () => {
    const { api } = apiWith({ ...whole('a', one), ...whole('b', two, 'other') })
    const read = await readCertificates(api, new Set(['a', 'b']), always)
    expect(read).toEqual({
      pairs: [
        { uuid: 'a', fingerprint: 'new', ...one },
        { uuid: 'b', fingerprint: 'other', ...two },
      ],
      faults: [],
    })
  })

  test('does not ask for a key that it has already', async () => {
    const { api, asked } = apiWith(whole('a', two, 'old'))
    const read = await readCertificates(api, new Set(['a']), { ...always, known: [known] })
    expect([read.pairs, asked]).toEqual([[known], ['a/']])
  })

  test('takes the new one when the fingerprint changed', async () => {
    const { api } = apiWith(whole('a', two))
    const read = await readCertificates(api, new Set(['a']), { ...always, known: [known] })
    expect(read.pairs).toEqual([{ uuid: 'a', fingerprint: 'new', ...two }])
  })

  const unfit: readonly (readonly [what: string, Record<string, unknown>, string])[] = [
    ['nothing', {}, 'was answered "404"'],
    ['no fingerprint', { 'a/': {} }, 'It has no fingerprint'],
    ['an empty fingerprint', { 'a/': { fingerprint_sha256: '' } }, 'It has no fingerprint'],
    [
      'a fingerprint that is a number',
      { 'a/': { fingerprint_sha256: 7 } },
      'It has no fingerprint',
    ],
    ['no key', { ...whole('a', one), 'a/view_private_key/': {} }, 'Its parts cannot be read'],
    [
      'no certificate',
      { ...whole('a', one), 'a/view_certificate/': { data: 7 } },
      'Its parts cannot be read',
    ],
    [
      'a certificate without end',
      { ...whole('a', one), 'a/view_certificate/': { data: 'x'.repeat(262_145) } },
      'Its parts cannot be read',
    ],
    [
      'the key of another',
      { ...whole('a', one), 'a/view_private_key/': { data: two.privateKeyPem } },
      'It is no certificate with its key',
    ],
    [
      'nonsense',
      { ...whole('a', one), 'a/view_certificate/': { data: 'nonsense' } },
      'It is no certificate with its key',
    ],
    [
      'parts swapped',
      { ...whole('a', { certificatePem: one.privateKeyPem, privateKeyPem: one.certificatePem }) },
      'It is no certificate with its key',
    ],
  ]
  test.each(unfit)(
    'of %s keeps the last known, with a sentence',
    async (_what, answers, sentence) => {
      const { api } = apiWith(answers)
      const read = await readCertificates(api, new Set(['a']), { ...always, known: [known] })
      expect(read.pairs).toEqual([known])
      expect(read.faults).toEqual([expect.stringContaining(`Certificate "a": `)])
      expect(read.faults[0]).toContain(sentence)
      expect(read.faults[0]).not.toContain('PRIVATE KEY')
      const fresh = await readCertificates(api, new Set(['a']), always)
      expect(fresh.pairs).toEqual([])
    },
  )

  test('one that cannot be read keeps no other from being read', async () => {
    const { api } = apiWith(whole('b', two))
    const read = await readCertificates(api, new Set(['a', 'b', 'c']), always)
    expect([read.pairs.map(({ uuid }) => uuid), read.faults.length]).toEqual([['b'], 2])
  })

  test('asks nothing more when there is no time, and keeps what is known', async () => {
    const { api, asked } = apiWith(whole('a', two))
    const read = await readCertificates(api, new Set(['a', 'b']), {
      known: [known],
      mayGoOn: () => false,
    })
    expect([read.pairs, asked]).toEqual([[known], []])
    expect(read.faults).toEqual([
      'Certificate "a": There was no time left',
      'Certificate "b": There was no time left',
    ])
  })
})
