// Asking an API server of Kubernetes: a list in pages, with a token that is read anew for every call.
import { fromUtf8 } from '../../../../std/bytes.ts'
import { type Result, err, ok } from '../../../../std/result.ts'
import type { Files } from '../../../../world/files.ts'
import type { HttpClient } from '../../../../world/http-client.ts'
import { type Json, at, listAt, textAt } from '../../json.ts'
import { type Resource, apiVersionOf, collectionUrl } from './resources.ts'

/** How an API server is reached. */
export interface ApiServer {
  /** `https://kubernetes.default.svc` */
  readonly url: string
  /** File of the bearer token; null: none is sent. */
  readonly tokenFile: string | null
  /** File of the certificates (PEM) of the authority; null: those of the machine. */
  readonly caFile: string | null
}

/** Why a list cannot be had. */
export interface ListFault {
  /** `absent`: the API does not know the resource. `expired`: the place in the list is too old (410). */
  readonly kind: 'absent' | 'expired' | 'denied' | 'unreachable' | 'malformed' | 'too-many'
  /** A sentence for the log, without secrets. */
  readonly detail: string
}

/** Objects as they were at one moment. */
export interface Listed {
  readonly objects: readonly Json[]
  /** Where a watch goes on from. */
  readonly resourceVersion: string
}

/** Most objects of one resource. */
export const objectsMax = 20_000
const pageSize = 500
const pageBytesMax = 32 * 1024 * 1024
const pageTimeoutMs = 15_000

/** Headers and authority of a call; the error is a sentence that names the file. */
export function callOptions(
  { caFile, tokenFile }: ApiServer,
  files: Files,
): Result<{ headers: Record<string, string>; ca?: string }, string> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (tokenFile !== null) {
    const token = files.readText(tokenFile)
    if (!token.ok) return err(`Cannot read the token "${tokenFile}" (${token.error.code})`)
    const trimmed = token.value.trim()
    // A token travels in a header.
    if (!/^[\x21-\x7e]+$/.test(trimmed)) return err(`Found no token in "${tokenFile}"`)
    headers['Authorization'] = `Bearer ${trimmed}`
  }
  if (caFile === null) return ok({ headers })
  const ca = files.readText(caFile)
  return ca.ok
    ? ok({ headers, ca: ca.value })
    : err(`Cannot read the certificates "${caFile}" (${ca.error.code})`)
}

/** What {@link listObjects} needs. */
export interface ListParts {
  readonly server: ApiServer
  readonly files: Files
  readonly http: HttpClient
  /** What is kept of an item; left out: {@link asObject}. */
  keep?(item: Json, resource: Resource): Json
  /** Asked before each further page; left out: yes. */
  mayGoOn?(): boolean
}

/** All objects of a resource, page by page. */
export async function listObjects(
  parts: ListParts,
  resource: Resource,
  namespace: string | null,
): Promise<Result<Listed, ListFault>> {
  const { mayGoOn = () => true } = parts
  const url = collectionUrl(parts.server.url, resource, namespace)
  const objects: Json[] = []
  let next = ''
  for (;;) {
    const query = `limit=${pageSize}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`
    // oxlint-disable-next-line no-await-in-loop -- each page names the one after it
    const page = await readPage(parts, resource, `${url}?${query}`)
    if (!page.ok) return page
    objects.push(...page.value.objects)
    if (objects.length > objectsMax)
      return err({ kind: 'too-many', detail: `Found more than "${objectsMax}" objects` })
    if (page.value.next === '') return ok({ objects, resourceVersion: page.value.resourceVersion })
    // The same page again would be a list without an end.
    if (page.value.next === next || page.value.objects.length === 0)
      return err({ kind: 'malformed', detail: 'The list goes on without objects' })
    if (!mayGoOn()) return err({ kind: 'unreachable', detail: 'Reading the list took too long' })
    ;({ next } = page.value)
  }
}

async function readPage(
  { files, http, keep = asObject, server }: ListParts,
  resource: Resource,
  url: string,
): Promise<Result<Page, ListFault>> {
  const options = callOptions(server, files)
  if (!options.ok) return err({ kind: 'denied', detail: options.error })
  const answer = await http.send({
    ...options.value,
    url,
    timeoutMs: pageTimeoutMs,
    bytesMax: pageBytesMax,
  })
  return answer.ok
    ? pageOf(answer.value, resource, keep)
    : err({ kind: 'unreachable', detail: `${answer.error.code}: ${answer.error.detail}` })
}

interface Page extends Listed {
  /** Token of the next page; empty on the last. */
  readonly next: string
}

function pageOf(
  { body, status }: { readonly status: number; readonly body: Uint8Array<ArrayBuffer> },
  resource: Resource,
  keep: NonNullable<ListParts['keep']>,
): Result<Page, ListFault> {
  if (status !== 200)
    return err({ kind: faultKinds[status] ?? 'unreachable', detail: `Answered "${status}"` })
  const list = parseJson(fromUtf8(body))
  const resourceVersion = textAt(list, 'metadata', 'resourceVersion')
  // Anything may answer 200: only a list of that kind, with a place to go on from, is one.
  if (textAt(list, 'kind') !== `${resource.kind}List` || resourceVersion === null)
    return err({ kind: 'malformed', detail: `The answer is no "${resource.kind}List"` })
  const items = at(list, 'items') ?? []
  if (!Array.isArray(items)) return err({ kind: 'malformed', detail: 'Its items are no list' })
  return ok({
    objects: listAt(list, 'items').map((item) => keep(item, resource)),
    resourceVersion,
    next: textAt(list, 'metadata', 'continue') ?? '',
  })
}

const faultKinds: Readonly<Record<number, ListFault['kind']>> = {
  401: 'denied',
  403: 'denied',
  404: 'absent',
  410: 'expired',
}

/** Items of a list leave out their kind. What routing does not look at is not kept. */
export function asObject(item: Json, resource: Resource): Json {
  const { kind } = resource
  return {
    apiVersion: apiVersionOf(resource),
    kind,
    metadata: {
      name: at(item, 'metadata', 'name'),
      namespace: at(item, 'metadata', 'namespace'),
      annotations: at(item, 'metadata', 'annotations'),
      labels: at(item, 'metadata', 'labels'),
    },
    spec: at(item, 'spec'),
    // Of an EndpointSlice, which has no spec.
    ports: at(item, 'ports'),
    endpoints: at(item, 'endpoints'),
    addressType: at(item, 'addressType'),
  }
}

/** JSON, or undefined. */
export function parseJson(text: string | null): Json {
  try {
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
