// ntfy, Slack, Discord and webhooks: what a recording server gets is what their documentation asks for.
import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { fakeClock } from '../../world/clock.ts'
import type { ChannelConfig } from '../config.ts'
import { createNotifier } from './create.ts'
import { discordMessage, escapeDiscord } from './discord.ts'
import type { Notice } from './notice.ts'
import { encodedWords } from './ntfy.ts'
import { escapeSlack, slackMessage } from './slack.ts'
import { notifierWorld, recordingServer, symptomAt, testNotice } from './testing.ts'

const server = recordingServer()
afterAll(async () => server.stop())
beforeEach(() => {
  server.requests.length = 0
  server.answer = () => new Response('ok')
})

async function send(config: ChannelConfig, notice: Notice, link: string | null = null) {
  const clock = fakeClock(symptomAt)
  const answer = await createNotifier(config, notifierWorld({ clock, link })).send(notice)
  const [request] = server.requests
  if (request === undefined) throw new Error('Nothing was sent')
  return { answer, request }
}

const hostile = {
  title: '<!channel> @everyone *bold* [x](http://evil.example) \r\nBcc: a@b <script>',
  verdict: null,
} as const

describe('ntfy', () => {
  const config = (token: string | null = null): ChannelConfig => ({
    kind: 'ntfy',
    name: 'phone',
    url: `${server.origin}/estate`,
    token,
  })
  test('publishes to the topic with title, priority and tags', async () => {
    const { answer, request } = await send(config('tk_secret'), testNotice())
    expect(answer.ok).toBe(true)
    expect(request).toMatchObject({ method: 'POST', path: '/estate' })
    expect(request.headers).toMatchObject({
      title:
        'gate_new is down for everyone without a session since 2026-04-16 16:57 UTC (99.8 % sure)',
      priority: '5',
      tags: 'rotating_light',
      authorization: 'Bearer tk_secret',
    })
    expect(request.body).toStartWith('The gate turns away')
  })
  test.each([
    ['opened', 'page', '5'],
    ['changed', 'page', '4'],
    ['closed', 'page', '3'],
    ['opened', 'notice', '3'],
    ['changed', 'notice', '2'],
  ] as const)('%p of urgency %p has priority %p', async (kind, urgency, priority) => {
    const { request } = await send(config(), testNotice(kind, { urgency }))
    expect(request.headers['priority']).toBe(priority)
  })
  test('a header is one header, whatever the title says', async () => {
    const { request } = await send(config(), testNotice('opened', hostile))
    expect(request.headers['bcc']).toBeUndefined()
    expect(request.headers['title']).toContain('Bcc: a@b')
  })
  test('a title beyond ASCII is encoded, and comes to the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (title) => {
        const encoded = encodedWords(title)
        expect(encoded).toMatch(/^[ -~]*$/)
        const decoded = encoded
          .split(/(?<=\?=) (?==\?)/)
          .map((word) => {
            const content = /^=\?UTF-8\?B\?(.*)\?=$/.exec(word)?.[1]
            if (content !== undefined) expect(word.length).toBeLessThanOrEqual(75)
            return content === undefined ? word : Buffer.from(content, 'base64').toString('utf8')
          })
          .join('')
        expect(decoded).toBe(title.toWellFormed())
      }),
    )
  })
  test('a long text stays a message', async () => {
    const { request } = await send(config(), { ...testNotice(), text: 'ü'.repeat(5000) })
    expect(new TextEncoder().encode(request.body).length).toBeLessThanOrEqual(4096)
  })
})

describe('Slack', () => {
  test('gets blocks of plain text and an escaped line', async () => {
    const config: ChannelConfig = {
      kind: 'slack',
      name: 'slack',
      url: `${server.origin}/services/T/B/x`,
    }
    const { answer, request } = await send(config, testNotice('opened', hostile))
    expect(answer.ok).toBe(true)
    const body = JSON.parse(request.body)
    expect(body.text).toContain('&lt;!channel&gt;')
    expect(body.text).not.toMatch(/[<>]/)
    expect(body.blocks.map(({ type }: { type: string }) => type)).toEqual(['header', 'section'])
    for (const { text } of body.blocks) expect(text.type).toBe('plain_text')
    expect(body).toMatchObject({ unfurl_links: false, unfurl_media: false })
  })
  test('keeps to the limits of Block Kit', () => {
    const long = { ...testNotice(), subject: 'x'.repeat(400), text: 'y'.repeat(9000) }
    const text = JSON.parse(JSON.stringify(slackMessage(long)))
    expect(text.blocks[0].text.text.length).toBeLessThanOrEqual(150)
    expect(text.blocks[1].text.text.length).toBeLessThanOrEqual(3000)
  })
  test('escapeSlack() leaves no character that markup begins with', () => {
    expect(escapeSlack('<@U1> & <!here>')).toBe('&lt;@U1&gt; &amp; &lt;!here&gt;')
  })
})

describe('Discord', () => {
  test('gets one embed that mentions nobody', async () => {
    server.answer = () => new Response(null, { status: 204 })
    const config: ChannelConfig = {
      kind: 'discord',
      name: 'discord',
      url: `${server.origin}/api/webhooks/1/x`,
    }
    const { answer, request } = await send(config, testNotice('opened', hostile))
    expect(answer.ok).toBe(true)
    const body = JSON.parse(request.body)
    expect(body.allowed_mentions).toEqual({ parse: [] })
    expect(body.embeds).toHaveLength(1)
    expect(body.embeds[0].description).not.toMatch(/(?<!\\)[<@[*]/)
    expect(body.embeds[0].timestamp).toBe('2026-04-16T16:57:00.000Z')
  })
  test('keeps to the limits of embeds', () => {
    const long = { ...testNotice(), subject: '*'.repeat(400), text: '_'.repeat(9000) }
    const { embeds } = JSON.parse(JSON.stringify(discordMessage(long)))
    expect(embeds[0].title.length).toBeLessThanOrEqual(256)
    expect(embeds[0].description.length).toBeLessThanOrEqual(4096)
  })
  test('escapeDiscord() makes text of markup', () => {
    expect(escapeDiscord('**b** <@1> #c')).toBe(String.raw`\*\*b\*\* \<\@1\> \#c`)
  })
})

describe('webhook', () => {
  const config = (secret: string | null): ChannelConfig => ({
    kind: 'webhook',
    name: 'hook',
    url: `${server.origin}/hook`,
    secret,
  })
  test('is signed over time and body, and carries the key of the notice', async () => {
    const { request } = await send(config('k3y'), testNotice())
    const [, seconds, mac] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(request.headers['x-gatehouse-signature'] ?? '') ?? []
    expect(Number(seconds)).toBe(symptomAt / 1000)
    const wanted = createHmac('sha256', 'k3y').update(`${seconds}.${request.body}`).digest('hex')
    expect(mac).toBe(wanted)
    expect(request.headers['idempotency-key']).toBe('2026-04-16-gate-new#1')
  })
  test('has the documented body', async () => {
    const { request } = await send(config(null), testNotice())
    expect(request.headers['x-gatehouse-signature']).toBeUndefined()
    expect(JSON.parse(request.body)).toMatchObject({
      version: 1,
      key: '2026-04-16-gate-new#1',
      incident: '2026-04-16-gate-new',
      sequence: 1,
      kind: 'opened',
      cause: 'layer:gate_new',
      layer: 'gate_new',
      urgency: 'page',
      since: '2026-04-16T16:57:00.000Z',
      closed: null,
      labels: { alertname: 'GatehouseLayerDown', layer: 'gate_new', severity: 'critical' },
      confidence: 0.9984,
      runner_up: 'idp (0.1 %), told apart by idp_page',
      masked: ['upstream'],
    })
  })
})
