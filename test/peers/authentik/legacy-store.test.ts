import { afterEach, beforeEach, expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakeClock } from '../../../src/world/clock.ts'
import { checkNeed } from '../../needs.ts'
import { LegacyStore, startLegacyOutpost, sweepIntervalMs } from './legacy-store.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-legacy-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

const hourMs = 3_600_000

test('every request without a cookie leaves one file; with its cookie it leaves none', () => {
  const store = new LegacyStore({ directory, entryBytes: 300, maxAgeMs: hourMs })
  const first = store.request(null)
  expect(first.status).toBe(302)
  expect(store.request(first.cookie)).toEqual({ status: 302, cookie: null })
  expect(store.request(null, 'nginx').status).toBe(401)
  for (const cookie of ['../../etc/passwd', 'ab'.repeat(32)])
    expect(store.request(cookie).cookie).not.toBeNull()
  const files = readdirSync(directory)
  expect(files).toHaveLength(4)
  expect(store.counts()).toEqual({ files: 4, failed: 0 })
  expect(statSync(join(directory, files[0] ?? '')).size).toBe(300)
})

test('a full store answers 400 until files have expired', () => {
  const clock = fakeClock(Date.UTC(2026, 3, 18))
  const store = new LegacyStore({ directory, entryBytes: 10, maxAgeMs: hourMs, clock, filesMax: 2 })
  expect(
    [store.request(null), store.request(null), store.request(null)].map((a) => a.status),
  ).toEqual([302, 302, 400])
  clock.advance(hourMs - 1)
  expect(store.sweep()).toBe(0)
  clock.advance(1)
  expect(store.sweep()).toBe(2)
  expect(readdirSync(directory)).toEqual([])
  expect(store.request(null).status).toBe(302)
  expect(store.counts()).toEqual({ files: 1, failed: 1 })
})

const mountable = checkNeed('root-mount')

test.skipIf(!mountable.ok)('a full file system answers 400 and leaves no half-written file', () => {
  const options = ['-t', 'tmpfs', '-o', 'size=64k,nr_inodes=64', 'tmpfs', directory]
  expect(spawnSync('mount', options).status).toBe(0)
  try {
    const store = new LegacyStore({ directory, entryBytes: 300, maxAgeMs: hourMs })
    const statuses = Array.from({ length: 20 }, () => store.request(null).status)
    // 64 KiB are 16 pages, and each file takes one however small it is.
    expect(statuses).toEqual([...Array(16).fill(302), ...Array(4).fill(400)])
    expect(readdirSync(directory)).toHaveLength(16)
  } finally {
    spawnSync('umount', [directory])
  }
})

test('probes fill it to rate times lifetime and not further', () => {
  const clock = fakeClock(0)
  const store = new LegacyStore({ directory, entryBytes: 1, maxAgeMs: hourMs, clock })
  // One probe a minute for six hours, with the sweep of every five minutes.
  clock.every(sweepIntervalMs, () => store.sweep())
  for (let minute = 0; minute < 360; minute++) {
    clock.advance(60_000)
    store.request(null)
  }
  expect(store.counts().files).toBeGreaterThanOrEqual(60)
  expect(store.counts().files).toBeLessThanOrEqual(66)
})

test('startLegacyOutpost() answers as the outpost did, with a cookie for those who keep it', async () => {
  const outpost = startLegacyOutpost({ directory, entryBytes: 300, maxAgeMs: hourMs, filesMax: 2 })
  try {
    const get = (path: string, cookie?: string): Promise<Response> =>
      fetch(new URL(`/outpost.goauthentik.io/${path}`, outpost.url), {
        redirect: 'manual',
        ...(cookie === undefined ? {} : { headers: { cookie } }),
      })
    const first = await get('auth/traefik')
    expect(first.status).toBe(302)
    const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0]
    expect((await get('auth/caddy', cookie)).headers.get('set-cookie')).toBeNull()
    expect((await get('auth/nginx')).status).toBe(401)
    expect((await get('start')).status).toBe(400)
    expect((await get('ping')).status).toBe(204)
    expect(outpost.store.counts()).toEqual({ files: 2, failed: 1 })
  } finally {
    await outpost.close()
  }
})
