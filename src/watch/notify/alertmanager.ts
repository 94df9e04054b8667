// Alertmanager (API v2): an alert that is told again while it lasts, and ended when it is over.
import { BoundedMap } from '../../std/bounded-map.ts'
import { ok } from '../../std/result.ts'
import type { ChannelConfig } from '../config.ts'
import type { NotifierWorld } from './create.ts'
import type { Notice, Notifier } from './notice.ts'
import { addressBelow, sendToChannel } from './post.ts'

/** Alerts are told again this often. */
export const alertmanagerRefreshMs = 60_000
/** An alert ends by itself when it is not told again this long: five refreshes, whatever `resolve_timeout` is. */
export const alertLifeMs = 5 * alertmanagerRefreshMs
const testLifeMs = 60_000
/** Most incidents whose alert is remembered; the alert of one that is forgotten ends by itself. */
const incidentsMax = 200

type Config = Extract<ChannelConfig, { readonly kind: 'alertmanager' }>

/** One of the alerts that are posted; times in RFC 3339. */
interface Alert {
  readonly labels: Notice['labels']
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL?: string
}

/**
 * A notifier for Alertmanager's `POST /api/v2/alerts`. Sending an alert twice changes nothing there, so
 * a notice is never said twice. An incident whose labels change (another layer, another severity) is
 * another alert there: the former one is ended in the same request.
 */
export function alertmanagerNotifier(config: Config, world: NotifierWorld): Notifier {
  const { clock, http, link } = world
  const url = addressBelow(config.url, '/api/v2/alerts')
  const authorization = config.bearer === null ? {} : { authorization: `Bearer ${config.bearer}` }
  /** What Alertmanager was told last of each incident that is open. */
  const told = new BoundedMap<string, Alert>(incidentsMax)

  const alertOf = (notice: Notice): Alert => ({
    labels: notice.labels,
    annotations: annotationsOf(notice),
    startsAt: time(notice.sinceAt),
    endsAt: time(notice.closedAt ?? clock.now() + lifeOf(notice)),
    ...(link === null ? {} : { generatorURL: link }),
  })
  const post = async (alerts: readonly Alert[]) =>
    sendToChannel(http, {
      url,
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify(alerts),
      secrets: [config.bearer],
      now: clock.now(),
    })
  const send: Notifier['send'] = async (notice) => {
    const alert = alertOf(notice)
    const former = told.get(notice.incident)
    const moved = former !== undefined && !sameLabels(former.labels, alert.labels)
    const ended = moved ? [{ ...former, endsAt: time(clock.now()) }] : []
    const answer = await post([alert, ...ended])
    if (!answer.ok) return answer
    if (notice.closedAt === null) told.set(notice.incident, alert)
    else told.delete(notice.incident)
    return ok(undefined)
  }
  return {
    name: config.name,
    carriesText: true,
    knowsRepeats: true,
    send,
    refresh: {
      everyMs: alertmanagerRefreshMs,
      run: async (open) => {
        if (open.length === 0) return ok(undefined)
        const alerts = open.map(alertOf)
        for (const [i, { incident }] of open.entries()) {
          const alert = alerts[i]
          if (alert !== undefined) told.set(incident, alert)
        }
        const answer = await post(alerts)
        return answer.ok ? ok(undefined) : answer
      },
    },
  }
}

function lifeOf({ kind }: Notice): number {
  return kind === 'test' ? testLifeMs : alertLifeMs
}

function annotationsOf({ facts, incident, subject, text }: Notice): Alert['annotations'] {
  const { confidence } = facts
  return {
    summary: subject,
    description: text,
    incident,
    ...(confidence === null ? {} : { confidence: confidence.toFixed(4) }),
    runbook: 'gatehouse doctor',
  }
}

function sameLabels(a: Notice['labels'], b: Notice['labels']): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => a[name] === b[name])
}

function time(ms: number): string {
  return new Date(ms).toISOString()
}
