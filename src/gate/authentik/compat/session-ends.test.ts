// Ends of sessions at authentik: ours at once, however many others come before; sealed ones as well.
import { expect, test } from 'bun:test'
import { sampleFacts } from '../../session/samples.fixture.ts'
import {
  cookieHeaderOf,
  kindOf,
  sessionsBench,
  settle,
} from '../../session/sessions-bench.fixture.ts'
import { SessionEnds } from './session-ends.ts'

test('ends a session of ours at once behind a thousand that are not, which cost a write each in time', async () => {
  const bench = sessionsBench()
  const ends = new SessionEnds(bench.sessions, bench.clock)
  const mine = await bench.signIn('alice')
  const other = await bench.signIn('bob')
  const revoked: unknown[] = []
  const revoke = bench.store.revoke.bind(bench.store)
  bench.store.revoke = (selector, at) => {
    revoked.push(selector.providerSid)
    return revoke(selector, at)
  }
  for (let id = 0; id < 1000; id++) void ends.end(`foreign-${id}`)
  void ends.end('sid-alice')
  await settle()
  expect(revoked).toEqual(['sid-alice'])
  expect(kindOf(bench.sessions.find(mine))).toBe('ended')
  expect(kindOf(bench.sessions.find(other))).toBe('found')
  for (let turn = 0; turn < 101; turn++) {
    bench.clock.advance(50)
    await settle()
  }
  expect(new Set(revoked).size).toBe(1001)
})

test('ends a session that lives sealed in its cookie, of which the store knows nothing', async () => {
  const bench = sessionsBench()
  const ends = new SessionEnds(bench.sessions, bench.clock)
  bench.store.writes = false
  const opened = await bench.sessions.open(sampleFacts('alice'), null)
  expect(opened.sealed).toBe(true)
  const cookie = cookieHeaderOf(opened.setCookies)
  void ends.end('sid-alice')
  await settle()
  bench.clock.advance(50)
  await settle()
  expect(kindOf(bench.sessions.find(cookie))).toBe('ended')
})

test('holds a bounded number of ends that wait', async () => {
  const bench = sessionsBench()
  const ends = new SessionEnds(bench.sessions, bench.clock)
  for (let id = 0; id < 20_000; id++) await ends.end(`foreign-${id}`)
  let revoked = 0
  const revoke = bench.store.revoke.bind(bench.store)
  bench.store.revoke = (selector, at) => {
    revoked++
    return revoke(selector, at)
  }
  for (let turn = 0; turn < 1200; turn++) {
    bench.clock.advance(50)
    await settle()
  }
  expect(revoked).toBe(10_000)
})
