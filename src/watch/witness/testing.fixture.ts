// Answers of witnesses for tests: an HTTP client that serves texts, and the files beside this one.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toUtf8 } from '../../std/bytes.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { fakeClock } from '../../world/clock.ts'
import { memoryFiles } from '../../world/files.ts'
import type { HttpClient, HttpFailure, OutgoingRequest } from '../../world/http-client.ts'
import type { WatchedStore } from '../config.ts'
import type { WitnessWorld } from './witness.ts'

/** A file of testdata/. */
export function testdata(name: string): string {
  return readFileSync(join(import.meta.dir, 'testdata', name), 'utf8')
}

/** What is answered to a request: text or bytes with 200, another status, or a failure. */
export type Served = string | Uint8Array<ArrayBuffer> | number | HttpFailure

/** A world whose HTTP answers come from `serve`; requests are kept. */
export function servingWorld(
  serve: (request: OutgoingRequest) => Served,
  files: Record<string, string> = {},
): WitnessWorld & {
  readonly asked: OutgoingRequest[]
  readonly clock: ReturnType<typeof fakeClock>
} {
  const asked: OutgoingRequest[] = []
  const http: HttpClient = {
    send: async (request) => {
      asked.push(request)
      return answerOf(serve(request))
    },
  }
  return { asked, http, clock: fakeClock(Date.UTC(2026, 3, 16, 17)), files: memoryFiles(files) }
}

function answerOf(served: Served): Result<Awaited<ReturnType<typeof answer>>, HttpFailure> {
  if (typeof served === 'number') return ok(answer(served, new Uint8Array()))
  if (typeof served === 'string') return ok(answer(200, toUtf8(served)))
  return served instanceof Uint8Array ? ok(answer(200, served)) : err(served)
}

function answer(status: number, body: Uint8Array<ArrayBuffer>) {
  return { status, headers: new Headers(), body }
}

/** A store that witnesses may know. */
export function testStore(changes: Partial<WatchedStore> = {}): WatchedStore {
  return {
    name: 'shm',
    layer: 'gate_new',
    sizeBytes: null,
    blockBytes: 4096,
    entryBytes: 1500,
    retentionMs: 7 * 86_400_000,
    restartMs: null,
    path: null,
    files: 'session_*',
    declaredPerMs: null,
    probesLeaveEntries: true,
    ...changes,
  }
}
