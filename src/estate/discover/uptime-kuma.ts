// Monitors of Uptime Kuma as entries: from its export, or from what it exposes for Prometheus. Pure.
import type { Discovery, FoundMonitor, NotUnderstood } from './discovery.ts'
import { type Json, at, listAt, numberAt, textAt, textsAt } from './json.ts'

/** Kinds of monitors that ask for a page. */
const pageTypes = ['http', 'keyword', 'json-query', 'real-browser']

/** Monitors of an export (`monitorList`, a list or an object by id); null: it is no export. */
export function discoverUptimeKuma(document: Json): Discovery | null {
  const found = at(document, 'monitorList')
  const all = Array.isArray(found)
    ? listAt(document, 'monitorList')
    : typeof found === 'object' && found !== null
      ? Object.values(found)
      : null
  return all === null ? null : discoveryOf(all.map(readMonitor))
}

/** Monitors of its `/metrics` (`monitor_status`); null: there is none of that name. */
export function discoverUptimeKumaMetrics(text: string): Discovery | null {
  if (!text.includes('monitor_status')) return null
  const lines = text.split('\n').filter((line) => line.startsWith('monitor_status{'))
  return discoveryOf(
    lines.map((line) => {
      const labels = labelsOf(line)
      return readMonitor({
        name: labels.get('monitor_name'),
        type: labels.get('monitor_type'),
        url: labels.get('monitor_url'),
      })
    }),
  )
}

type Read = FoundMonitor | NotUnderstood

function discoveryOf(all: readonly Read[]): Discovery {
  return {
    source: 'uptime-kuma',
    doors: [],
    monitors: all.filter((one) => 'host' in one),
    notUnderstood: all.filter((one) => 'why' in one),
    read: all.length,
  }
}

function readMonitor(monitor: Json): Read {
  const name = textAt(monitor, 'name') ?? '?'
  const type = textAt(monitor, 'type') ?? '?'
  const object = `monitor ${name}`
  if (!pageTypes.includes(type))
    return { object, why: `Monitors of type "${type}" say nothing of a page` }
  const url = URL.parse(textAt(monitor, 'url') ?? '')
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '')
    return { object, why: 'Its URL is none of a page' }
  const codes = textsAt(monitor, 'accepted_statuscodes').join(',')
  const active = at(monitor, 'active')
  return {
    host: url.hostname,
    path: url.pathname,
    isActive: active !== false && active !== 0,
    intervalSeconds: numberAt(monitor, 'interval'),
    accepts: codes === '' ? null : codes,
    from: object,
  }
}

/** Labels of a line of the text format 0.0.4. */
function labelsOf(line: string): ReadonlyMap<string, string> {
  const escapes: Readonly<Record<string, string>> = { n: '\n' }
  return new Map(
    [...line.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/g, (_all, escaped: string) => escapes[escaped] ?? escaped),
    ]),
  )
}
