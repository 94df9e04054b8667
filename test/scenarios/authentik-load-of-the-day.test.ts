// The load of 2026-04-18 on an outpost of ours, and beside it on a store as outposts had it: 44 hosts
// probed 18 times a minute for seven days without a cookie, then as many at full speed as a run can take.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { startGate } from '../../src/gate-run.ts'
import { testConfig } from '../../src/gate/testing.ts'
import { fakeClock } from '../../src/world/clock.ts'
import { memoryLog } from '../../src/world/log.ts'
import { realWorld } from '../../src/world/world.ts'
import { type Authentik, startAuthentik } from '../peers/authentik/authentik.ts'
import { LegacyStore } from '../peers/authentik/legacy-store.ts'
import { scenario } from '../scenario.ts'
import { flood, littleSlack } from '../support/flood.ts'
import { outpostSettings } from '../support/outpost-plane.ts'
import { type OutpostProcess, startOutpostProcess } from '../support/outpost-process.ts'
import { onSmallDisk } from '../support/small-disk.ts'

const hosts = 44
const probesPerMinute = 18
const minuteMs = 60_000
const weekMinutes = 7 * 24 * 60
/** So many minutes at a time: their probes in one go, then the clock moves on. */
const stepMinutes = 30
/** At full speed; ten to the sixth with GATEHOUSE_FULL_LOAD=1, fewer in every run. */
const atFullSpeed = process.env['GATEHOUSE_FULL_LOAD'] === '1' ? 1_000_000 : 100_000
const memoryGrowthBytesMax = 8 * 1024 * 1024
const rounds = 4

const provider = {
  name: 'home',
  external_host: 'https://auth.home.localhost',
  mode: 'forward_domain',
  cookie_domain: 'home.localhost',
  application: { name: 'Home' },
} as const

/** One probe as Traefik asks about it, of the n-th host in turn. */
function probe(n: number): string {
  return [
    'GET /outpost.goauthentik.io/auth/traefik HTTP/1.1',
    'Host: outpost:9000',
    'User-Agent: Uptime-Kuma/2.3.2',
    'Accept: text/html,*/*',
    'X-Forwarded-Proto: https',
    `X-Forwarded-Host: service${n % hosts}.home.localhost`,
    'X-Forwarded-Uri: /',
    'X-Forwarded-Method: GET',
    'X-Forwarded-For: 198.51.100.7',
    '\r\n',
  ].join('\r\n')
}

/** Every file below `directory` with its size. */
function files(directory: string): Record<string, number> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return Object.fromEntries(
    names.map((name): [string, number] => [name, statSync(join(directory, name)).size]),
  )
}

scenario(
  'a store of the old kind is full after 15 hours of it and answers 400 from then on',
  { needs: ['root-mount'] },
  () =>
    onSmallDisk('64m', async ({ directory }) => {
      const clock = fakeClock(0)
      const store = new LegacyStore({
        directory,
        entryBytes: 300,
        maxAgeMs: 7 * 24 * 60 * minuteMs,
        clock,
      })
      let firstFailureMinute: number | null = null
      for (let minute = 0; minute < 24 * 60 && firstFailureMinute === null; minute++) {
        for (let i = 0; i < probesPerMinute; i++)
          if (store.request(null).status === 400) firstFailureMinute ??= minute
        clock.advance(minuteMs)
        if (minute % 5 === 0) store.sweep()
      }
      // 16,384 blocks, less a few that the file system keeps: capacity / rate, as `gatehouse capacity` says.
      expect((firstFailureMinute ?? 0) / 60).toBeGreaterThan(14.5)
      expect((firstFailureMinute ?? 0) / 60).toBeLessThan(15.3)
      expect(store.request(null).status).toBe(400)
    }),
)

scenario(
  'seven days of it leave an outpost of ours as it was: no file, no row, every answer a redirect',
  {},
  async () => {
    const authentik = await startAuthentik({ people: [], providers: [provider] })
    const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-week-'))
    const clock = fakeClock(Date.now())
    const base = testConfig()
    const config = testConfig({
      services: [],
      outpost: outpostSettings(authentik),
      dataDir,
      sessions: { ...base.sessions, store: 'sqlite' },
    })
    const world = { ...realWorld(), clock, log: memoryLog() }
    const started = startGate({
      config,
      world,
      secret: new Uint8Array(32).fill(3),
      version: 'test',
    })
    if (!started.ok) throw new Error(started.error.join('; '))
    const gate = started.value
    try {
      for (let i = 0; i < 1000 && (gate.outpost?.current() ?? null) === null; i++) {
        clock.advance(100)
        await Bun.sleep(5)
      }
      const before = { files: files(dataDir), sessions: gate.sessions.stats() }
      const statuses = new Map<string, number>()
      let sent = 0
      const requestsOf = () => () => probe(sent++)
      for (let minute = 0; minute < weekMinutes; minute += stepMinutes) {
        const requests = probesPerMinute * stepMinutes
        // oxlint-disable-next-line no-await-in-loop -- one step of the week after the other
        const report = await flood({
          port: gate.httpPort,
          requests,
          seed: 0,
          connections: 1,
          requestsOf,
        })
        for (const [status, count] of report.statuses)
          statuses.set(status, (statuses.get(status) ?? 0) + count)
        clock.advance(stepMinutes * minuteMs)
      }
      expect([...statuses]).toEqual([['302', weekMinutes * probesPerMinute]])
      const after = gate.sessions.stats()
      expect([after.storeSessions, after.opened, after.cacheEntries]).toEqual([0, 0, 0])
      expect(files(dataDir)).toEqual(before.files)
    } finally {
      await gate.close()
      await authentik.close()
      rmSync(dataDir, { recursive: true, force: true })
    }
  },
  600_000,
)

/** Floods in rounds; `memory` is the least of the readings after each: what is not garbage. */
async function floodInRounds(
  outpost: OutpostProcess,
  options: { readonly requests: number; readonly requestsOf: () => () => string },
): Promise<{ readonly memory: number; readonly statuses: ReadonlyMap<string, number> }> {
  const statuses = new Map<string, number>()
  let memory = Number.MAX_SAFE_INTEGER
  for (let round = 0; round < rounds; round++) {
    const share = options.requests / rounds
    const { requestsOf } = options
    const report = await flood({ port: outpost.httpPort, requests: share, seed: round, requestsOf })
    await Bun.sleep(500)
    const line = /^gatehouse_memory_bytes (\d+)/m.exec(await outpost.metrics())
    memory = Math.min(memory, Number(line?.[1] ?? Number.NaN))
    for (const [status, count] of report.statuses)
      statuses.set(status, (statuses.get(status) ?? 0) + count)
  }
  return { memory, statuses }
}

async function withOutpost(story: (authentik: Authentik) => Promise<void>): Promise<void> {
  const authentik = await startAuthentik({ people: [], providers: [provider] })
  try {
    await story(authentik)
  } finally {
    await authentik.close()
  }
}

scenario(
  'the same at full speed: files, rows and memory stay flat, authentik hears nothing of it',
  {},
  () =>
    withOutpost(async (authentik) => {
      const outpost = await startOutpostProcess(authentik, { env: littleSlack })
      try {
        let n = 0
        const requestsOf = () => () => probe(n++)
        // The engine compiles and sizes its heap on the first requests; growth is counted from then on.
        const { memory } = await floodInRounds(outpost, { requests: 100_000, requestsOf })
        const before = {
          files: files(outpost.directory),
          calls: authentik.control.calls('authorize'),
        }
        const after = await floodInRounds(outpost, { requests: atFullSpeed, requestsOf })
        expect([...after.statuses]).toEqual([['302', atFullSpeed]])
        expect(files(outpost.directory)).toEqual(before.files)
        expect(authentik.control.calls('authorize')).toBe(before.calls)
        expect(authentik.control.violations()).toEqual([])
        console.log(
          `memory ${(memory / 2 ** 20).toFixed(1)} MiB before, ${(after.memory / 2 ** 20).toFixed(1)} MiB after ${atFullSpeed} requests`,
        )
        expect(after.memory - memory).toBeLessThan(memoryGrowthBytesMax)
      } finally {
        await outpost.stop()
        outpost.remove()
      }
    }),
  600_000,
)
