// What flows through a proxy for long or in bulk: WebSockets, event streams, uploads, kept connections.
import { expect } from 'bun:test'
import { createHash } from 'node:crypto'
import type { UploadReport } from '../peers/backend.ts'
import { openRaw } from '../peers/raw-client.ts'
import { frameText, textFrame } from '../peers/websocket.ts'
import { type ProxyEstate, ask, navigation, openAsk, requestLines, script } from './proxy-estate.ts'
import { forged, smuggled, type Story } from './proxy-story.ts'

/** In the order in which they are told. */
export const flowStories: readonly Story[] = [
  [
    'a WebSocket opens with a session and echoes; without one it is 401',
    async (estate) => {
      const upgrade = [
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ]
      // Traefik never tells the gate of an upgrade. No browser opens a WebSocket as a page.
      for (const extra of estate.proxy === 'traefik' ? [[]] : [[], navigation]) {
        const headers = [...upgrade, ...extra]
        const stranger = await ask(estate, { target: '/ws', headers })
        expect(stranger.status).toBe(401)
        expect(stranger.header('location')).toBeNull()
      }
      expect(estate.backend.seen).toEqual([])
      const connection = await openAsk(estate, {
        target: '/ws',
        cookie: estate.alice,
        headers: [...upgrade, ...forged],
      })
      expect((await connection.head()).status).toBe(101)
      for (const text of ['one', 'two']) {
        await connection.write(textFrame(text, 'client'))
        expect(frameText(await connection.some())).toBe(`echo ${text}`)
      }
      connection.close()
      expect(estate.backend.seen[0]?.all('remote-user')).toEqual(['alice'])
      expect(smuggled(estate)).toEqual([])
    },
  ],
  [
    'an upgrade to h2c never reaches the service: it would be a tunnel past the gate',
    async (estate) => {
      const headers = [
        'Upgrade: h2c',
        'Connection: Upgrade, HTTP2-Settings',
        'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
      ]
      for (const target of ['/public/a', '/ws/public']) {
        await ask(estate, { target, cookie: estate.alice, headers }).catch(() => null)
        for (const seen of estate.backend.seen)
          expect([seen.all('upgrade'), seen.all('http2-settings')]).toEqual([[], []])
      }
    },
  ],
  [
    'server-sent events arrive one by one, before the next is sent',
    async (estate) => {
      const headers = ['Accept: text/event-stream']
      const stream = await openAsk(estate, { target: '/events', cookie: estate.alice, headers })
      expect((await stream.head()).status).toBe(200)
      for (const data of ['first', 'second', 'third']) {
        expect(estate.backend.emit(data)).toBe(1)
        expect(await stream.until(`data: ${data}\n\n`)).toContain(data)
      }
      stream.close()
    },
  ],
  [
    'an upload of 64 MiB arrives whole, and nothing of it goes to the gate',
    async (estate) => {
      estate.relay.forget()
      for (const framing of ['length', 'chunks'] as const) {
        const report = await upload(estate, framing)
        expect(report.received).toEqual(report.sent)
      }
      expect(estate.relay.asked()).not.toContain(uploadMark)
      expect(estate.relay.asked().length).toBeLessThan(8192)
    },
  ],
  [
    'an upload without a session is refused before it is sent',
    async (estate) => {
      for (const extra of [[], ['Expect: 100-continue']]) {
        const connection = await openAsk(estate, {
          method: 'POST',
          target: '/upload',
          headers: [...script, `Content-Length: ${uploadBytes}`, ...extra],
        })
        if (extra.length === 0) await connection.write(Buffer.alloc(1024, 'x'))
        expect((await connection.head()).status).toBe(401)
        connection.close()
      }
      expect([estate.backend.seen, estate.backend.uploadedBytes()]).toEqual([[], 0])
    },
  ],
  [
    'a member who waits for 100 Continue gets it',
    async (estate) => {
      const connection = await openAsk(estate, {
        method: 'POST',
        target: '/upload',
        cookie: estate.alice,
        headers: ['Content-Length: 5', 'Expect: 100-continue'],
      })
      expect(await connection.until('\r\n\r\n')).toStartWith('HTTP/1.1 100')
      await connection.write('hello')
      expect(JSON.parse((await connection.answer()).body)).toMatchObject({ bytes: 5 })
      connection.close()
    },
  ],
  [
    'each request on a kept connection is judged by itself',
    async (estate) => {
      const connection = await openAsk(estate, { target: '/public/1' })
      expect((await connection.answer()).status).toBe(200)
      const second = requestLines(estate, { target: '/admin', headers: script })
      await connection.write(`${second.join('\r\n')}\r\n\r\n`)
      expect((await connection.answer()).status).toBe(401)
      connection.close()
      const pipelined = await openRaw(estate.port)
      const lines = ['/public/2', '/admin', '/public/3'].map((target) =>
        [...requestLines(estate, { target, headers: script }), '', ''].join('\r\n'),
      )
      await pipelined.write(lines.join(''))
      expect((await pipelined.answer()).status).toBe(200)
      expect((await pipelined.answer()).status).toBe(401)
      // Some proxies close after a refusal, some go on.
      await pipelined.answer().catch(() => null)
      pipelined.close()
      const targets = estate.backend.seen.map(({ target }) => target)
      expect(targets.filter((target) => !target.startsWith('/public/'))).toEqual([])
    },
  ],
  [
    'connections to the gate are kept: a hundred requests need few of them',
    async (estate) => {
      estate.relay.forget()
      for (let i = 0; i < 100; i++) await ask(estate, { headers: script })
      expect(estate.relay.connections()).toBeLessThanOrEqual(4)
    },
  ],
]

const uploadMark = 'gatehouse-upload-'
const uploadPart = Buffer.alloc(1024 * 1024, uploadMark)
const uploadParts = 64
const uploadBytes = uploadParts * uploadPart.length

async function upload(
  estate: ProxyEstate,
  framing: 'length' | 'chunks',
): Promise<{ sent: UploadReport; received: unknown }> {
  const hash = createHash('sha256')
  const connection = await openRaw(estate.port)
  const framed =
    framing === 'length' ? `Content-Length: ${uploadBytes}` : 'Transfer-Encoding: chunked'
  const lines = requestLines(estate, {
    method: 'PUT',
    target: `/upload/${framing}`,
    cookie: estate.alice,
    headers: [framed],
  })
  await connection.write(`${lines.join('\r\n')}\r\n\r\n`)
  for (let i = 0; i < uploadParts; i++) {
    hash.update(uploadPart)
    if (framing === 'chunks') await connection.write(`${uploadPart.length.toString(16)}\r\n`)
    await connection.write(uploadPart)
    if (framing === 'chunks') await connection.write('\r\n')
  }
  if (framing === 'chunks') await connection.write('0\r\n\r\n')
  const answer = await connection.answer()
  connection.close()
  return {
    sent: { bytes: uploadBytes, sha256: hash.digest('hex') },
    received: answer.status === 200 ? JSON.parse(answer.body) : answer,
  }
}
