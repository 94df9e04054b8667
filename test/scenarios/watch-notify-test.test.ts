// `gatehouse notify test` as an operator runs it: real servers, one channel that fails, no secret shown.
import { expect } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import { memoryFiles } from '../../src/world/files.ts'
import { recordingServer } from '../../src/watch/notify/testing.ts'
import { startAlertmanager } from '../peers/alertmanager.ts'
import { peerDirectory } from '../peers/peer-process.ts'
import { selfSigned, startSmtp } from '../peers/smtp.ts'
import { scenario } from '../scenario.ts'
import { type Ended, launcher, run } from '../support/run-program.ts'
import { until } from '../support/until.ts'

const base = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [127.0.0.1]
identity: { accounts: {} }
services:
  - { host: app.example.com, groups: [staff] }
watch: { edge: false }
`

function directoryWith(notify: string): string {
  return peerDirectory('notify', { 'gatehouse.yaml': `${base}notify:\n${notify}` })
}

function notifyTest(
  cwd: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return run([launcher, 'notify', 'test', ...args], { cwd, env })
}

scenario(
  'every channel is told that it is a test, one that fails is named with its reason',
  { needs: ['alertmanager', 'openssl'] },
  async () => {
    const certificate = selfSigned()
    const server = recordingServer()
    const mail = await startSmtp({ tls: 'starttls', certificate })
    const alertmanager = await startAlertmanager()
    try {
      server.answer = ({ path }) =>
        path === '/services/s3cr3t'
          ? new Response('no_team', { status: 404 })
          : Response.json({ ok: true })
      const directory =
        directoryWith(`  - { kind: alertmanager, name: am, url: "${alertmanager.url}" }
  - { kind: ntfy, name: phone, url: "${server.origin}/estate" }
  - { kind: slack, name: chat, url: "${server.origin}/services/s3cr3t" }
  - { kind: webhook, name: hook, url: "${server.origin}/hook", secret: k3y-of-hook }
  - { kind: uptime-kuma, name: kuma, url: "${server.origin}", tokens: { gate_new: kumaT0ken } }
  - { kind: email, name: mail, url: "smtp://127.0.0.1:${mail.port}", from: w@example.com, to: [o@example.com], user: w, password: pa55word }
`)
      writeFileSync(join(directory, 'ca.pem'), certificate.cert)
      const { code, error, out } = await notifyTest(directory, [], {
        NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem'),
      })
      expect(error).toBe('')
      expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
        'CHANNEL  KIND          TEST    ANSWER',
        'am       alertmanager  taken',
        'phone    ntfy          taken',
        'chat     slack         failed  Answered 404: "no_team"',
        'hook     webhook       taken',
        'kuma     uptime-kuma   taken',
        'mail     email         taken',
        '',
      ])
      expect(code).toBe(1)
      for (const secret of ['s3cr3t', 'k3y-of-hook', 'kumaT0ken', 'pa55word'])
        expect(out).not.toContain(secret)
      expect(mail.mails[0]).toMatchObject({ tls: true, auth: ['w', 'pa55word'] })
      expect(mail.mails[0]?.message).toContain('Nothing is wrong')
      const told = server.requests.map(({ path, query }) => [path, query['status'] ?? ''])
      expect(told.toSorted()).toEqual([
        ['/api/push/kumaT0ken', 'up'],
        ['/estate', ''],
        ['/hook', ''],
        ['/services/s3cr3t', ''],
      ])
      await until(() => alertmanager.notifications.length > 0)
      expect(alertmanager.notifications[0]?.alerts[0]?.labels).toEqual({
        alertname: 'GatehouseTest',
        cause_id: 'test',
        severity: 'info',
      })
    } finally {
      await Promise.all([server.stop(), mail.stop(), alertmanager.stop()])
    }
  },
)

scenario('one channel by its name, and a slip of the pen', {}, async () => {
  const server = recordingServer()
  try {
    const directory = directoryWith(`  - { kind: ntfy, name: phone, url: "${server.origin}/a" }
  - { kind: ntfy, name: other, url: "${server.origin}/b" }
`)
    expect(await notifyTest(directory, ['--channel', 'phone'])).toMatchObject({ code: 0 })
    expect(server.requests.map(({ path }) => path)).toEqual(['/a'])
    expect(await notifyTest(directory, ['--channel', 'phne'])).toEqual({
      code: 2,
      out: '',
      error: 'gatehouse: Found the channel "phne", wanted "phone"\n',
    })
  } finally {
    await server.stop()
  }
})

scenario('the configuration of the guide is right as it stands', {}, async () => {
  const guide = readFileSync(join(import.meta.dir, '../../docs/guide/notifications.md'), 'utf8')
  const [, notify = ''] = /```yaml\n([\s\S]*?)```/.exec(guide) ?? []
  const file = '/etc/gatehouse.yaml'
  const files = memoryFiles({ [file]: base + notify })
  const loaded = await loadConfig({ files, file, withSecrets: false })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error))
  const kinds = loaded.value.watch?.channels.map(({ kind }) => kind)
  expect(kinds?.toSorted()).toEqual([
    'alertmanager',
    'discord',
    'email',
    'ntfy',
    'slack',
    'uptime-kuma',
    'webhook',
  ])
})
