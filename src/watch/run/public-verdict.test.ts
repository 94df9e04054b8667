// What everybody may know, out of open incidents: the worst of them in words that name nothing.
import { describe, expect, test } from 'bun:test'
import type { Hostname } from '../../model/host.ts'
import type { ElementId } from '../../model/layer.ts'
import type { CauseId, Incident } from '../incident/incident.ts'
import type { DoorReading } from '../metrics.ts'
import type { Verdict } from '../locate/verdict.ts'
import { type PublicSources, publicVerdictOf } from './public-verdict.ts'

const at = Date.UTC(2026, 3, 18)

function incident(
  cause: CauseId,
  elements: readonly ElementId[],
  over: Partial<Incident> = {},
): Incident {
  return {
    id: `2026-04-18-${cause}`,
    cause,
    phase: 'failing',
    elements,
    title: cause,
    urgency: 'page',
    openedAt: at,
    firstSymptomAt: at - 60_000,
    closedAt: null,
    verdict: null,
    masking: [],
    timeline: [],
    changes: [],
    advice: [],
    ...over,
  }
}

const quiet: Verdict = {
  kind: 'healthy',
  leader: { elements: [], probability: 1 },
  runnerUp: null,
  because: [],
  discriminating: null,
  masked: [],
}

function door(instance: string): DoorReading {
  return {
    instance,
    vantage: 'edge',
    class: 'CONTENT',
    ok: true,
    status: 200,
    ms: 1,
    certificateNotAfter: null,
  }
}

function sources(
  incidents: readonly Incident[],
  over: { kind?: Verdict['kind']; ready?: boolean; endedAt?: number | null } = {},
): PublicSources {
  const doors = [door('https://app.example.com/'), door('https://wiki.example.com:8443/x')]
  return {
    core: {
      verdict: () => ({ ...quiet, kind: over.kind ?? 'healthy' }),
      incidents: () => incidents,
    },
    isReady: () => over.ready ?? true,
    readings: {
      rounds: () => ({
        endedAt: over.endedAt === undefined ? at : over.endedAt,
        tookMs: 1,
        everyMs: 60_000,
      }),
      doors: () => doors,
    },
  }
}

const app = 'app.example.com' as Hostname

describe('publicVerdictOf', () => {
  test('is null before anything was seen', () => {
    expect(publicVerdictOf(sources([], { endedAt: null }), true)).toBeNull()
  })

  test.each<[string, readonly Incident[], string, string | null]>([
    ['nothing is open', [], 'works', null],
    ['it is closed', [incident('layer:idp', ['idp'], { closedAt: at })], 'works', null],
    ['the gate mints nothing', [incident('layer:gate_new', ['gate_new'])], 'broken', 'sign-in'],
    ['the provider is gone', [incident('layer:idp', ['idp'])], 'broken', 'sign-in'],
    ['the proxy is gone', [incident('layer:ingress', ['ingress'])], 'broken', 'way'],
    [
      'both are',
      [incident('layer:idp', ['idp']), incident('layer:edge', ['edge'])],
      'broken',
      'way',
    ],
    [
      'one replica is',
      [incident('layer:ingress/10.0.20.5', ['ingress/10.0.20.5'])],
      'partly',
      'way',
    ],
    ['one service is', [incident(`service:${app}`, [`upstream/${app}`])], 'works', null],
    ['the canary is', [incident(`layer:upstream/${app}`, [`upstream/${app}`])], 'works', null],
    [
      'a store fills',
      [incident('store:outpost', ['gate_new'], { phase: 'warning' })],
      'works',
      null,
    ],
    ['the gate fails for its store', [incident('store:shm', ['gate_new'])], 'broken', 'sign-in'],
    [
      'it works again, and the store is still too small',
      [incident('store:shm', ['gate_new'], { phase: 'recovered' })],
      'works',
      null,
    ],
  ])('when %s', (_, incidents, state, part) => {
    const verdict = publicVerdictOf(sources(incidents), true)
    expect([verdict?.state ?? '', verdict?.part ?? null]).toEqual([state, part])
    expect(verdict?.since).toBe(state === 'works' ? null : at - 60_000)
  })

  test('is blind when the watch is, or has not looked for long', () => {
    const broken = [incident('layer:idp', ['idp'])]
    expect(publicVerdictOf(sources(broken, { kind: 'blind' }), true)?.state).toBe('blind')
    expect(publicVerdictOf(sources(broken, { ready: false }), true)?.state).toBe('blind')
  })

  test('counts from the earliest of several', () => {
    const later = incident('layer:idp', ['idp'], { firstSymptomAt: at })
    const first = incident('layer:gate_new', ['gate_new'], { firstSymptomAt: at - 5 })
    expect(publicVerdictOf(sources([later, first]), true)?.since).toBe(at - 5)
  })

  test('knows a host by its doors and its own incidents, and no other', () => {
    const verdict = publicVerdictOf(sources([incident(`service:${app}`, [])]), false)
    expect(verdict?.isKnown).toBe(false)
    expect(verdict?.host(app)).toEqual({ state: 'broken', since: at - 60_000 })
    expect(verdict?.host('wiki.example.com' as Hostname)).toEqual({ state: 'works', since: null })
    expect(verdict?.host('wiki.example.co' as Hostname)).toBeNull()
    expect(verdict?.host('other.example.com' as Hostname)).toBeNull()
  })
})
