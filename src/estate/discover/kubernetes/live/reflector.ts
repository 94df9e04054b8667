// One resource of a cluster, kept as it is there: listed, watched, listed again when the watch cannot go on.
import { BackOff } from '../../../../world/back-off.ts'
import type { Cancel } from '../../../../world/clock.ts'
import type { LineEnd } from '../../../../world/line-stream.ts'
import type { World } from '../../../../world/world.ts'
import { type Json, at, numberAt, textAt } from '../../json.ts'
import {
  type ApiServer,
  type ListFault,
  type Listed,
  asObject,
  callOptions,
  listObjects,
  objectsMax,
  parseJson,
} from './access.ts'
import { type Resource, collectionUrl } from './resources.ts'

/** What a reflector works with. */
export interface ReflectorOptions {
  readonly server: ApiServer
  readonly resource: Resource
  /** Null: all namespaces. */
  readonly namespace: string | null
  readonly world: Pick<World, 'clock' | 'files' | 'http' | 'log' | 'random' | 'streams'>
  /** Called after each change of objects or of what is known of them. */
  onChange(): void
}

/** A watch is asked for this long, and then again from where it ended: so a dead connection is noticed. */
const watchSeconds = 60
const watchMarginMs = 10_000
const headTimeoutMs = 15_000
const eventBytesMax = 4 * 1024 * 1024
const retryFirstMs = 250
const retryMostMs = 10_000
/** A custom resource that is not installed is looked for again. */
const absentAgainMs = 60_000
/** A watch that ends sooner did not work. */
const watchMsMin = 1000

/** Whether the newest word from the API server is a good one. */
export type ReflectorState = 'starting' | 'good' | 'absent' | 'faulty'

/** Keeps the objects of one resource. What cannot be read changes nothing of what is known. */
export class Reflector {
  readonly #options: ReflectorOptions
  readonly #backOff: BackOff
  #objects: Map<string, Json> | null = null
  #state: ReflectorState = 'starting'
  #fault: string | null = null
  #cancel: Cancel = () => {}
  #isStopped = false

  constructor(options: ReflectorOptions) {
    this.#options = options
    const { random } = options.world
    this.#backOff = new BackOff({ firstMs: retryFirstMs, mostMs: retryMostMs, random })
  }

  get state(): ReflectorState {
    return this.#state
  }

  /** Null until they were read once; empty where the resource is not installed. */
  get objects(): readonly Json[] | null {
    return this.#objects === null ? null : [...this.#objects.values()]
  }

  get size(): number {
    return this.#objects?.size ?? 0
  }

  get kind(): string {
    return this.#options.resource.kind
  }

  start(): void {
    void this.#list()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  async #list(): Promise<void> {
    const { namespace, resource, server, world } = this.#options
    const listed = await listObjects({ ...world, server }, resource, namespace)
    if (this.#isStopped) return
    if (listed.ok) this.#replace(listed.value)
    else this.#listFailed(listed.error)
  }

  #replace({ objects, resourceVersion }: Listed): void {
    this.#objects = new Map(objects.map((object) => [keyOf(object), object]))
    this.#becomes('good', null)
    this.#options.onChange()
    this.#watch(resourceVersion)
  }

  #listFailed({ detail, kind }: ListFault): void {
    // What was there does not vanish because an API answers that it never was.
    const isAbsent =
      kind === 'absent' && this.#options.resource.isOptional && !(this.#objects?.size ?? 0)
    if (!isAbsent) {
      this.#failed(`${kind}: ${detail}`)
      return
    }
    this.#objects = new Map()
    this.#becomes('absent', null)
    this.#options.onChange()
    this.#again(absentAgainMs)
  }

  #watch(from: string): void {
    const { namespace, resource, server, world } = this.#options
    const options = callOptions(server, world.files)
    if (!options.ok) {
      this.#failed(options.error)
      return
    }
    const begun = world.clock.monotonic()
    let version = from
    const url = `${collectionUrl(server.url, resource, namespace)}?watch=true&allowWatchBookmarks=true&timeoutSeconds=${watchSeconds}&resourceVersion=${encodeURIComponent(from)}`
    // A second word after the one that ended this watch would start two.
    let isOver = false
    const end = (next: () => void): void => {
      if (isOver) return
      isOver = true
      this.#cancel()
      next()
    }
    this.#cancel = world.streams.open(
      {
        ...options.value,
        url,
        headTimeoutMs,
        totalTimeoutMs: watchSeconds * 1000 + watchMarginMs,
        lineBytesMax: eventBytesMax,
      },
      {
        opened: () => {},
        line: (line) => {
          const outcome = isOver ? null : this.#take(line)
          if (outcome === null) return
          if (outcome.kind === 'goes-on') ({ version } = outcome)
          else if (outcome.kind === 'expired') end(() => void this.#list())
          else end(() => this.#failed(outcome.detail))
        },
        closed: (closed) =>
          end(() => this.#watchEnded(closed, version, world.clock.monotonic() - begun)),
      },
    )
    if (isOver) this.#cancel()
  }

  #watchEnded({ code, detail, status }: LineEnd, version: string, lastedMs: number): void {
    if (this.#isStopped) return
    if (lastedMs >= watchMsMin) this.#backOff.reset()
    if (status === 410) void this.#list()
    else if (code === 'ended' && lastedMs >= watchMsMin) this.#watch(version)
    else this.#failed(`The watch ended: ${code}: ${detail}`)
  }

  /** One event of a watch; the version is where the next watch goes on from. */
  #take(line: string): EventOutcome {
    const { resource } = this.#options
    const event = parseJson(line)
    const type = textAt(event, 'type')
    const object = at(event, 'object')
    if (type === 'ERROR')
      return numberAt(object, 'code') === 410
        ? { kind: 'expired' }
        : { kind: 'fault', detail: `The watch answered an error "${numberAt(object, 'code')}"` }
    const version = textAt(object, 'metadata', 'resourceVersion')
    const isKnown = type !== null && eventTypes.includes(type)
    if (!isKnown || version === null || textAt(object, 'kind') !== resource.kind)
      return { kind: 'fault', detail: 'The watch answered what is no event' }
    const objects = this.#objects ?? new Map<string, Json>()
    const key = keyOf(object)
    this.#backOff.reset()
    if (type === 'BOOKMARK') return { kind: 'goes-on', version }
    if (type === 'DELETED') objects.delete(key)
    else if (objects.size >= objectsMax && !objects.has(key))
      return { kind: 'fault', detail: `Found more than "${objectsMax}" objects` }
    else objects.set(key, asObject(object, resource))
    this.#options.onChange()
    return { kind: 'goes-on', version }
  }

  #failed(detail: string): void {
    if (this.#isStopped) return
    this.#becomes('faulty', detail)
    this.#again(this.#backOff.next())
  }

  #again(ms: number): void {
    this.#cancel = this.#options.world.clock.after(ms, () => void this.#list())
  }

  /** Each change is said once: an API that is gone for a night is two lines. */
  #becomes(state: ReflectorState, fault: string | null): void {
    const { namespace, world } = this.#options
    const before = this.#state
    const isNew = state !== before || (fault !== null && fault !== this.#fault)
    this.#state = state
    this.#fault = fault
    if (!isNew) return
    const fields = { kind: this.kind, namespace, objects: this.size }
    if (state === 'faulty')
      world.log.write('warn', 'kubernetes-unreadable', { ...fields, detail: fault ?? '' })
    else world.log.write('info', `kubernetes-${state === 'absent' ? 'absent' : 'read'}`, fields)
    if (before === 'faulty' || state === 'faulty') this.#options.onChange()
  }
}

const eventTypes = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']

type EventOutcome =
  | { readonly kind: 'goes-on'; readonly version: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'fault'; readonly detail: string }

function keyOf(object: Json): string {
  return `${textAt(object, 'metadata', 'namespace') ?? ''}/${textAt(object, 'metadata', 'name') ?? ''}`
}
