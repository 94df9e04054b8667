// ntfy: one message to a topic; title, priority and tags are headers.
import { createHash } from 'node:crypto'
import { toUtf8 } from '../../std/bytes.ts'
import { ok } from '../../std/result.ts'
import type { ChannelConfig } from '../config.ts'
import type { NotifierWorld } from './create.ts'
import type { Notice, NoticeKind, Notifier } from './notice.ts'
import { cutBytes, oneLine } from './plain-text.ts'
import { sendToChannel } from './post.ts'

/** A longer message would become an attachment. */
const messageBytesMax = 4000
const titleLengthMax = 200

type Config = Extract<ChannelConfig, { readonly kind: 'ntfy' }>

/** A notifier that publishes to the topic at `config.url`. Told twice, an older server shows it twice. */
export function ntfyNotifier({ name, token, url }: Config, world: NotifierWorld): Notifier {
  return {
    name,
    carriesText: true,
    knowsRepeats: false,
    send: async (notice) => {
      const answer = await sendToChannel(world.http, {
        url,
        headers: {
          'content-type': 'text/plain; charset=utf-8',
          title: encodedWords(oneLine(notice.subject, titleLengthMax)),
          priority: priorityOf(notice),
          tags: tags[notice.kind],
          'x-sequence-id': sequenceId(notice.key),
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(world.link === null ? {} : { click: encodeURI(world.link) }),
        },
        body: cutBytes(notice.text, messageBytesMax),
        secrets: [token],
        now: world.clock.now(),
      })
      return answer.ok ? ok(undefined) : answer
    },
  }
}

/**
 * From version 2.16 on ntfy shows a message with the sequence id of an earlier one in its place; before, it
 * takes no notice of it. At most 64 characters of a base64url alphabet.
 */
export function sequenceId(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, sequenceIdLength)
}

const sequenceIdLength = 32

/** 5 breaks through "do not disturb", 4 sounds, 3 is as others, 2 is silent. */
function priorityOf({ kind, urgency, wakes }: Notice): string {
  if (kind === 'closed' || kind === 'test') return '3'
  if (urgency === 'notice') return kind === 'opened' ? '3' : '2'
  return wakes ? '5' : '4'
}

/** Short codes that ntfy shows as pictures. */
const tags: Readonly<Record<NoticeKind, string>> = {
  opened: 'rotating_light',
  changed: 'arrows_counterclockwise',
  closed: 'white_check_mark',
  test: 'test_tube',
}

/** Each encoded word has at most 75 characters (RFC 2047, section 2), which leaves so many bytes. */
const wordBytesMax = 45

/** Printable ASCII as it is, anything else as encoded words (RFC 2047), which ntfy reads in titles. */
export function encodedWords(text: string): string {
  if (/^[ -~]*$/.test(text) && !text.includes('=?')) return text
  const words: string[] = []
  let word = ''
  for (const character of text) {
    if (toUtf8(word + character).length > wordBytesMax) {
      words.push(word)
      word = ''
    }
    word += character
  }
  return [...words, word]
    .map((each) => `=?UTF-8?B?${Buffer.from(each, 'utf8').toString('base64')}?=`)
    .join(' ')
}
