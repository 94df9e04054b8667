// Discord: a webhook with one embed; mentions are off and markdown from outside is text.
import type { ChannelConfig } from '../config.ts'
import type { NotifierWorld } from './create.ts'
import { jsonWebhookNotifier } from './json-webhook.ts'
import type { Notice, NoticeKind, Notifier } from './notice.ts'
import { cut, oneLine } from './plain-text.ts'

/** Limits of Discord, in characters, less what escaping may add at the end. */
const titleLengthMax = 256
const descriptionLengthMax = 4096

type Config = Extract<ChannelConfig, { readonly kind: 'slack' | 'discord' }>

/** A notifier for a webhook of a channel. The address is the secret. Told twice, it shows a message twice. */
export function discordNotifier(config: Config, world: NotifierWorld): Notifier {
  return jsonWebhookNotifier(config, world, discordMessage)
}

const colors: Readonly<Record<NoticeKind, number>> = {
  opened: 0xd3_2f_2f,
  changed: 0xf5_7c_00,
  closed: 0x38_8e_3c,
  test: 0x19_76_d2,
}

/** The message as Discord takes it. */
export function discordMessage(notice: Notice): object {
  return {
    // An empty list: neither @everyone nor a role nor a person is notified, whatever the text says.
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: cut(escapeDiscord(oneLine(notice.subject, titleLengthMax)), titleLengthMax),
        description: cut(escapeDiscord(notice.text), descriptionLengthMax),
        color: colors[notice.kind],
        timestamp: new Date(notice.closedAt ?? notice.sinceAt).toISOString(),
      },
    ],
  }
}

/** Characters of Discord's markdown and of its mentions, each behind a backslash; lists stay lists. */
export function escapeDiscord(text: string): string {
  return text.replace(/[\\*_~`|<>[\]()#@:]/g, (character) => `\\${character}`)
}
