// What a watch costs others, reckoned from its plan.
import { describe, expect, test } from 'bun:test'
import type { WatchConfig } from '../config.ts'
import { planOf } from '../plan/plan.ts'
import { sampleDoor, sampleWatch } from '../plan/samples.fixture.ts'
import { ownLoad } from './load.ts'

const minuteMs = 60_000

function perMinute(over: Partial<WatchConfig>) {
  const config = sampleWatch(over)
  const { entriesPerMs, requestsPerMs, signInsPerMs } = ownLoad(config, planOf(config))
  const rounded = (perMs: number): number => Number((perMs * minuteMs).toFixed(4))
  return {
    requests: rounded(requestsPerMs),
    entries: rounded(entriesPerMs),
    signIns: rounded(signInsPerMs),
  }
}

describe('ownLoad()', () => {
  test('counts canaries, doors and sign-ins, and of them what the gate answers without a session', () => {
    // 13 canaries a minute, one of which asks twice (keys by discovery); a sign-in each quarter of an
    // hour; two doors over four vantages each five minutes.
    expect(perMinute({})).toEqual({
      requests: Number((14 + 8 / 15 + 8 / 5).toFixed(4)),
      entries: Number((3 + 1 / 15 + 3 / 5).toFixed(4)),
      signIns: Number((1 / 15).toFixed(4)),
    })
  })

  test('is as much as the monitors of 2026-04-18 where it watches as much as they did', () => {
    // 44 protected hosts, each asked over the edge alone every five minutes: 8.8 entries a minute.
    const doors = Array.from({ length: 44 }, (_, i) => sampleDoor(`s${i}.example.com`))
    const { entries } = perMinute({
      doors,
      canaries: { open: null, protected: null },
      ingress: [],
      gates: [],
      robot: null,
    })
    expect(entries).toBe(8.8)
  })

  test('leaves open doors and services asked directly out of what reaches the gate', () => {
    const doors = [
      sampleDoor('a.example.com', { tier: 'none' }),
      sampleDoor('b.example.com', { tier: 'app' }),
    ]
    const canaries = { open: null, protected: null }
    expect(perMinute({ doors, canaries, robot: null }).entries).toBe(0)
  })

  test('counts every address of others and every name server', () => {
    const one = perMinute({}).requests
    const control = ['https://a.example.org/', 'https://b.example.org/']
    expect(perMinute({ control, resolvers: ['9.9.9.9', '1.1.1.1'] }).requests).toBeCloseTo(
      one + 2,
      3,
    )
  })
})
