// What the tests of notifications share: incidents, a channel that does as told, a server that records.
import type { Verdict } from '../locate/verdict.ts'
import type { CauseId, Incident, IncidentEvent } from '../incident/incident.ts'
import { type Result, ok } from '../../std/result.ts'
import { realClock } from '../../world/clock.ts'
import { realHttpClient } from '../../world/http-client.ts'
import type { NotifierWorld } from './create.ts'
import type { Notice, Notifier, NotifyFault } from './notice.ts'
import { wordNotice } from './wording.ts'

/** The start of the incident of 2026-04-18. */
export const symptomAt = Date.UTC(2026, 3, 16, 16, 57)

/** The verdict of that day. */
export const gateNewVerdict: Verdict = {
  kind: 'fault',
  leader: { elements: ['gate_new'], probability: 0.9984 },
  runnerUp: { elements: ['idp'], probability: 0.0011 },
  because: [
    { probe: 'edge_anon_fwd', passed: 0, failed: 3, nats: 9.1 },
    { probe: 'gate_session', passed: 3, failed: 0, nats: 4.2 },
  ],
  discriminating: 'idp_page',
  masked: ['upstream'],
}

/** An incident; what is not given is that of the day. */
export function testIncident(changes: Partial<Incident> = {}): Incident {
  return {
    id: '2026-04-16-gate-new',
    cause: 'layer:gate_new',
    phase: 'failing',
    elements: ['gate_new'],
    title: 'The gate turns away whoever has no session',
    urgency: 'page',
    openedAt: symptomAt + 120_000,
    firstSymptomAt: symptomAt,
    closedAt: null,
    verdict: gateNewVerdict,
    masking: ['Holders of a session see nothing of it'],
    timeline: [],
    changes: [
      {
        change: {
          id: 'c1',
          at: Date.UTC(2026, 3, 17, 21, 26),
          source: 'declared',
          title: 'New CDN worker',
          touches: ['edge'],
          actor: 'operator',
        },
        judgement: 'exonerated',
        why: 'It came 28 h after the first symptom',
      },
    ],
    advice: ['Run gatehouse doctor'],
    ...changes,
  }
}

/** An event of a small incident with the id `incident`. */
export function testEvent(
  kind: IncidentEvent['kind'],
  sequence: number,
  incident: Partial<Incident> = {},
): IncidentEvent {
  const closedAt = kind === 'closed' ? symptomAt + 3_600_000 : null
  const all = testIncident({ closedAt, ...incident })
  return { kind, sequence, incident: all, wakes: kind === 'opened' && all.urgency === 'page' }
}

/** The notice of {@link testEvent}. */
export function testNotice(
  kind: IncidentEvent['kind'] = 'opened',
  incident: Partial<Incident> = {},
  sequence = kind === 'opened' ? 1 : 2,
): Notice {
  return wordNotice(testEvent(kind, sequence, incident))
}

/** An id and a cause of their own. */
export function named(id: string, cause: CauseId = `service:${id}`): Partial<Incident> {
  return { id, cause }
}

/** A channel that answers as `answers` says, and keeps what it was sent. */
export interface ScriptedChannel extends Notifier {
  readonly sent: Notice[]
  /** Notices that it took. */
  readonly taken: Notice[]
  /** What it answers from now on. */
  answer: (notice: Notice) => Result<void, NotifyFault> | Promise<Result<void, NotifyFault>>
}

/** A channel that takes everything until it is told otherwise. */
export function scriptedChannel(name: string, more: Partial<Notifier> = {}): ScriptedChannel {
  const channel: ScriptedChannel = {
    name,
    carriesText: true,
    knowsRepeats: false,
    ...more,
    sent: [],
    taken: [],
    answer: () => ok(undefined),
    send: async (notice) => {
      channel.sent.push(notice)
      const answer = await channel.answer(notice)
      if (answer.ok) channel.taken.push(notice)
      return answer
    },
  }
  return channel
}

/** Lets everything that waits for nothing but a promise happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}

/** One request as the recording server got it. */
export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A server that keeps what it was sent, and answers as it is told. */
export interface RecordingServer {
  readonly origin: string
  readonly requests: RecordedRequest[]
  answer: (request: RecordedRequest) => Response
  stop(): Promise<void>
}

/** Starts it on a free port of loopback. */
export function recordingServer(): RecordingServer {
  const requests: RecordedRequest[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      const url = new URL(request.url)
      const recorded = {
        method: request.method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      }
      requests.push(recorded)
      return recording.answer(recorded)
    },
  })
  const recording: RecordingServer = {
    origin: server.url.origin,
    requests,
    answer: () => new Response('ok'),
    stop: async () => server.stop(true),
  }
  return recording
}

/** The outside as channels need it, for tests against a server of our own. */
export function notifierWorld(more: Partial<NotifierWorld> = {}): NotifierWorld {
  return { clock: realClock(), http: realHttpClient(), link: null, ...more }
}
