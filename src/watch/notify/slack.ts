// Slack: an incoming webhook with blocks of plain text, in which nothing from outside can be a mention.
import type { ChannelConfig } from '../config.ts'
import type { NotifierWorld } from './create.ts'
import { jsonWebhookNotifier } from './json-webhook.ts'
import type { Notice, NoticeKind, Notifier } from './notice.ts'
import { cut, oneLine } from './plain-text.ts'

/** Limits of Block Kit: text of a header block, and of a section. */
const headerLengthMax = 150
const sectionLengthMax = 3000

type Config = Extract<ChannelConfig, { readonly kind: 'slack' | 'discord' }>

/** A notifier for an incoming webhook. The address is the secret. Told twice, it shows a message twice. */
export function slackNotifier(config: Config, world: NotifierWorld): Notifier {
  return jsonWebhookNotifier(config, world, slackMessage)
}

const signs: Readonly<Record<NoticeKind, string>> = {
  opened: '🔴',
  changed: '🟠',
  closed: '🟢',
  test: '🔵',
}

/** The message as Slack takes it. Only `text`, the line of the notification, is read as markup: it is escaped. */
export function slackMessage(notice: Notice): object {
  const subject = `${signs[notice.kind]} ${notice.subject}`
  const plain = (text: string) => ({ type: 'plain_text', text, emoji: false })
  return {
    text: escapeSlack(oneLine(subject, sectionLengthMax)),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(oneLine(subject, headerLengthMax)) },
      { type: 'section', text: plain(cut(notice.text, sectionLengthMax)) },
    ],
  }
}

/** The three characters that Slack's markup begins with: `<!channel>` becomes text. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
