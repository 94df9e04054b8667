// Any webhook: the notice as JSON, signed, with a key by which a receiver knows what it has seen.
import { createHmac } from 'node:crypto'
import { ok } from '../../std/result.ts'
import type { ChannelConfig } from '../config.ts'
import type { NotifierWorld } from './create.ts'
import type { Notice, Notifier } from './notice.ts'
import { sendToChannel } from './post.ts'

type Config = Extract<ChannelConfig, { readonly kind: 'webhook' }>

/** Version of the body; counts up when something in it changes its meaning. */
const version = 1

/**
 * A notifier for a receiver of your own. `Idempotency-Key` is the same when a notice is sent again, so
 * that a receiver can drop it.
 */
export function webhookNotifier({ name, secret, url }: Config, world: NotifierWorld): Notifier {
  return {
    name,
    carriesText: true,
    knowsRepeats: true,
    send: async (notice) => {
      const body = JSON.stringify(webhookBody(notice))
      const seconds = Math.floor(world.clock.now() / 1000)
      const answer = await sendToChannel(world.http, {
        url,
        headers: {
          'content-type': 'application/json',
          'idempotency-key': notice.key,
          ...(secret === null ? {} : { 'x-gatehouse-signature': signature(secret, seconds, body) }),
        },
        body,
        secrets: [secret],
        now: world.clock.now(),
      })
      return answer.ok ? ok(undefined) : answer
    },
  }
}

/**
 * `t=<seconds since the epoch>,v1=<hex>`: HMAC-SHA256 (RFC 2104) over the seconds, a full stop and the
 * body as sent. The time keeps an old message from being sent again by somebody else.
 */
export function signature(secret: string, seconds: number, body: string): string {
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${mac}`
}

/** The body, as docs/guide/notifications.md has it. Times are RFC 3339. */
export function webhookBody(notice: Notice): object {
  const { cause, closedAt, facts, incident, key, kind, labels, layer, sequence, sinceAt } = notice
  return {
    version,
    key,
    incident,
    sequence,
    kind,
    cause,
    layer,
    urgency: notice.urgency,
    since: new Date(sinceAt).toISOString(),
    closed: closedAt === null ? null : new Date(closedAt).toISOString(),
    subject: notice.subject,
    text: notice.text,
    labels,
    confidence: facts.confidence,
    because: facts.because,
    runner_up: facts.runnerUp,
    masking: facts.masking,
    masked: facts.masked,
    changes: facts.changes,
    advice: facts.advice,
  }
}
