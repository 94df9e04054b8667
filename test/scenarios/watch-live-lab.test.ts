// The live lab: the outage of 2026-04-18 really happens on a small tmpfs, the watch sees it, one real
// notification arrives; then the same load on our gate, and nothing happens.
import { afterAll, expect } from 'bun:test'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPaint } from '../../src/cli/context.ts'
import { runLiveLab } from '../../src/cli/drill/live/run-live-lab.ts'
import { realWorld } from '../../src/world/world.ts'
import { scenario } from '../scenario.ts'

const storyMs = 180_000

/** Where all of its directories are, so that a lab of somebody else on this machine does not count. */
const place = mkdtempSync(join(tmpdir(), 'gatehouse-live-'))
process.env['TMPDIR'] = place
afterAll(() => rmSync(place, { recursive: true, force: true }))

/** What the lab leaves on a machine: mounts and directories of its own. */
function leftovers(): string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
  return [...mounts.filter((line) => line.includes(place)), ...readdirSync(place)]
}

interface LabRun {
  readonly env?: Readonly<Record<string, string>>
  /** Sends SIGINT as soon as this is said. */
  readonly stopAfter?: string
}

async function runLab({ env = {}, stopAfter }: LabRun = {}) {
  const world = realWorld()
  const out: string[] = []
  const errors: string[] = []
  let stop = (): void => {}
  const code = await runLiveLab(
    {
      world: {
        ...world,
        process: {
          ...world.process,
          env: { ...world.process.env, ...env },
          onSignal: (signal, task) => {
            if (signal === 'SIGINT') stop = task
            return () => {}
          },
          out: (text) => void out.push(text),
          error: (text) => {
            errors.push(text)
            if (stopAfter !== undefined && text.includes(stopAfter)) stop()
          },
        },
      },
      action: () => async () => {},
      paint: () => createPaint(false),
    },
    { port: 0, withGate: true, json: true },
  )
  return { code, out: out.join(''), timeline: errors.join('') }
}

scenario(
  'a store of the old kind fills, is forecast, located and told of once; our gate in its place does nothing of it',
  { needs: ['root-mount', 'caddy', 'alertmanager', 'linux'] },
  async () => {
    const before = leftovers()
    const { code, out, timeline } = await runLab()
    console.log(timeline)
    const [legacy, gate] = JSON.parse(out)
    expect([legacy.wrong, gate.wrong, code]).toEqual([[], [], 0])
    expect(timeline).toMatch(/^The forecast came \d.* before the first refusal, the verdict \d/m)
    expect(timeline).toContain('Nothing happened, which is the point.')

    const { forecast, notified, refused, verdict } = legacy.moments
    expect(forecast).toBeLessThan(refused)
    expect(refused).toBeLessThan(verdict)
    // Somebody is told by the forecast; that it has come true is the same alert.
    expect(notified).toBeGreaterThanOrEqual(forecast)
    expect(legacy.incident).toStartWith('The gate, for whoever has no session yet, fails; store')
    expect(legacy.verdict).toMatchObject({ kind: 'fault', elements: ['gate_new'] })
    expect(legacy.notifications).toEqual(['GatehouseStoreFilling'])
    expect(legacy.alerts).toEqual([
      {
        labels: {
          ...{ alertname: 'GatehouseStoreFilling', layer: 'gate_new' },
          ...{ cause_id: 'store:sessions', severity: 'critical' },
        },
        summary: expect.stringMatching(/^Changed: gate_new is down for everyone without a session/),
      },
    ])
    expect(legacy.blocksAfter).toBe(512)
    expect(legacy.holders['let-in']).toBeGreaterThan(10)

    expect(gate.strangers.redirect).toBeGreaterThanOrEqual(legacy.strangers.redirect)
    expect(gate.verdict.kind).not.toBe('fault')
    expect(gate.notifications).toEqual([])
    expect(gate.blocksAfter).toBe(gate.blocksBefore)
    expect(leftovers()).toEqual(before)
  },
  storyMs,
)

scenario(
  'told to stop in the middle it ends what it started, and unmounts',
  { needs: ['root-mount', 'caddy', 'alertmanager', 'linux'] },
  async () => {
    const before = leftovers()
    const { code, timeline } = await runLab({ stopAfter: 'the watch sees nothing wrong' })
    expect(code).toBe(1)
    expect(timeline).toEndWith('gatehouse: Stopped before the end\n')
    expect(leftovers()).toEqual(before)
  },
)

scenario(
  'a proxy that is missing or does not start is said, and leaves nothing behind',
  { needs: ['root-mount', 'alertmanager', 'linux'] },
  async () => {
    const before = leftovers()
    const cases = [
      ['/bin/false', 'Caddy does not start: ""'],
      ['/nonexistent/caddy', 'Cannot find "caddy" (Debian: caddy) on PATH'],
    ] as const
    for (const [program, said] of cases) {
      const { code, out, timeline } = await runLab({ env: { GATEHOUSE_CADDY: program } })
      expect([code, out]).toEqual([1, ''])
      expect(timeline).toEndWith(`gatehouse: ${said}\n`)
    }
    expect(leftovers()).toEqual(before)
  },
)
