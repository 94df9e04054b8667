// Sessions made beforehand, through the same code as a sign-in, in the file that the gate opens later.
import { mkdirSync } from 'node:fs'
import { createSealer } from '../../src/gate/seal.ts'
import { createSessions } from '../../src/gate/session/create-sessions.ts'
import { sessionFilePath } from '../../src/gate/session/registry.ts'
import { createSqliteStore } from '../../src/gate/session/sqlite.ts'
import type { SignInFacts } from '../../src/gate/session/sessions.ts'
import { testConfig } from '../../src/gate/testing.ts'
import { realClock } from '../../src/world/clock.ts'
import { memoryLog } from '../../src/world/log.ts'
import { realRandom } from '../../src/world/random.ts'
import { domain, person } from './estate.ts'

/** Cookies of the people, and what making them took. */
export interface MadeSessions {
  /** Cookie header values. */
  readonly cookies: readonly string[]
  readonly signInsPerSecond: number
}

/** Signs `count` people in, `atOnce` at a time; the file is complete when this resolves. */
export async function makeSessions(
  dataDir: string,
  count: number,
  atOnce: number,
): Promise<MadeSessions> {
  mkdirSync(dataDir, { recursive: true })
  const clock = realClock()
  const random = realRandom()
  const log = memoryLog()
  const { sessions: settings } = testConfig()
  const bounds = { ...settings, sessionsMax: 1_000_000 }
  const store = createSqliteStore({
    path: sessionFilePath(dataDir),
    bounds: () => bounds,
    clock,
    log,
  })
  const sessions = createSessions({
    config: () => ({ ...bounds, domain, secure: true }),
    store,
    sealer: createSealer(new Uint8Array(32), random),
    clock,
    random,
    log,
  })
  const cookies: string[] = []
  const started = performance.now()
  for (let i = 0; i < count; i += atOnce) {
    const group = Array.from({ length: Math.min(atOnce, count - i) }, (_, k) =>
      sessions.open(facts(i + k), null),
    )
    for (const opened of await Promise.all(group)) {
      if (opened.sealed) throw new Error('The session store took no session')
      cookies.push(opened.setCookies[0]?.split(';')[0] ?? '')
    }
  }
  const seconds = (performance.now() - started) / 1000
  await sessions.close()
  return { cookies, signInsPerSecond: count / seconds }
}

function facts(i: number): SignInFacts {
  return {
    identity: { ...person(i), provider: 'accounts' },
    providerSid: `sid-${i}`,
    providerSub: `sub-${i}`,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
    address: `192.168.1.${(i % 200) + 2}`,
    idToken: '',
  }
}
