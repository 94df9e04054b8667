// A control plane of ours against a stand-in of authentik, with a fake clock and files in memory.
import { createSealer } from '../../src/gate/seal.ts'
import { startControlPlane } from '../../src/gate/authentik/control-plane.ts'
import type { ControlPlane } from '../../src/gate/authentik/outpost.ts'
import type { OutpostSettings } from '../../src/gate/authentik/settings.ts'
import { type FakeClock, fakeClock } from '../../src/world/clock.ts'
import { type Files, memoryFiles } from '../../src/world/files.ts'
import { realHttpClient } from '../../src/world/http-client.ts'
import { type MemoryLog, memoryLog } from '../../src/world/log.ts'
import { seededRandom } from '../../src/world/random.ts'
import { type SocketClient, realSocketClient } from '../../src/world/web-socket.ts'
import type { Authentik } from '../peers/authentik/authentik.ts'
import { countUnderWay } from './under-way.ts'
import { until } from './until.ts'

/** Settings of an outpost of `authentik`. */
export function outpostSettings(
  authentik: Pick<Authentik, 'url' | 'token'>,
  over: Partial<OutpostSettings> = {},
): OutpostSettings {
  return {
    address: { baseUrl: authentik.url, query: '', unixSocket: null },
    token: authentik.token,
    insecure: false,
    browserOrigin: null,
    version: '2026.8.6',
    buildHash: 'gatehouse-test',
    logLevel: null,
    listenHttps: null,
    logHeaders: [],
    refuseFetches: false,
    ...over,
  }
}

/** A control plane with everything that a test moves or looks at. */
export interface TestPlane {
  readonly plane: ControlPlane
  readonly clock: FakeClock
  readonly files: Files
  readonly log: MemoryLog
  /** Resolves once `condition` holds; it is looked at after each turn of the event loop. */
  until(condition: () => boolean, what: string): Promise<void>
  /** Waits for the first configuration. */
  ready(): Promise<void>
  /** Moves the clock by `ms` in steps, letting what each step causes happen. */
  pass(ms: number): Promise<void>
}

/** What a test gives; all may be left out. */
export interface TestPlaneOptions {
  readonly settings?: Partial<OutpostSettings>
  readonly files?: Files
  readonly sockets?: SocketClient
  readonly seed?: number
  readonly dataDir?: string
  /** Secret that the configuration on disk is sealed with. */
  readonly secret?: Uint8Array
}

/** A network that is not still by then has something to do with what a test is about. */
const stillMs = 5000

/** Starts a control plane. */
export function startPlane(
  authentik: Pick<Authentik, 'url' | 'token'>,
  options: TestPlaneOptions = {},
): TestPlane {
  const clock = fakeClock(Date.UTC(2026, 10, 24))
  const random = seededRandom(options.seed ?? 7)
  const files = options.files ?? memoryFiles({})
  const log = memoryLog()
  const underWay = countUnderWay(realHttpClient(), options.sockets ?? realSocketClient())
  const plane = startControlPlane({
    settings: outpostSettings(authentik, options.settings),
    dataDir: options.dataDir ?? '/data',
    // The same secret each time: what one process sealed the next one opens.
    sealer: createSealer(options.secret ?? new Uint8Array(32).fill(9), random),
    clock,
    random,
    files,
    http: underWay.http,
    sockets: underWay.sockets,
    log,
    hostname: 'testhost',
  })
  return {
    plane,
    clock,
    files,
    log,
    until: (condition, what) => until(condition, () => what),
    ready: async () => {
      clock.advance(0)
      await until(
        () => plane.current() !== null,
        () => 'a configuration',
      )
    },
    pass: async (ms) => {
      for (let left = ms; left > 0; left -= 500) {
        clock.advance(Math.min(500, left))
        const limit = performance.now() + stillMs
        do await Bun.sleep(1)
        while (underWay.isBusy() && performance.now() < limit)
      }
    },
  }
}
