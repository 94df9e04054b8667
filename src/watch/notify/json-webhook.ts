// What the webhooks of chat programs have in common: the address is the secret, a message is one JSON body.
import { ok } from '../../std/result.ts'
import type { NotifierWorld } from './create.ts'
import type { Notice, Notifier } from './notice.ts'
import { sendToChannel } from './post.ts'

/** A notifier that posts `message` of a notice to `url`. Told twice, the channel shows it twice. */
export function jsonWebhookNotifier(
  { name, url }: { readonly name: string; readonly url: string },
  world: NotifierWorld,
  message: (notice: Notice) => unknown,
): Notifier {
  return {
    name,
    carriesText: true,
    knowsRepeats: false,
    send: async (notice) => {
      const answer = await sendToChannel(world.http, {
        url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message(notice)),
        now: world.clock.now(),
      })
      return answer.ok ? ok(undefined) : answer
    },
  }
}
