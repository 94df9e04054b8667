// What the lab makes of what it sees: a scripted lab on a clock that stands still, and each thing that may go wrong.
import { describe, expect, test } from 'bun:test'
import { err, ok } from '../../../std/result.ts'
import { fakeWorld } from '../../../world/fake-world.ts'
import type { LabKind } from './lab-files.ts'
import { type StoryLab, type StoryOutcome, tellStory } from './story.ts'

type Core = StoryLab['watch']['core']
type Verdict = ReturnType<Core['verdict']>

const healthy: Verdict = {
  kind: 'healthy',
  leader: { elements: [], probability: 0.999 },
  runnerUp: null,
  because: [],
  discriminating: null,
  masked: [],
}
const down: Verdict = {
  ...healthy,
  kind: 'fault',
  leader: { elements: ['gate_new'], probability: 0.9981 },
  because: [{ probe: 'gate_anon', passed: 0, failed: 2, nats: 5 }],
}

/** What happens when, in seconds from the start; null: never. */
interface Script {
  readonly kind: LabKind
  readonly forecastAt?: number
  readonly fullAt?: number
  readonly verdictAt?: number
  readonly notifiedAt?: readonly number[]
  /** Status that people with a session get. */
  readonly holders?: number
  readonly rowsAfter?: number
  readonly defects?: number
  readonly suspectAt?: number
  readonly strangersMin?: number
  /** The layer's failure is told as an incident of its own. */
  readonly twins?: boolean
  /** The incident of the store never becomes the layer's. */
  readonly isForecastOnly?: boolean
  /** Summaries of the alerts that Alertmanager holds at the end. */
  readonly held?: readonly string[]
}

const alert = (alertname: string): string =>
  JSON.stringify({
    alerts: [{ status: 'firing', labels: { alertname }, annotations: { summary: 'Sum' } }],
  })

async function tell(script: Script): Promise<{ outcome: StoryOutcome; lines: string[] }> {
  const never = Number.POSITIVE_INFINITY
  const { fullAt = never, forecastAt = never, verdictAt = never, suspectAt = never } = script
  const seconds = (): number => world.clock.monotonic() / 1000
  const body = new Uint8Array()
  const headers = new Headers()
  const world = fakeWorld({
    args: [],
    http: {
      send: async (request) => {
        if (request.headers?.['cookie'] !== undefined)
          return ok({ status: script.holders ?? 200, headers, body })
        return seconds() >= fullAt
          ? ok({ status: 400, headers, body })
          : err({ code: 'redirect', detail: 'Answered 302' })
      },
    },
  })
  const lines: string[] = []
  const incidentsNow = () => {
    if (seconds() < forecastAt) return []
    const isDown = seconds() >= verdictAt && script.isForecastOnly !== true
    const common = { elements: ['gate_new'], title: 'Full soon' } as const
    return [
      { ...common, cause: 'store:sessions', phase: isDown ? 'failing' : 'warning' },
      ...(script.twins === true
        ? [{ ...common, cause: 'layer:gate_new', phase: 'failing' } as const]
        : []),
    ] as const
  }
  const lab: StoryLab = {
    ports: { proxy: 1 },
    disk: { path: '/disk' },
    holders: ['a=1'],
    alerts: async () => {
      const labels = { alertname: 'GatehouseStoreFilling' }
      const held = [...(script.held ?? (script.kind === 'gate' ? [] : ['gate_new is down']))]
      return held.map((summary) => ({ labels, summary }))
    },
    get arrived() {
      const due = (script.notifiedAt ?? []).filter((at) => seconds() >= at)
      return due.map(() => alert('GatehouseLayerDown'))
    },
    rows: () => (script.kind === 'gate' && seconds() > 5 ? (script.rowsAfter ?? 5) : 5),
    watch: {
      isReady: () => seconds() >= 1,
      defects: () => script.defects ?? 0,
      core: {
        verdict: () => {
          if (seconds() >= verdictAt) return down
          return seconds() >= suspectAt ? { ...down, kind: 'suspect' } : healthy
        },
        incidents: incidentsNow,
      },
    },
  }
  let isOver = false
  const { kind, strangersMin = 0 } = script
  const told = tellStory({
    ...{ world, lab, kind, speed: 60, strangersMin },
    isCancelled: () => false,
    say: (line) => void lines.push(line),
  }).finally(() => {
    isOver = true
  })
  // Ends by itself: a story has a longest time.
  while (!isOver) {
    world.clock.advance(50)
    for (let i = 0; i < 8; i++) await Promise.resolve()
  }
  return { outcome: await told, lines }
}

const asItWas: Script = {
  kind: 'legacy',
  forecastAt: 8,
  fullAt: 12,
  verdictAt: 14,
  notifiedAt: [14.5],
}

describe('tellStory() of a store of the old kind', () => {
  test('is as it should be when forecast, refusals, verdict and one notification come in order', async () => {
    const { lines, outcome } = await tell(asItWas)
    expect(outcome).toMatchObject({ ok: true, wrong: [], notifications: ['GatehouseLayerDown'] })
    const { forecast, notified, refused, verdict } = outcome.moments
    expect([forecast, refused, verdict, notified].every((at) => at !== null)).toBe(true)
    expect(lines.map((line) => line.slice(18).split(':')[0]?.trim())).toEqual([
      'the watch sees nothing wrong; strangers come, 30 a second',
      expect.stringContaining('forecast'),
      expect.stringContaining('the disk is full'),
      expect.stringContaining('verdict'),
      expect.stringContaining('notification arrived'),
    ])
    expect(lines[3]).toContain('gate_new is down, 99.8 % sure, because gate_anon 2 of 2 failed')
  })

  test.each([
    [{ forecastAt: 13 }, 'No forecast said so before'],
    [{ fullAt: 1000 }, 'Nobody was refused: the disk did not fill'],
    [{ verdictAt: 1000 }, 'The verdict never was "gate_new"'],
    [{ notifiedAt: [] }, 'No notification arrived'],
    [{ notifiedAt: [14.5, 15] }, '"2" notifications of one cause arrived'],
    [{ held: [] }, 'Alertmanager holds no single alert that says "gate_new is down"'],
    [{ held: ['Full in 2h'] }, 'Alertmanager holds no single alert that says "gate_new is down"'],
    [{ twins: true }, 'There is more than one incident'],
    [{ isForecastOnly: true }, 'No incident says that the layer failed'],
    [{ holders: 400 }, 'Somebody with a session was refused'],
    [{ defects: 2 }, 'The watch had 2 defects of its own'],
  ] as const)('with %j says: %s', async (change, wrong) => {
    const { outcome } = await tell({ ...asItWas, ...change })
    expect(outcome.ok).toBe(false)
    expect(outcome.wrong).toContain(wrong)
  })
})

describe('tellStory() of our gate', () => {
  test('is as it should be when nothing happens, a passing suspicion included', async () => {
    const { outcome } = await tell({ kind: 'gate', suspectAt: 10, strangersMin: 500 })
    expect(outcome).toMatchObject({ ok: true, wrong: [], notifications: [] })
    expect(outcome.strangers.redirect).toBeGreaterThanOrEqual(500)
  })

  test.each([
    [{ fullAt: 5 }, 'A stranger was not sent to sign in'],
    [{ verdictAt: 5 }, 'The verdict was "fault gate_new" at one time'],
    [{ notifiedAt: [5] }, 'A notification arrived'],
    [{ held: ['Full in 2h'] }, 'Alertmanager holds an alert'],
    [{ rowsAfter: 6 }, 'The session store has other rows than before'],
    [{ holders: 401 }, 'Somebody with a session was refused'],
    [{ strangersMin: 100_000 }, 'Fewer strangers came than before'],
  ] as const)('with %j says: %s', async (change, wrong) => {
    const { outcome } = await tell({ kind: 'gate', ...change })
    expect(outcome.ok).toBe(false)
    expect(outcome.wrong).toContain(wrong)
  })
})
