// Uptime Kuma: one push monitor a layer, told again and again: up, or down with the reason.
import { type Layer, layers } from '../../model/layer.ts'
import { fromUtf8 } from '../../std/bytes.ts'
import { type Result, err, ok } from '../../std/result.ts'
import type { ChannelConfig } from '../config.ts'
import type { NotifierWorld } from './create.ts'
import type { Notice, Notifier, NotifyFault } from './notice.ts'
import { oneLine } from './plain-text.ts'
import { addressBelow, sendToChannel } from './post.ts'

/** A push monitor is down when nothing comes within its interval, by default a minute. */
export const kumaRefreshMs = 30_000
/** Kuma keeps 250 characters of a message. */
const messageLengthMax = 240

type Config = Extract<ChannelConfig, { readonly kind: 'uptime-kuma' }>

/** What one monitor is told. */
interface Beat {
  readonly layer: Layer
  readonly status: 'up' | 'down'
  readonly message: string
}

/**
 * A notifier that keeps the push monitors of `config.tokens`. Each beat says a state, not an event, so
 * saying it twice changes nothing. While the watch is blind, every monitor but that of `prober` keeps
 * the state it had: not seeing is not seeing that it is down.
 */
export function kumaNotifier(config: Config, world: NotifierWorld): Notifier {
  const { clock, http } = world
  /** What each monitor was told last. */
  const last = new Map<Layer, Beat>()

  const push = async ({ layer, message, status }: Beat): Promise<Result<void, NotifyFault>> => {
    const token = config.tokens[layer]
    if (token === undefined) return ok(undefined)
    const query = new URLSearchParams({ status, msg: oneLine(message, messageLengthMax), ping: '' })
    const answer = await sendToChannel(http, {
      url: `${addressBelow(config.url, `/api/push/${encodeURIComponent(token)}`)}?${query}`,
      method: 'GET',
      secrets: [token],
      now: clock.now(),
    })
    if (answer.ok && !isRefusal(answer.value.body)) return ok(undefined)
    if (!answer.ok && answer.error.retry) return answer
    const detail = answer.ok ? 'Answered "ok": false' : answer.error.detail
    return err({
      retry: false,
      detail: `No active push monitor has the token for "${layer}": ${detail}`,
    })
  }
  /** All that can be told is told; the first fault is the answer. */
  const pushAll = async (beats: readonly Beat[]): Promise<Result<void, NotifyFault>> => {
    const answers = await Promise.all(beats.map(push))
    for (const beat of beats) last.set(beat.layer, beat)
    return answers.find((answer) => !answer.ok) ?? ok(undefined)
  }
  const states = (open: readonly Notice[]): Beat[] => {
    const blind = open.some(({ cause }) => cause === 'blind')
    return layers
      .filter((layer) => config.tokens[layer] !== undefined)
      .map((layer) => {
        const known = beatOf(layer, open)
        if (!blind || layer === 'prober') return known
        const { status } = last.get(layer) ?? known
        return { layer, status, message: 'Not known: the watch itself is blind' }
      })
  }
  return {
    name: config.name,
    carriesText: false,
    knowsRepeats: true,
    send: async (notice) => {
      if (notice.kind === 'test')
        return pushAll(states([]).map((beat) => ({ ...beat, message: notice.subject })))
      if (notice.layer === null) return ok(undefined)
      const beat = beatOf(notice.layer, notice.closedAt === null ? [notice] : [])
      return pushAll([beat])
    },
    refresh: { everyMs: kumaRefreshMs, run: async (open) => pushAll(states(open)) },
  }
}

function beatOf(layer: Layer, open: readonly Notice[]): Beat {
  const blamed = open.find((notice) => notice.layer === layer)
  if (blamed !== undefined) return { layer, status: 'down', message: blamed.subject }
  const masking = open.find(({ facts }) => facts.masked.some((element) => element === layer))
  const message =
    masking === undefined
      ? 'OK'
      : `Cannot be judged while ${masking.layer ?? masking.cause} is down`
  return { layer, status: 'up', message }
}

/** Kuma answers `{"ok": false, …}` with 404, and behind some proxies with 200. */
function isRefusal(body: Uint8Array): boolean {
  return /"ok"\s*:\s*false/.test(fromUtf8(body) ?? '')
}
