// A prober that takes turns: one request at a time to a host, all requests and bytes counted.
import type { Result } from '../../std/result.ts'
import { isAddressLiteral } from '../../model/host.ts'
import type { ProbeAnswer, ProbeFault, ProbeRequest, Prober } from '../probe/prober.ts'
import type { Lanes } from './lanes.ts'

/** What was really sent and received since the start. */
export interface Traffic {
  requests: number
  /** Bytes of answers as far as they were read, heads included, about. */
  bytes: number
  /** Requests that found no answer within their time. */
  timeouts: number
}

/** Time that a prober is given beyond a request's own time-out before it is left behind. */
const graceMs = 2000

/**
 * `prober` by turns. `first`: these requests go before others that wait for the same host, and are not
 * held up by the bound on all. The time of an answer is that of the request, without the wait.
 */
export function lanedProber(
  prober: Prober,
  {
    first,
    lanes,
    traffic,
  }: { readonly lanes: Lanes; readonly traffic: Traffic; readonly first: boolean },
): Prober {
  type Outcome = Result<ProbeAnswer, ProbeFault>
  const send = async (request: ProbeRequest, ask: () => Promise<Outcome>): Promise<Outcome> => {
    let outcome: Outcome | null = null
    await lanes.run({
      host: laneOf(request),
      limitMs: request.timeoutMs + graceMs,
      first,
      work: async () => {
        outcome = await ask()
      },
    })
    const got = outcome ?? leftBehind(request)
    count(traffic, got)
    return got
  }
  return {
    probe: (request) => send(request, () => prober.probe(request)),
    probeSignedIn: (robot) => send(robot.request, () => prober.probeSignedIn(robot)),
    resolve: (question) => prober.resolve(question),
  }
}

function leftBehind({ timeoutMs }: ProbeRequest): Result<ProbeAnswer, ProbeFault> {
  const detail = `The probe did not end ${graceMs} ms after its time of ${timeoutMs} ms`
  return { ok: false, error: { class: 'TIMEOUT', detail, ms: timeoutMs + graceMs } }
}

/** A name is one host on all its ports and addresses; an address is one host for each port. */
function laneOf({ host, port }: ProbeRequest): string {
  return isAddressLiteral(host) ? `${host}:${port}` : host
}

function count(traffic: Traffic, outcome: Result<ProbeAnswer, ProbeFault>): void {
  traffic.requests++
  if (!outcome.ok) {
    if (outcome.error.class === 'TIMEOUT') traffic.timeouts++
    return
  }
  traffic.bytes += outcome.value.body.length
  for (const [name, value] of outcome.value.headers) traffic.bytes += name.length + value.length + 4
}
