// Where `gatehouse discover` reads: files, and the programs that know. What cannot be read is an error, never
// "nothing there".
import { parse } from 'yaml'
import { parseAuthentikAddress } from '../config.ts'
import {
  type KubernetesSettings,
  discoverKubernetes,
  discoverTraefik,
  discoverUptimeKuma,
  discoverUptimeKumaMetrics,
  listKubernetes,
} from '../estate-discover.ts'
import type { Discovery, KubernetesSource } from '../estate.ts'
import { importEstate } from '../gate-import.ts'
import { fromUtf8 } from '../std/bytes.ts'
import { type Result, err, ok } from '../std/result.ts'
import { readAuthentikToken } from './authentik-source.ts'
import { apiServer } from './api-server.ts'
import type { CliContext } from './context.ts'
import { readExported, yamlDocuments } from './exported-files.ts'

/** Options of the command, as far as a source looks at them. */
export interface SourceOptions {
  readonly file?: readonly string[]
  readonly url?: string
  readonly tokenFile?: string
  readonly caFile?: string
}

/** What the configuration says of a source. */
export interface SourceSettings {
  readonly kubernetes: KubernetesSettings
  readonly cluster: KubernetesSource | null
}

/** A reading, and entries of a source that writes them itself. */
export interface SourceReading extends Discovery {
  readonly entries?: readonly object[]
}

/** Reads a source; the error is a line for each thing that could not be read. */
export type ReadSource = (
  context: CliContext,
  options: SourceOptions,
  settings: SourceSettings,
) => Promise<Result<SourceReading, readonly string[]>>

/** Every source: a new one is its reader and one line here. */
export const sources: Readonly<Record<string, ReadSource>> = {
  kubernetes: readKubernetes,
  traefik: readTraefik,
  'uptime-kuma': readUptimeKuma,
  authentik: readAuthentik,
  files: readFiles,
}

async function readKubernetes(
  context: CliContext,
  options: SourceOptions,
  settings: SourceSettings,
): Promise<Result<Discovery, readonly string[]>> {
  const { file = [] } = options
  if (file.length > 0) {
    const read = documentsOf(context, file)
    return read.ok ? ok(discoverKubernetes(read.value, settings.kubernetes)) : read
  }
  const server = apiServer(options, settings.cluster)
  return server === null
    ? err(['Found no "--file" and no "--url", wanted exported objects or an API server'])
    : listKubernetes({ ...context.world, server }, settings.kubernetes)
}

async function readTraefik(
  context: CliContext,
  { url }: SourceOptions,
): Promise<Result<Discovery, readonly string[]>> {
  if (url === undefined) return err(['Found no --url, wanted where the API of Traefik answers'])
  const base = url.replace(/\/+$/, '')
  const [routers, middlewares] = await Promise.all([
    askJson(context, `${base}/api/http/routers?per_page=10000`),
    askJson(context, `${base}/api/http/middlewares?per_page=10000`),
  ])
  if (!routers.ok) return err([routers.error])
  if (!middlewares.ok) return err([middlewares.error])
  return ok(discoverTraefik({ routers: routers.value, middlewares: middlewares.value }))
}

async function readUptimeKuma(
  context: CliContext,
  { file = [], tokenFile, url }: SourceOptions,
): Promise<Result<Discovery, readonly string[]>> {
  if (url !== undefined) {
    const base = url.replace(/\/+$/, '')
    const key = tokenFile === undefined ? ok(null) : secretOf(context, tokenFile)
    if (!key.ok) return err([key.error])
    const headers: Record<string, string> = {}
    if (key.value !== null) headers['authorization'] = `Basic ${btoa(`:${key.value}`)}`
    const answer = await askText(context, `${base}/metrics`, headers)
    if (!answer.ok) return err([answer.error])
    const found = discoverUptimeKumaMetrics(answer.value)
    return found === null ? err([`Cannot read "${base}/metrics": It has no monitors`]) : ok(found)
  }
  if (file.length === 0) return err(['Found no "--file" and no "--url", wanted an export'])
  const read = documentsOf(context, file)
  if (!read.ok) return read
  const found = read.value.map((document) => discoverUptimeKuma(document))
  return found.some((one) => one === null)
    ? err([`Cannot read "${file.join('", "')}": Found no "monitorList", wanted an export`])
    : ok(
        together(
          'uptime-kuma',
          found.flatMap((one) => one ?? []),
        ),
      )
}

/** Several exports at once, each told by what it holds. */
async function readFiles(
  context: CliContext,
  { file = [] }: SourceOptions,
  { kubernetes }: SourceSettings,
): Promise<Result<Discovery, readonly string[]>> {
  if (file.length === 0) return err(['Found no --file, wanted exports to read'])
  const read = documentsOf(context, file)
  if (!read.ok) return read
  const monitors = read.value.map((document) => discoverUptimeKuma(document))
  const objects = read.value.filter((_document, i) => monitors[i] === null)
  return ok(
    together('files', [
      discoverKubernetes(objects, kubernetes),
      ...monitors.flatMap((one) => one ?? []),
    ]),
  )
}

async function readAuthentik(
  context: CliContext,
  { tokenFile, url }: SourceOptions,
): Promise<Result<SourceReading, readonly string[]>> {
  const address = parseAuthentikAddress(url ?? '')
  if (address === null)
    return err([`Found the address "${url ?? ''}", wanted one such as "https://id.example.com"`])
  const token = readAuthentikToken(context, tokenFile)
  if (!token.ok) return err([token.error])
  const { clock, http } = context.world
  const imported = await importEstate({
    ...{ http, clock, address, token: token.value, insecure: false, outpost: null },
  })
  if (!imported.ok) return err([imported.error])
  const { remarks, services, text } = imported.value
  const written: unknown = parse(text)
  const entries =
    typeof written === 'object' && written !== null && 'services' in written ? written.services : []
  return ok({
    source: 'authentik',
    doors: [],
    entries: Array.isArray(entries) ? entries : [],
    notUnderstood: remarks
      .filter(({ isLoss }) => isLoss)
      .map((remark) => ({ object: remark.about, why: remark.text })),
    read: services,
  })
}

function together(source: string, all: readonly Discovery[]): Discovery {
  return {
    source,
    doors: all.flatMap(({ doors }) => doors),
    monitors: all.flatMap(({ monitors = [] }) => monitors),
    replicas: all.flatMap(({ replicas = [] }) => replicas),
    notUnderstood: all.flatMap(({ notUnderstood }) => notUnderstood),
    read: all.reduce((sum, { read }) => sum + read, 0),
  }
}

/** Every document of every file. A source that could be read in part only would look like one that shrank. */
function documentsOf(
  { world }: CliContext,
  paths: readonly string[],
): Result<readonly unknown[], readonly string[]> {
  const texts = readExported(world.files, paths)
  return texts.ok ? yamlDocuments(texts.value) : texts
}

function secretOf({ world }: CliContext, path: string): Result<string, string> {
  const text = world.files.readText(path)
  return text.ok ? ok(text.value.trim()) : err(`Cannot read "${path}" (${text.error.code})`)
}

const askTimeoutMs = 10_000
const answerBytesMax = 32 * 1024 * 1024

/** The text at an address; the error is a sentence that names it. */
async function askText(
  { world }: CliContext,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Result<string, string>> {
  const answer = await world.http.send({
    ...{ url, headers, timeoutMs: askTimeoutMs, bytesMax: answerBytesMax },
  })
  if (!answer.ok) return err(`Cannot read "${url}": ${answer.error.code}`)
  const { body, status } = answer.value
  if (status !== 200) return err(`Cannot read "${url}": Found the status "${status}", wanted "200"`)
  const text = fromUtf8(body)
  return text === null ? err(`Cannot read "${url}": The answer is no text`) : ok(text)
}

async function askJson(context: CliContext, url: string): Promise<Result<unknown, string>> {
  const answer = await askText(context, url, { accept: 'application/json' })
  if (!answer.ok) return answer
  try {
    return ok(JSON.parse(answer.value))
  } catch {
    return err(`Cannot read "${url}": The answer is no JSON`)
  }
}
