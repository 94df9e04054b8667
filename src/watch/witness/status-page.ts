// A public status page of Uptime Kuma: which monitors there are, and the last heartbeat of each.
import { type Result, err, ok } from '../../std/result.ts'
import type { WitnessConfig } from '../config.ts'
import { askJson } from '../../world/ask.ts'
import { fieldAt, fieldOf, isFields, listOf, textOf } from './fields.ts'
import { hostOf } from './host-of.ts'
import { createMonitorList } from './monitor-list.ts'
import { kumaStates } from './uptime-kuma.ts'
import {
  type BlindWitness,
  type Testimony,
  type Witness,
  type WitnessReport,
  type WitnessWorld,
  emptyReport,
  testimoniesMax,
} from './witness.ts'

type KumaConfig = Extract<WitnessConfig, { kind: 'uptime-kuma' }>

/** A witness over the page `slug`: two answers, which the server keeps for five minutes and for one. */
export function statusPageWitness(config: KumaConfig, slug: string, world: WitnessWorld): Witness {
  const monitors = createMonitorList(config.name)
  const origin = config.url.replace(/\/$/, '')
  return {
    name: config.name,
    read: async (): Promise<Result<WitnessReport, BlindWitness>> => {
      const name = encodeURIComponent(slug)
      const [page, beats] = await Promise.all([
        askJson(world.http, { url: `${origin}/api/status-page/${name}` }),
        askJson(world.http, { url: `${origin}/api/status-page/heartbeat/${name}` }),
      ])
      const failed = [page, beats].find((answer) => !answer.ok)
      if (!page.ok || !beats.ok)
        return err({ witness: config.name, detail: failed?.ok === false ? failed.error : '' })
      const read = readStatusPage(page.value, beats.value)
      if (!read.ok) return err({ witness: config.name, detail: read.error })
      const changes = monitors.take(read.value, world.clock.now())
      return ok({ ...emptyReport, testimonies: read.value, changes })
    },
  }
}

/**
 * Monitors of all groups with the state of their newest heartbeat. A monitor without one has not been
 * tried yet and says nothing.
 */
export function readStatusPage(
  page: unknown,
  beats: unknown,
): Result<readonly Testimony[], string> {
  const groups = fieldOf(page, 'publicGroupList')
  const heartbeats = fieldOf(beats, 'heartbeatList')
  if (!Array.isArray(groups)) return err('Its page has no "publicGroupList"')
  if (!isFields(heartbeats)) return err('Its heartbeats have no "heartbeatList"')
  const monitors = listOf(groups, testimoniesMax).flatMap((group) =>
    listOf(fieldOf(group, 'monitorList'), testimoniesMax),
  )
  if (monitors.length === 0) return err('Its page has no monitors')
  if (monitors.length > testimoniesMax) return err(`It has more than ${testimoniesMax} monitors`)
  // A monitor may stand in several groups.
  const byId = new Map<string, Testimony>()
  for (const monitor of monitors) {
    const id = String(fieldOf(monitor, 'id'))
    const state = newestState(fieldOf(heartbeats, id))
    if (state === null) continue
    const host = hostOf(textOf(fieldOf(monitor, 'url')), textOf(fieldOf(monitor, 'hostname')))
    byId.set(id, { name: textOf(fieldOf(monitor, 'name'), 200) ?? id, host, state })
  }
  if (byId.size === 0) return err('None of its monitors has a heartbeat that is known')
  return ok([...byId.values()])
}

/** Beats are in order of time, oldest first; a page of several days has 0 where there was none. */
function newestState(beats: unknown): Testimony['state'] | null {
  if (!Array.isArray(beats)) return null
  const status = fieldAt(
    beats.findLast((beat) => isFields(beat)),
    'status',
  )
  return typeof status === 'number' ? (kumaStates[status] ?? null) : null
}
