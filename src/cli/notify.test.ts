// `gatehouse notify test` as it is typed, in a world where every answer is scripted.
import { describe, expect, test } from 'bun:test'
import { toUtf8 } from '../std/bytes.ts'
import { type Result, err, ok } from '../std/result.ts'
import { fakeWorld } from '../world/fake-world.ts'
import type { HttpFailure, IncomingResponse, OutgoingRequest } from '../world/http-client.ts'
import { runCli } from './cli.ts'

const base = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1]
identity: { accounts: {} }
services:
  - { host: app.example.com, groups: [staff] }
`
const watch = 'watch: { edge: false }\n'
const channels = `notify:
  - { kind: ntfy, name: phone, url: "https://ntfy.example.com/estate", token: tk_s3cret }
  - { kind: slack, name: chat, url: "https://hooks.slack.example/services/T0/B0/s3cret" }
  - { kind: webhook, name: hook, url: "https://hook.example.com/", secret: k3y }
`

type Answer = Result<IncomingResponse, HttpFailure>

function answer(status: number, text = ''): Answer {
  return ok({ status, headers: new Headers(), body: new Uint8Array(toUtf8(text)) })
}

async function run(
  line: string,
  config: string,
  send: (request: OutgoingRequest) => Answer = () => answer(200),
) {
  const sent: OutgoingRequest[] = []
  const file = '/etc/gatehouse/gatehouse.yaml'
  const world = fakeWorld({
    args: [...line.split(' '), '--config', file],
    files: { [file]: config },
    http: {
      send: async (request) => {
        sent.push(request)
        return send(request)
      },
    },
  })
  const code = await runCli(world)
  return { code, sent, out: world.output(), error: world.errors() }
}

describe('gatehouse notify test', () => {
  test('sends one marked message to each channel, and exits 0 when all took it', async () => {
    const { code, error, out, sent } = await run('notify test', base + watch + channels)
    expect([code, error]).toEqual([0, ''])
    expect(out).toBe(`CHANNEL  KIND     TEST   ANSWER
phone    ntfy     taken
chat     slack    taken
hook     webhook  taken
`)
    expect(sent).toHaveLength(3)
    for (const { body, headers } of sent)
      expect(`${headers?.['title'] ?? ''} ${body}`).toContain(
        'TEST from testhost: nothing is wrong',
      )
    expect(JSON.parse(sent[2]?.body ?? '')).toMatchObject({ kind: 'test', urgency: 'notice' })
  })

  test('says what a channel answered, without its address or token, and exits 1', async () => {
    const { code, out } = await run('notify test', base + watch + channels, ({ url }) => {
      if (url.includes('ntfy')) return answer(403, 'no access for tk_s3cret')
      if (url.includes('slack')) return err({ code: 'unreachable', detail: `No way to ${url}` })
      return answer(200)
    })
    expect(code).toBe(1)
    expect(out).toContain('phone    ntfy     failed  Answered 403: "no access for [hidden]"')
    expect(out).toContain('chat     slack    failed  Cannot be reached: No way to [hidden]')
    expect(out).toContain('hook     webhook  taken')
    expect(out).not.toContain('s3cret')
  })

  test('an answer of a channel cannot move the cursor of a terminal', async () => {
    const { out } = await run('notify test', base + watch + channels, () =>
      answer(500, '\u001b[2J\u001b[31mgone\u0007'),
    )
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
  })

  test('--channel sends through one alone', async () => {
    const { code, sent } = await run('notify test --channel hook', base + watch + channels)
    expect([code, sent.map(({ url }) => url)]).toEqual([0, ['https://hook.example.com/']])
  })

  test.each([
    [
      'notify test --channel hok',
      base + watch + channels,
      2,
      'Found the channel "hok", wanted "hook"',
    ],
    [
      'notify test --channel zzzzzzzz',
      base + watch + channels,
      2,
      'Found the channel "zzzzzzzz", wanted one of "phone", "chat", "hook"',
    ],
    ['notify test', base + watch, 1, 'There is no channel under "notify" in'],
    ['notify test', base + channels, 1, 'There is no section "watch" in'],
  ])('%s: exit code and reason', async (line, config, wanted, text) => {
    const { code, error, sent } = await run(line, config)
    expect([code, sent]).toEqual([wanted, []])
    expect(error).toContain(`gatehouse: ${text}`)
  })
})
