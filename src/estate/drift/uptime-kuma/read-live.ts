// The monitors of a live Uptime Kuma. It has no API for them: an export shows all, its metrics name, type and
// address, a public page names. Its socket is for its own pages and is not used.
import { parseExposition } from '../../../std/exposition.ts'
import { fieldOf, isFields } from '../../../std/fields.ts'
import { type Result, err, ok } from '../../../std/result.ts'
import { askJson, askText } from '../../../world/ask.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import type { LeftOut } from '../report.ts'
import { type LiveMonitors, type Monitor, normalUrl, readMonitor } from './monitor.ts'

/** Where the live side is. Addresses have no slash at the end. */
export type KumaSource =
  | {
      readonly kind: 'files'
      readonly files: readonly { readonly path: string; readonly text: string }[]
    }
  | { readonly kind: 'metrics'; readonly url: string; readonly key: string | null }
  | { readonly kind: 'status-page'; readonly url: string; readonly slug: string }

/** Most monitors of one instance. */
const monitorsMax = 20_000

/** Reads them. The error is a sentence for each thing that could not be read. */
export async function readKuma(
  source: KumaSource,
  http: HttpClient,
): Promise<Result<LiveMonitors, readonly string[]>> {
  switch (source.kind) {
    case 'files':
      return readExports(source.files)
    case 'metrics':
      return readMetrics(source, http)
    case 'status-page':
      return readStatusPage(source, http)
  }
}

function readExports(
  files: readonly { readonly path: string; readonly text: string }[],
): Result<LiveMonitors, readonly string[]> {
  const faults: string[] = []
  const elements = files.flatMap(({ path, text }) => {
    const found = elementsOf(text)
    if (typeof found !== 'string') return found
    faults.push(`Cannot read "${path}": ${found}`)
    return []
  })
  if (elements.length > monitorsMax) faults.push(`Found more than "${monitorsMax}" monitors`)
  if (faults.length > 0) return err(faults)
  const monitors: Monitor[] = []
  const notUnderstood: LeftOut[] = []
  const skipped: LeftOut[] = []
  for (const [index, element] of elements.entries()) {
    const read = readMonitor(element)
    const object = `monitor ${nameIn(element) ?? `number ${index + 1}`}`
    if (!read.ok) notUnderstood.push({ object, why: read.error })
    else if (read.value.attributes['type'] === 'group')
      skipped.push({ object, why: 'A group holds monitors and tries nothing' })
    else monitors.push(read.value)
  }
  return ok({ monitors, notUnderstood, skipped, isWhole: true, remarks: [] })
}

function nameIn(element: unknown): string | null {
  const name = isFields(element) ? fieldOf(element, 'name') : null
  return typeof name === 'string' ? JSON.stringify(name) : null
}

/** Monitors of an export, in a list or by their keys; a text says what is wrong. */
function elementsOf(text: string): readonly unknown[] | string {
  try {
    const document: unknown = JSON.parse(text)
    const list = isFields(document) ? fieldOf(document, 'monitorList') : null
    if (Array.isArray(list)) return list
    return isFields(list) ? Object.values(list) : 'Found no "monitorList", wanted an export'
  } catch {
    return 'It is not JSON'
  }
}

async function readMetrics(
  { key, url }: Extract<KumaSource, { kind: 'metrics' }>,
  http: HttpClient,
): Promise<Result<LiveMonitors, readonly string[]>> {
  const answer = await askText(http, {
    url: `${url}/metrics`,
    headers: key === null ? {} : { authorization: `Basic ${btoa(`:${key}`)}` },
  })
  if (!answer.ok) return err([`Cannot read "${url}/metrics": ${answer.error}`])
  const { samples, unreadable } = parseExposition(answer.value, (name) => name === 'monitor_status')
  if (samples.length === 0) return err([`Cannot read "${url}/metrics": It has no "monitor_status"`])
  const notUnderstood: LeftOut[] =
    unreadable === 0
      ? []
      : [{ object: `${unreadable} lines of "/metrics"`, why: 'They are no samples' }]
  const monitors = samples.flatMap(({ labels }, index): readonly Monitor[] => {
    const { monitor_id: id = null, monitor_name: name, monitor_type: type } = labels
    if (name === undefined || type === undefined) {
      const why = 'It lacks the label "monitor_name" or "monitor_type"'
      notUnderstood.push({ object: `monitor number ${index + 1}`, why })
      return []
    }
    const { monitor_url: address } = labels
    return [
      {
        ...{ name, id },
        attributes: { type, ...(address === undefined ? {} : { url: normalUrl(address) }) },
      },
    ]
  })
  const remarks = ['A monitor that is paused is not in "/metrics", and looks as if it were missing']
  const skipped = monitors
    .filter(({ attributes }) => attributes['type'] === 'group')
    .map(({ name }) => ({
      object: `monitor ${JSON.stringify(name)}`,
      why: 'A group holds monitors and tries nothing',
    }))
  return ok({
    monitors: monitors.filter(({ attributes }) => attributes['type'] !== 'group'),
    ...{ notUnderstood, skipped, isWhole: true, remarks },
  })
}

async function readStatusPage(
  { slug, url }: Extract<KumaSource, { kind: 'status-page' }>,
  http: HttpClient,
): Promise<Result<LiveMonitors, readonly string[]>> {
  const address = `${url}/api/status-page/${encodeURIComponent(slug)}`
  const answer = await askJson(http, { url: address })
  if (!answer.ok) return err([`Cannot read "${address}": ${answer.error}`])
  const groups = isFields(answer.value) ? fieldOf(answer.value, 'publicGroupList') : null
  if (!Array.isArray(groups)) return err([`Cannot read "${address}": It has no "publicGroupList"`])
  const lists = groups.map((group: unknown) =>
    isFields(group) ? fieldOf(group, 'monitorList') : null,
  )
  if (lists.some((list) => !Array.isArray(list)))
    return err([`Cannot read "${address}": A group of it has no "monitorList"`])
  const elements: readonly unknown[] = lists.flat()
  const notUnderstood: LeftOut[] = []
  const byKey = new Map<string, Monitor>()
  for (const [index, element] of elements.entries()) {
    const read = readMonitor(element)
    const object = `monitor ${nameIn(element) ?? `number ${index + 1}`}`
    if (!read.ok) notUnderstood.push({ object, why: read.error })
    // One monitor may stand in several groups.
    else byKey.set(read.value.id ?? `number ${index}`, read.value)
  }
  const monitors = [...byKey.values()]
  const remarks = [
    `The page "${slug}" shows "${monitors.length}" monitors: which others are there is not known`,
  ]
  return ok({ monitors, notUnderstood, skipped: [], isWhole: false, remarks })
}
