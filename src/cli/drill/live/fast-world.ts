// The world as the watch of the lab sees it: the machine's, with a clock that runs faster, and no log.
import { type FastClock, fastClock } from '../../../world/fast-clock.ts'
import type { Files } from '../../../world/files.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import type { World } from '../../../world/world.ts'

/** A world at speed. */
export interface FastWorld extends World {
  readonly clock: FastClock
}

/** `world` with a clock `speed` times as fast. Times that come in or go out are turned into its time and back. */
export function fastWorld(world: World, speed: number): FastWorld {
  const clock = fastClock(world.clock, speed)
  return {
    ...world,
    clock,
    files: fastFiles(world.files, clock),
    http: fastHttp(world.http, clock),
    log: { write: () => {} },
  }
}

/** Files whose times are those of the clock, so that the age of a session is what it seems. */
function fastFiles(files: Files, clock: FastClock): Files {
  return {
    ...files,
    scan: async (path, options) => {
      const scan = await files.scan(path, options)
      if (!scan.ok) return scan
      const entries = scan.value.entries.map((entry) => ({
        ...entry,
        modifiedAt: clock.toFast(entry.modifiedAt),
      }))
      return { ok: true, value: { ...scan.value, entries } }
    },
  }
}

/** Alertmanager has the machine's clock: when an alert begins and ends is said in its time. */
function fastHttp(http: HttpClient, clock: FastClock): HttpClient {
  return {
    send: (request) => {
      const { body } = request
      if (body === undefined || !request.url.endsWith('/api/v2/alerts')) return http.send(request)
      const told = body.replace(
        /"(startsAt|endsAt)":"([^"]+)"/g,
        (_whole, name: string, at: string) =>
          `"${name}":"${new Date(clock.toReal(Date.parse(at))).toISOString()}"`,
      )
      return http.send({ ...request, body: told })
    },
  }
}
