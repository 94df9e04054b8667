// A stand-in for the API server of Kubernetes, for what a real one does not do when asked: forget where a
// watch was (410), answer nonsense, end watches, refuse. Lists in pages, watches, bookmarks, bearer tokens.
import type { Server } from 'bun'

/** An object as it is written; `metadata.resourceVersion` is the server's. */
export interface ApiObject {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: object
}

/** What it answers: as it should, or one of its troubles. */
export type ApiMood = 'good' | 'nonsense' | 'refuses' | 'breaks-off'

/** A running stand-in. */
export interface KubernetesApi {
  readonly url: string
  readonly token: string
  /** Paths with queries in the order in which they were asked. */
  readonly asked: readonly string[]
  mood: ApiMood
  /** Plurals that the token may not list. */
  readonly refused: Set<string>
  /** Objects on one page, whatever a client asks for. */
  pageSize: number
  apply(object: ApiObject): void
  remove(object: ApiObject): void
  /** Tells every watch of the newest version without a change. */
  bookmark(): void
  /** Forgets all versions: watches get an error 410, and so do new ones from before. */
  compact(): void
  /** Ends every watch as a server that is stopped does. */
  endWatches(): void
  /** Sends a line to every watch, whatever it is. */
  say(line: string): void
  stop(): Promise<void>
}

const plurals: Readonly<Record<string, string>> = {
  ingresses: 'Ingress',
  ingressroutes: 'IngressRoute',
  middlewares: 'Middleware',
  httproutes: 'HTTPRoute',
  endpointslices: 'EndpointSlice',
}

interface Watcher {
  readonly kind: string
  readonly namespace: string | null
  readonly control: ReadableStreamDefaultController<Uint8Array>
}

interface Stored extends ApiObject {
  readonly version: number
}

/** Starts it. `kinds` are those that are installed. */
export function startKubernetesApi(
  kinds: readonly string[] = Object.values(plurals),
): KubernetesApi {
  const objects = new Map<string, Stored>()
  const watchers = new Set<Watcher>()
  const asked: string[] = []
  const token = 'stand-in-token'
  let version = 1
  let forgottenBefore = 0
  const encoder = new TextEncoder()
  const send = (watcher: Watcher, event: object | string): void => {
    const line = typeof event === 'string' ? event : JSON.stringify(event)
    watcher.control.enqueue(encoder.encode(`${line}\n`))
  }
  const shown = ({ version: own, ...object }: Stored, withKind: boolean): object => ({
    ...(withKind ? { kind: object.kind } : {}),
    spec: object.spec,
    metadata: { ...object.metadata, resourceVersion: String(own) },
  })
  const tell = (type: string, object: Stored): void => {
    for (const watcher of watchers)
      if (
        watcher.kind === object.kind &&
        (watcher.namespace === null || watcher.namespace === object.metadata.namespace)
      )
        send(watcher, { type, object: shown(object, true) })
  }
  const closeAll = (): void => {
    for (const { control } of watchers) control.close()
    watchers.clear()
  }
  const expired = { kind: 'Status', code: 410, reason: 'Expired' }

  const list = (kind: string, namespace: string | null, query: URLSearchParams): Response => {
    const all = [...objects.values()].filter(
      (object) =>
        object.kind === kind && (namespace === null || object.metadata.namespace === namespace),
    )
    const from = Number(query.get('continue') ?? 0)
    const page = all.slice(from, from + api.pageSize)
    const next = from + page.length < all.length ? String(from + page.length) : undefined
    return Response.json({
      kind: `${kind}List`,
      metadata: { resourceVersion: String(version), continue: next },
      items: page.map((object) => shown(object, false)),
    })
  }
  const watch = (kind: string, namespace: string | null, query: URLSearchParams): Response => {
    const from = Number(query.get('resourceVersion') ?? 0)
    let own: Watcher | null = null
    const body = new ReadableStream<Uint8Array>({
      start: (control) => {
        const watcher = { kind, namespace, control }
        if (from < forgottenBefore) {
          send(watcher, { type: 'ERROR', object: expired })
          control.close()
          return
        }
        own = watcher
        watchers.add(watcher)
        for (const object of objects.values())
          if (object.kind === kind && object.version > from)
            send(watcher, { type: 'ADDED', object: shown(object, true) })
        if (api.mood === 'breaks-off') {
          control.close()
          watchers.delete(watcher)
        }
      },
      cancel: () => void (own !== null && watchers.delete(own)),
    })
    return new Response(body, { headers: { 'content-type': 'application/json' } })
  }
  const answer = (request: Request): Response => {
    const { pathname, search, searchParams } = new URL(request.url)
    asked.push(`${pathname}${search}`)
    if (api.mood === 'nonsense') return new Response('<html>Welcome to nginx</html>')
    if (request.headers.get('authorization') !== `Bearer ${token}`)
      return Response.json({ kind: 'Status', code: 401 }, { status: 401 })
    if (api.mood === 'refuses') return Response.json({ kind: 'Status', code: 403 }, { status: 403 })
    const [plural = '', namespace = null] = placeOf(pathname)
    if (api.refused.has(pathname.split('/').at(-1) ?? ''))
      return Response.json({ kind: 'Status', code: 403 }, { status: 403 })
    const kind = plurals[plural]
    if (kind === undefined || !kinds.includes(kind)) return new Response('404', { status: 404 })
    return searchParams.get('watch') === 'true'
      ? watch(kind, namespace, searchParams)
      : list(kind, namespace, searchParams)
  }
  const server: Server<undefined> = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    fetch: answer,
  })
  const keyOf = ({ kind, metadata }: ApiObject): string =>
    `${kind}/${metadata.namespace ?? ''}/${metadata.name}`
  const api: KubernetesApi = {
    url: server.url.origin,
    token,
    asked,
    mood: 'good',
    refused: new Set(),
    pageSize: 500,
    apply: (object) => {
      const key = keyOf(object)
      const type = objects.has(key) ? 'MODIFIED' : 'ADDED'
      const stored = { ...object, version: ++version }
      objects.set(key, stored)
      tell(type, stored)
    },
    remove: (object) => {
      objects.delete(keyOf(object))
      tell('DELETED', { ...object, version: ++version })
    },
    bookmark: () => {
      for (const watcher of watchers)
        send(watcher, {
          type: 'BOOKMARK',
          object: { kind: watcher.kind, metadata: { resourceVersion: String(version) } },
        })
    },
    compact: () => {
      forgottenBefore = ++version
      for (const watcher of watchers) send(watcher, { type: 'ERROR', object: expired })
      closeAll()
    },
    endWatches: closeAll,
    say: (line) => {
      for (const watcher of watchers) send(watcher, line)
    },
    stop: async () => {
      closeAll()
      await server.stop(true)
    },
  }
  return api
}

/** Plural and namespace of `/apis/GROUP/VERSION/[namespaces/NAMESPACE/]PLURAL`. */
function placeOf(path: string): readonly [string, string | null] | readonly [] {
  const match = /^\/apis\/[^/]+\/[^/]+\/(?:namespaces\/([^/]+)\/)?([^/]+)$/.exec(path)
  return match === null ? [] : [match[2] ?? '', match[1] ?? null]
}
