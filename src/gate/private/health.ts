// Readiness through the same code as a stranger's request: a health check that lies is a defect.
import type { AuthEndpoint } from '../auth-endpoint.ts'
import { dialects } from '../dialect/registry.ts'
import type { ControlPlane } from '../authentik/outpost.ts'
import type { Policy } from '../policy/policy.ts'
import { type RawRequest, headerSlots } from '../request.ts'
import type { SessionStats } from '../session/sessions.ts'

/** What `/readyz` says. `ready` is false only when a stranger would not be answered rightly. */
export interface Readiness {
  readonly ready: boolean
  /** One line each: what was tried and what came of it. */
  readonly checks: readonly {
    readonly name: string
    readonly ok: boolean
    readonly detail: string
  }[]
}

/** What readiness is judged by. */
export interface ReadinessSources {
  readonly endpoint: AuthEndpoint
  policy(): Policy
  sessions(): SessionStats
  /** Null where authentik does not drive this gate. */
  readonly outpost: ControlPlane | null
}

/**
 * Asks the gate as a stranger would and looks at the answer. A store fault does not make the gate
 * unready (storage fails soft: people are still let in and sent to sign in), but it is said.
 */
export async function readiness(sources: ReadinessSources): Promise<Readiness> {
  // An outpost without services of its own has no door but authentik's.
  const hasDoor = sources.outpost === null || sources.policy().services.length > 0
  const stranger = hasDoor ? [await strangerCheck(sources)] : []
  const { storeWorks, storeFaults } = sources.sessions()
  const outpost = outpostChecks(sources.outpost)
  return {
    ready: [...stranger, ...outpost].every((check) => check.ok),
    checks: [
      ...stranger,
      {
        name: 'session-store',
        ok: storeWorks,
        detail: storeWorks ? 'works' : `does not work, ${storeFaults} faults`,
      },
      ...outpost,
    ],
  }
}

async function strangerCheck(sources: ReadinessSources): Promise<Readiness['checks'][number]> {
  const expected = strangerExpectation(sources.policy())
  const answer = (
    await sources.endpoint.answer(strangerRequest(expected.host, expected.path), dialects.traefik)
  ).toString('latin1')
  const decision = /^X-Gatehouse-Decision: (.*)$/m.exec(answer)?.[1]?.trim() ?? 'none'
  const ok = decision === expected.decision
  const detail = ok ? decision : `${decision}, expected ${expected.decision}`
  return { name: 'stranger', ok, detail }
}

/** An outpost is ready once it has a configuration, be it the last good one while authentik is down. */
function outpostChecks(outpost: ControlPlane | null): Readiness['checks'] {
  if (outpost === null) return []
  const { connected, lastFault, source } = outpost.state()
  const detail = {
    none: `has not answered yet${lastFault === null ? '' : `: ${lastFault}`}`,
    disk: 'does not answer, the last good configuration is in force',
    live: connected ? 'connected' : 'not connected, the last good configuration is in force',
  }[source]
  return [{ name: 'authentik', ok: source !== 'none', detail }]
}

/** The first service that asks for a sign-in everywhere; without one, a host that nobody declared. */
function strangerExpectation(policy: Policy): { host: string; path: string; decision: string } {
  for (const service of policy.services) {
    const host = service.host.startsWith('*.')
      ? `readyz-probe${service.host.slice(1)}`
      : service.host
    const match = policy.match({
      host: host as typeof service.host & never,
      path: '/',
      method: 'GET',
      clientAddress: null,
    })
    if (match.kind === 'rule' && match.compiled.rule.auth === 'required') {
      return { host, path: '/', decision: 'sign-in; no-session' }
    }
  }
  return { host: 'readyz-probe.invalid', path: '/', decision: 'refuse; unknown-host' }
}

function strangerRequest(host: string, path: string): RawRequest {
  const headers: ReadonlyMap<number, string> = new Map([
    [headerSlots['x-forwarded-proto'], 'https'],
    [headerSlots['x-forwarded-host'], host],
    [headerSlots['x-forwarded-uri'], path],
    [headerSlots['x-forwarded-method'], 'GET'],
    [headerSlots.accept, 'text/html'],
  ])
  return {
    method: 'GET',
    target: '/_gatehouse/auth/traefik',
    peer: '127.0.0.1',
    peerTrusted: true,
    first: (slot) => headers.get(slot) ?? null,
    count: (slot) => (headers.has(slot) ? 1 : 0),
  }
}
