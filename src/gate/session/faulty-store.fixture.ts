// A store for tests that stops reading, writing or both when told, in front of one that works.
import type { SessionKey } from '../../model/session.ts'
import { type Result, err } from '../../std/result.ts'
import type { Lookup, SessionChanged, SessionStore, StoreFault } from './store.ts'

/** What is broken just now. A full disk can be read: `{ reads: true, writes: false }`. */
export interface FaultyStore extends SessionStore {
  reads: boolean
  writes: boolean
  /** How often each operation was asked for. */
  readonly asked: { find: number; create: number; touch: number; revoke: number }
  /** Makes `find` answer when this is settled, as a store on another machine does; null: at once. */
  remote: Promise<void> | null
  /** Tells the listener what another process did. */
  announce: SessionChanged
}

/** Wraps `store`; everything works until told otherwise. */
export function faultyStore(store: SessionStore): FaultyStore {
  const full = err({ code: 'full', detail: 'No space left on device' } as const)
  const failed = err({ code: 'failed', detail: 'Connection refused' } as const)
  const asked = { find: 0, create: 0, touch: 0, revoke: 0 }
  const write = async <T>(
    task: () => Promise<Result<T, StoreFault>>,
  ): Promise<Result<T, StoreFault>> => (faulty.writes ? task() : full)
  const faulty: FaultyStore = {
    kind: store.kind,
    reads: true,
    writes: true,
    remote: null,
    asked,
    announce: () => {},
    create: (session, seal) => {
      asked.create++
      return write(() => store.create(session, seal))
    },
    find: (key: SessionKey): Lookup | Promise<Lookup> => {
      asked.find++
      const lookup = faulty.reads ? store.find(key) : ({ kind: 'unavailable' } as const)
      return faulty.remote === null ? lookup : faulty.remote.then(() => lookup)
    },
    touch: (key, seenAt) => {
      asked.touch++
      if (faulty.writes) store.touch(key, seenAt)
    },
    revoke: (selector, at) => {
      asked.revoke++
      return write(() => store.revoke(selector, at))
    },
    revocations: () => (faulty.reads ? store.revocations() : failed),
    list: async (selector, limit) => (faulty.reads ? store.list(selector, limit) : failed),
    sweep: (now, limit) => write(() => store.sweep(now, limit)),
    usage: () => (faulty.reads ? store.usage() : failed),
    probe: () => write(() => store.probe()),
    onChange: (listener) => {
      faulty.announce = listener
      store.onChange(listener)
    },
    close: () => store.close(),
  }
  return faulty
}
