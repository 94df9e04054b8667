// E-mail in a real SMTP conversation: with and without TLS, refused for now and for good, and hostile text.
import { expect } from 'bun:test'
import { type Clock, fakeClock, realClock } from '../../src/world/clock.ts'
import type { ChannelConfig } from '../../src/watch/config.ts'
import { emailNotifier } from '../../src/watch/notify/email.ts'
import { notifierWorld, testNotice } from '../../src/watch/notify/testing.ts'
import { type SmtpOptions, type SmtpServer, startSmtp } from '../peers/smtp.ts'
import { scenario } from '../scenario.ts'
import { until } from '../support/until.ts'

type EmailConfig = Extract<ChannelConfig, { readonly kind: 'email' }>

async function withMailServer(
  options: SmtpOptions,
  story: (server: SmtpServer) => Promise<void>,
): Promise<void> {
  const server = await startSmtp(options)
  try {
    await story(server)
  } finally {
    await server.stop()
  }
}

function email({ port }: SmtpServer, more: Partial<EmailConfig> = {}, clock: Clock = realClock()) {
  const config: EmailConfig = {
    kind: 'email',
    name: 'mail',
    server: `smtp://127.0.0.1:${port}`,
    from: 'Gatehouse <watch@example.com>',
    to: ['oncall@example.com', 'second@example.com'],
    user: null,
    password: null,
    ...more,
  }
  return emailNotifier(config, notifierWorld({ clock }))
}

scenario(
  'a mail to the relay of this machine arrives at everybody, one thread an incident',
  {},
  () =>
    withMailServer({}, async (server) => {
      const channel = email(server)
      expect(await channel.send(testNotice())).toEqual({ ok: true, value: undefined })
      expect(await channel.send(testNotice('closed'))).toEqual({ ok: true, value: undefined })
      const [first, second] = server.mails
      expect(first).toMatchObject({
        from: 'watch@example.com',
        to: ['oncall@example.com', 'second@example.com'],
        tls: false,
        auth: null,
      })
      const id = '<2026-04-16-gate-new.1@example.com>'
      expect(first?.message).toContain(`Message-ID: ${id}\r\n`)
      // Sent again after a crash it is the same mail to whoever reads it.
      expect(await channel.send(testNotice())).toEqual({ ok: true, value: undefined })
      const ids = server.mails.map(({ message }) => /^Message-ID: (.*)\r$/m.exec(message)?.[1])
      expect(ids).toEqual([id, '<2026-04-16-gate-new.2@example.com>', id])
      expect(first?.message).toContain('Auto-Submitted: auto-generated')
      expect(second?.message).toContain(`In-Reply-To: ${id}`)
      expect(first?.message).toMatch(/^Subject: \[Gatehouse\] gate_new is down for everyone/m)
      expect(first?.message).toContain('Because:')
    }),
)

scenario('no header comes out of a title, an address of a sender or an incident', {}, () =>
  withMailServer({}, async (server) => {
    const title = 'a\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script>\r\n.\r\nQUIT'
    const notice = testNotice('opened', { title, verdict: null, id: 'x\r\nBcc: y' })
    expect((await email(server).send(notice)).ok).toBe(true)
    const [mail] = server.mails
    const header = mail?.message.split('\r\n\r\n', 1)[0] ?? ''
    expect(header).not.toMatch(/^Bcc:/im)
    expect(header).toContain('Content-Type: text/plain')
    expect(mail?.to).toEqual(['oncall@example.com', 'second@example.com'])
    expect(server.mails).toHaveLength(1)
  }),
)

scenario('a password is never sent without TLS', { needs: ['openssl'] }, async () => {
  await withMailServer({}, async (server) => {
    const answer = await email(server, { user: 'watch', password: 'pa55word' }).send(testNotice())
    expect(answer).toMatchObject({ ok: false })
    expect(server.commands.some((line) => line.startsWith('AUTH'))).toBe(false)
    expect(server.mails).toEqual([])
  })
  // A certificate that nobody vouches for is not TLS either.
  for (const tls of ['starttls', 'implicit'] as const)
    await withMailServer({ tls }, async (server) => {
      const scheme = tls === 'implicit' ? 'smtps' : 'smtp'
      const channel = email(server, {
        server: `${scheme}://127.0.0.1:${server.port}`,
        user: 'watch',
        password: 'pa55word',
      })
      const answer = await channel.send(testNotice())
      expect(answer).toMatchObject({ ok: false, error: { retry: true } })
      expect(JSON.stringify(answer)).not.toContain('pa55word')
      expect(server.commands.some((line) => line.startsWith('AUTH'))).toBe(false)
    })
})

scenario(
  'what is refused for good is not tried again, what is refused for now is',
  {},
  async () => {
    const cases = [
      [{ RCPT: '550 No such user' }, false],
      [{ RCPT: '450 Mailbox busy' }, true],
      [{ MAIL: '421 Too many connections' }, true],
      [{ DATA: '554 Looks like spam' }, false],
    ] as const
    for (const [replies, retry] of cases)
      await withMailServer({ replies }, async (server) => {
        const answer = await email(server).send(testNotice())
        expect([replies, answer]).toMatchObject([replies, { ok: false, error: { retry } }])
        expect(server.mails).toEqual([])
      })
  },
)

scenario('where nobody listens it is tried again', {}, () =>
  withMailServer({}, async (server) => {
    await server.stop()
    expect(await email(server).send(testNotice())).toMatchObject({ error: { retry: true } })
  }),
)

scenario('a server that says nothing is not waited for for ever', {}, () =>
  withMailServer({ silent: true }, async (server) => {
    const clock = fakeClock(Date.now())
    const sending = email(server, {}, clock).send(testNotice())
    await until(() => server.connections() > 0)
    clock.advance(60_000)
    expect(await sending).toMatchObject({ ok: false, error: { retry: true } })
  }),
)
