// The stories that every proxy must tell alike, with its own snippet, a real gate and a real service.
import { afterAll, expect } from 'bun:test'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import type { PeerProcess } from '../peers/peer-process.ts'
import { scenario } from '../scenario.ts'
import { type ProxyEstate, type ProxyName, ask, navigation, script } from './proxy-estate.ts'
import { until } from './until.ts'
import { startEstate, stopEstate } from './proxy-setup.ts'
import { type Story } from './proxy-story.ts'
import { doorStories } from './proxy-doors.ts'
import { flowStories } from './proxy-flows.ts'
import { trickStories } from './proxy-tricks.ts'

/** The last ones break the gate, so their order counts. */
const endStories: readonly Story[] = [
  [
    'a session store that does not answer is 503 with Retry-After, never a redirect to sign in',
    async (estate) => {
      // Well formed and unknown: only the store could say whose it is.
      const cookie = `gatehouse=1${'A'.repeat(32)}`
      const file = join(estate.gate.directory, 'data', 'sessions.db')
      renameSync(file, `${file}.away`)
      try {
        await until(async () => (await ask(estate, { cookie })).status !== 401)
        for (const headers of [navigation, script]) {
          const answer = await ask(estate, { cookie, headers })
          expect([answer.status, answer.header('location')]).toEqual([503, null])
          expect(answer.header('retry-after')).not.toBeNull()
          expect(answer.all('set-cookie')).toEqual([])
          expect(answer.header('x-gatehouse-decision')).toStartWith('unavailable; ')
          expect(answer.header('content-type')).toContain(headers === script ? 'json' : 'html')
        }
        expect(estate.backend.seen).toEqual([])
      } finally {
        renameSync(`${file}.away`, file)
      }
      await until(async () => (await ask(estate, { cookie, headers: script })).status === 401)
      expect((await ask(estate, { cookie: estate.alice })).status).toBe(200)
    },
  ],
  [
    'a gate that hangs is a refusal after seconds, not a wait and not a pass',
    async (estate) => {
      estate.relay.setSilent(true)
      const startedAt = performance.now()
      try {
        const answer = await ask(estate, { cookie: estate.alice })
        expect(answer.status).toBeGreaterThanOrEqual(500)
        // Unsaid, the limits of proxies are a minute or none. Traefik has 30 s built in.
        if (estate.proxy !== 'traefik') expect(performance.now() - startedAt).toBeLessThan(45_000)
        expect(estate.backend.seen).toEqual([])
      } finally {
        estate.relay.setSilent(false)
      }
      expect((await ask(estate, { cookie: estate.alice })).status).toBe(200)
    },
  ],
  [
    'a gate that is gone closes every door with 5xx',
    async (estate) => {
      await estate.relay.stop()
      await estate.gate.stop()
      for (const target of ['/', '/public/a', '/admin'])
        for (const cookie of [undefined, estate.alice]) {
          const question = cookie === undefined ? { target } : { target, cookie }
          expect((await ask(estate, question)).status).toBeGreaterThanOrEqual(500)
        }
      expect(estate.backend.seen).toEqual([])
    },
  ],
]

const stories = [...doorStories, ...flowStories, ...trickStories, ...endStories]

/** Registers all stories for one proxy. They share one estate, started by the first that runs. */
export function proxyStories(
  proxy: ProxyName,
  start: (directory: string, port: number) => Promise<PeerProcess>,
): void {
  let starting: Promise<ProxyEstate> | null = null
  for (const [name, tell] of stories)
    scenario(`${proxy}: ${name}`, { needs: [proxy] }, async () => {
      const estate = await (starting ??= startEstate(proxy, start))
      estate.backend.forget()
      try {
        await tell(estate)
      } catch (cause) {
        console.error(`---- ${proxy} ----\n${estate.process.log()}`)
        console.error(`---- gate ----\n${estate.gate.log()}`)
        throw cause
      }
    })
  afterAll(async () => {
    const estate = await starting
    if (estate !== null) await stopEstate(estate)
  }, 60_000)
}
