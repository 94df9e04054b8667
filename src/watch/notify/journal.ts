// What the outbox keeps over a restart: JSON lines in one file, written whole or not at all.
import { dirname } from 'node:path'
import { type Layer, layers } from '../../model/layer.ts'
import { type Result, err, ok } from '../../std/result.ts'
import type { FileFault, Files } from '../../world/files.ts'
import type { Notice, NoticeFacts, NoticeKind } from './notice.ts'
import type { QueueRecord, Waiting } from './queue.ts'

/** A channel that does not take messages. */
export interface Outage {
  /** Epoch ms. */
  readonly since: number
  readonly detail: string
  /** Channel that was told of it; null while there was none that could be. */
  readonly carrier: string | null
}

/** One channel in the journal. */
export interface ChannelRecord extends QueueRecord {
  readonly name: string
  readonly outage: Outage | null
}

/** What was read; `damaged` lines could not be. */
export interface JournalContent {
  readonly channels: ReadonlyMap<string, ChannelRecord>
  readonly damaged: number
}

const fileMode = 0o600
const directoryMode = 0o700

/** The journal as text. A notice that several channels wait for stands in it once. */
export function journalText(channels: readonly ChannelRecord[]): string {
  const notices = new Map<string, Notice>()
  for (const { open, waiting } of channels)
    for (const notice of [...open, ...waiting.map((each) => each.notice)])
      notices.set(notice.key, notice)
  const lines = [
    ...[...notices.values()].map((notice) => ({ notice })),
    ...channels.map(({ missed, name, open, outage, taken, waiting }) => ({
      channel: name,
      outage,
      missed,
      taken,
      open: open.map(({ key }) => key),
      waiting: waiting.map(({ attempts, mayHaveArrived, notice, queuedAt }) => [
        notice.key,
        attempts,
        queuedAt,
        mayHaveArrived,
      ]),
    })),
  ]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** Writes it, readable by its owner alone. */
export function writeJournal(files: Files, path: string, text: string): Result<void, FileFault> {
  const directory = files.ensureDirectory(dirname(path), directoryMode)
  return directory.ok ? files.writeAtomic(path, text, fileMode) : directory
}

/** Reads the journal. A line that is torn or not ours is left out and counted; the rest holds. */
export function readJournal(files: Files, path: string): Result<JournalContent, FileFault> {
  const text = files.readText(path)
  if (!text.ok && text.error.code === 'ENOENT') return ok({ channels: new Map(), damaged: 0 })
  if (!text.ok) return err(text.error)
  const notices = new Map<string, Notice>()
  const channels = new Map<string, ChannelRecord>()
  let damaged = 0
  for (const line of text.value.split('\n')) {
    if (line === '') continue
    const data = parseLine(line)
    const notice = parseNotice(data['notice'])
    const channel = parseChannel(data, notices)
    if (notice !== null) notices.set(notice.key, notice)
    else if (channel !== null) channels.set(channel.name, channel)
    else damaged++
  }
  return ok({ channels, damaged })
}

type Data = Readonly<Record<string, unknown>>

function parseLine(line: string): Data {
  try {
    return objectOf(JSON.parse(line)) ?? {}
  } catch {
    return {}
  }
}

function objectOf(value: unknown): Data | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : null
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const textsOf = (value: unknown): string[] =>
  listOf(value).flatMap((each) => (typeof each === 'string' ? [each] : []))

const kinds: readonly NoticeKind[] = ['opened', 'changed', 'closed', 'test']

function parseNotice(value: unknown): Notice | null {
  const data = objectOf(value)
  const texts = data === null ? null : textFields(data)
  if (data === null || texts === null) return null
  const [sequence, sinceAt] = [numberOf(data['sequence']), numberOf(data['sinceAt'])]
  const kind = kinds.find((each) => each === data['kind'])
  if (sequence === null || sinceAt === null || kind === undefined) return null
  const labels = Object.entries(objectOf(data['labels']) ?? {}).flatMap(([name, label]) =>
    typeof label === 'string' ? [[name, label] as const] : [],
  )
  return {
    ...texts,
    sequence,
    kind,
    layer: layerNamed(data['layer']),
    urgency: data['urgency'] === 'notice' ? 'notice' : 'page',
    wakes: data['wakes'] !== false,
    sinceAt,
    closedAt: numberOf(data['closedAt']),
    labels: Object.fromEntries(labels),
    facts: factsOf(objectOf(data['facts']) ?? {}),
  }
}

type TextFields = Pick<Notice, 'key' | 'incident' | 'cause' | 'subject' | 'text'>

function textFields(data: Data): TextFields | null {
  const names = ['key', 'incident', 'cause', 'subject', 'text'] as const
  const texts = names.flatMap((name) => textOf(data[name]) ?? [])
  if (texts.length < names.length) return null
  const [key = '', incident = '', cause = '', subject = '', text = ''] = texts
  return { key, incident, cause, subject, text }
}

function layerNamed(value: unknown): Layer | null {
  return layers.find((layer) => layer === value) ?? null
}

function factsOf(data: Data): NoticeFacts {
  return {
    confidence: numberOf(data['confidence']),
    because: textsOf(data['because']),
    runnerUp: textOf(data['runnerUp']),
    masking: textsOf(data['masking']),
    masked: textsOf(data['masked']),
    changes: textsOf(data['changes']),
    advice: textsOf(data['advice']),
  }
}

/** A channel line; what it names of notices that were torn is left out. */
function parseChannel(data: Data, notices: ReadonlyMap<string, Notice>): ChannelRecord | null {
  const name = textOf(data['channel'])
  if (name === null) return null
  const missed = objectOf(data['missed']) ?? {}
  const outage = objectOf(data['outage'])
  const noticeOf = (key: unknown): Notice | null => notices.get(textOf(key) ?? '') ?? null
  return {
    name,
    missed: { count: numberOf(missed['count']) ?? 0, subjects: textsOf(missed['subjects']) },
    outage:
      outage === null
        ? null
        : {
            since: numberOf(outage['since']) ?? 0,
            detail: textOf(outage['detail']) ?? '',
            carrier: textOf(outage['carrier']),
          },
    taken: listOf(data['taken']).flatMap((each) => {
      const [incident, sequence] = listOf(each)
      return typeof incident === 'string' && typeof sequence === 'number'
        ? [[incident, sequence] as const]
        : []
    }),
    open: listOf(data['open']).flatMap((key) => noticeOf(key) ?? []),
    waiting: listOf(data['waiting']).flatMap((each): Waiting[] => {
      const [key, attempts, queuedAt, arrived] = listOf(each)
      const notice = noticeOf(key)
      if (notice === null) return []
      const counts = { attempts: numberOf(attempts) ?? 0, queuedAt: numberOf(queuedAt) ?? 0 }
      return [{ notice, ...counts, mayHaveArrived: arrived === true }]
    }),
  }
}
