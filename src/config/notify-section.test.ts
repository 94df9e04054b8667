// The section notify: every kind of channel, and what is said about mistakes.
import { describe, expect, test } from 'bun:test'
import { findings, load, right, secrets, watchOf, withNotify } from './watch-section.fixture.ts'

describe('a section notify', () => {
  test('takes every kind of channel', async () => {
    const { channels } = await watchOf(
      withNotify(
        '{ kind: alertmanager, name: am, url: "http://alertmanager:9093", token: t }',
        '{ kind: ntfy, name: phone, url: "https://ntfy.example.com/estate", token_file: /run/secrets/robot }',
        '{ kind: slack, name: chat, url_file: /run/secrets/slack }',
        '{ kind: webhook, name: hook, url: "https://hook.example.com/x", secret: s }',
        '{ kind: email, name: mail, url: "smtps://mail.example.com:465", from: w@example.com, to: [o@example.com], user: w, password: p }',
        '{ kind: uptime-kuma, name: kuma, url: "http://kuma:3001", tokens: { gate_new: a1 } }',
        '{ kind: uptime-kuma, name: kuma2, url: "http://kuma:3001", tokens_file: /run/secrets/tokens }',
      ),
      {
        ...secrets,
        '/run/secrets/slack': 'https://hooks.example.com/services/x\n',
        '/run/secrets/tokens': 'gate_new b2\nedge: c3\n',
      },
    )
    expect(channels).toEqual([
      { kind: 'alertmanager', name: 'am', url: 'http://alertmanager:9093', bearer: 't' },
      {
        kind: 'ntfy',
        name: 'phone',
        url: 'https://ntfy.example.com/estate',
        token: 'of the robot',
      },
      { kind: 'slack', name: 'chat', url: 'https://hooks.example.com/services/x' },
      { kind: 'webhook', name: 'hook', url: 'https://hook.example.com/x', secret: 's' },
      {
        kind: 'email',
        name: 'mail',
        server: 'smtps://mail.example.com:465',
        from: 'w@example.com',
        to: ['o@example.com'],
        user: 'w',
        password: 'p',
      },
      { kind: 'uptime-kuma', name: 'kuma', url: 'http://kuma:3001', tokens: { gate_new: 'a1' } },
      {
        kind: 'uptime-kuma',
        name: 'kuma2',
        url: 'http://kuma:3001',
        tokens: { gate_new: 'b2', edge: 'c3' },
      },
    ])
  })

  const mistakes: readonly [what: string, line: string, found: string][] = [
    ['no address', '{ kind: ntfy, name: a }', 'notify[0] missing'],
    [
      'an address of another kind',
      '{ kind: email, name: a, url: "https://mail.example.com", from: w, to: [o] }',
      'notify[0].url wrong-value',
    ],
    ['no recipients', '{ kind: email, name: a, url: "smtps://m:465" }', 'notify[0] missing'],
    ['no tokens', '{ kind: uptime-kuma, name: a, url: "http://kuma:3001" }', 'notify[0] missing'],
    [
      'a setting of another kind',
      '{ kind: slack, name: a, url: "https://hooks.example.com/x", token: t }',
      'notify[0].token foreign-key',
    ],
    [
      'an address in two places',
      '{ kind: slack, name: a, url: "https://h.example.com/x", url_file: /run/secrets/robot }',
      'notify[0].url both-set',
    ],
    ['a kind that is none', '{ kind: slak, name: a }', 'notify[0].kind wrong-value'],
  ]
  test.each(mistakes)('says %s', async (_, line, found) => {
    expect(await findings(withNotify(line), secrets)).toContain(found)
  })

  test('says that a file of tokens names a layer that is none, and shows no token', async () => {
    const loaded = await load(
      withNotify(
        '{ kind: uptime-kuma, name: a, url: "http://k:3001", tokens_file: /run/secrets/tokens }',
      ),
      { ...secrets, '/run/secrets/tokens': 'gate geheim\n' },
    )
    expect(loaded.ok ? [] : loaded.error.map(({ id }) => id)).toEqual(['secret-file'])
    expect(JSON.stringify(loaded)).not.toContain('geheim')
  })

  test('is of no use without a watch, which is said', async () => {
    const alone = `${right.slice(0, right.indexOf('watch:'))}notify: [{ kind: ntfy, name: a, url: "https://n.example.com/x" }]\n`
    expect(await findings(alone)).toEqual(['notify notify-without-watch'])
  })
})
