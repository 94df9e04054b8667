// E-mail over SMTP, with TLS wherever a password or another machine is involved.
import type * as nodemailer from 'nodemailer'
import type { SendMailOptions } from 'nodemailer'
import { type Result, err, ok } from '../../std/result.ts'
import type { Clock } from '../../world/clock.ts'
import type { ChannelConfig } from '../config.ts'
import type { NotifierWorld } from './create.ts'
import type { Notice, Notifier, NotifyFault } from './notice.ts'
import { oneLine, withoutSecrets } from './plain-text.ts'

const connectTimeoutMs = 10_000
const greetingTimeoutMs = 10_000
const silenceTimeoutMs = 20_000
/** For the whole conversation: a server that says a word now and then is not waited for for ever. */
const wholeTimeoutMs = 60_000
const detailLengthMax = 240

type Config = Extract<ChannelConfig, { readonly kind: 'email' }>

/**
 * A notifier over SMTP. `smtps:` is TLS from the first byte (RFC 8314); `smtp:` upgrades by STARTTLS
 * (RFC 3207) and refuses a server that does not, unless it is this very machine. `Message-ID` follows
 * from the notice, and all of an incident is one thread: a mail sent twice is one mail to most readers.
 */
export function emailNotifier(config: Config, world: NotifierWorld): Notifier {
  // Loaded where there is such a channel, and then at once: not only when something is broken.
  const mailer = import('nodemailer')
  mailer.catch(() => {})
  return {
    name: config.name,
    carriesText: true,
    knowsRepeats: true,
    send: async (notice) =>
      sendMail({ config, clock: world.clock, mailer }, mailOf(config, notice, world.clock.now())),
  }
}

/** The mail. nodemailer folds and encodes headers; what could break one out is gone before. */
function mailOf({ from, to }: Config, notice: Notice, now: number): SendMailOptions {
  const domain = /@([a-z0-9.-]+)>?\s*$/i.exec(from)?.[1] ?? 'gatehouse.invalid'
  const id = (sequence: number): string =>
    `<${notice.incident.replace(/[^\w.-]/g, '-')}.${sequence}@${domain}>`
  const first = id(1)
  return {
    from,
    to: [...to],
    subject: oneLine(`[Gatehouse] ${notice.subject}`, 250),
    text: `${notice.text}\n`,
    date: new Date(now),
    messageId: id(notice.sequence),
    ...(notice.sequence > 1 ? { inReplyTo: first, references: [first] } : {}),
    // No automatic answers (RFC 3834), please.
    headers: { 'Auto-Submitted': 'auto-generated' },
    priority: notice.urgency === 'page' && notice.kind !== 'closed' ? 'high' : 'normal',
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** What a mail is sent by. */
interface Means {
  readonly config: Config
  readonly clock: Clock
  readonly mailer: Promise<typeof nodemailer>
}

async function sendMail(
  { config, clock, mailer }: Means,
  mail: SendMailOptions,
): Promise<Result<void, NotifyFault>> {
  const { password, server, user } = config
  const url = URL.parse(server)
  if (url === null) return err({ retry: false, detail: 'The address of the mail server is wrong' })
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const secure = url.protocol === 'smtps:'
  const local = isLoopback(host) && user === null
  const library = await mailer.catch(() => null)
  if (library === null) return err({ retry: true, detail: 'What sends mail cannot be loaded' })
  const transport = library.default.createTransport({
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !local,
    ignoreTLS: local,
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: greetingTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    tls: { minVersion: 'TLSv1.2' },
  })
  const abort = new AbortController()
  const cancel = clock.after(wholeTimeoutMs, () => abort.abort())
  try {
    const { rejected } = await transport.sendMail({ ...mail, signal: abort.signal })
    if (rejected.length === 0) return ok(undefined)
    const detail = `The mail server refused ${rejected.length} of ${config.to.length} recipients`
    return err({ retry: false, detail })
  } catch (cause) {
    return err(faultOf(cause, [password, user]))
  } finally {
    cancel()
    transport.close()
  }
}

/** Replies of 4xx pass, those of 5xx do not (RFC 5321, section 4.2.1); the network does. */
function faultOf(cause: unknown, secrets: readonly (string | null)[]): NotifyFault {
  const text = cause instanceof Error ? cause.message : String(cause)
  const code =
    typeof cause === 'object' && cause !== null && 'responseCode' in cause
      ? Number(cause.responseCode)
      : 0
  const refused = code >= 500 && code < 600
  const detail = withoutSecrets(text, secrets)
  return { retry: !refused, detail: oneLine(`Mail was not taken: ${detail}`, detailLengthMax) }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
