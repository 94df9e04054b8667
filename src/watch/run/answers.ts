// What a watch tells on its private listener: verdict and incidents as JSON, beside metrics and health.
import { isPrivateName } from '../../model/host.ts'
import type { Incident } from '../incident/incident.ts'
import { createWatchMetrics } from '../metrics.ts'
import { verdictPath } from './peer.ts'
import type { RunningWatch } from './run.ts'

/** The private side of a watch. */
export interface WatchAnswers {
  /** The answer for a path at a name (from the header Host), null for a path of somebody else. */
  answer(path: string, hostname: string): Response | null
  /** Metrics in Prometheus text format. */
  scrape(): Promise<{ readonly text: string; readonly contentType: string }>
}

const incidentsPath = '/incidents'
const minuteMs = 60_000

/** Answers out of the running watch. */
export function watchAnswers(watch: RunningWatch): WatchAnswers {
  const metrics = createWatchMetrics(watch.readings)
  return {
    scrape: () => metrics.scrape(),
    answer: (path, hostname) => {
      if (path === verdictPath)
        return Response.json(verdictOf(watch), { status: watch.isReady() ? 200 : 503 })
      // Hosts, addresses and what people wrote: not for a page in somebody's browser that has a name here.
      const isAsked = path === incidentsPath || path.startsWith(`${incidentsPath}/`)
      if (!isAsked || !isPrivateName(hostname)) return null
      if (path === incidentsPath) return Response.json(watch.core.incidents().map(summaryOf))
      const id = path.slice(incidentsPath.length + 1)
      const found = watch.core.incidents().find((incident) => incident.id === id)
      return found === undefined
        ? Response.json({ error: 'not-found' }, { status: 404 })
        : Response.json(found)
    },
  }
}

/** The verdict in force, and how the watch itself is. Times in epoch ms. */
function verdictOf(watch: RunningWatch): object {
  const { core, load, readings } = watch
  const { endedAt, everyMs, tookMs } = readings.rounds()
  const perMinute = (perMs: number): number => Number((perMs * minuteMs).toFixed(3))
  return {
    verdict: core.verdict(),
    ready: watch.isReady(),
    round: { ended_at: endedAt, took_ms: Math.round(tookMs), every_ms: everyMs },
    load: {
      requests_per_minute: perMinute(load.requestsPerMs),
      strangers_at_the_gate_per_minute: perMinute(load.entriesPerMs),
      sign_ins_per_minute: perMinute(load.signInsPerMs),
    },
    open_incidents: core.incidents().filter(({ closedAt }) => closedAt === null).length,
    defects: watch.defects(),
  }
}

function summaryOf({ cause, closedAt, elements, id, openedAt, title, urgency }: Incident): object {
  return { id, cause, elements, title, urgency, openedAt, closedAt }
}
