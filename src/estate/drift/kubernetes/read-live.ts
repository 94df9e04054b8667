// The objects of a cluster: every kind listed over the API, or exported files. A kind that cannot be had is named.
import { type Result, err, ok } from '../../../std/result.ts'
import type { Clock } from '../../../world/clock.ts'
import type { Files } from '../../../world/files.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import { isFields } from '../../../std/fields.ts'
import { type ApiServer, listObjects } from '../../discover/kubernetes/live/access.ts'
import type { LeftOut } from '../report.ts'
import {
  type ClusterKind,
  type ClusterObject,
  clusterKinds,
  clusterObject,
  openedLists,
} from './objects.ts'

/** Where the live side is. */
export type ClusterSource =
  | { readonly kind: 'files'; readonly documents: readonly unknown[] }
  | {
      readonly kind: 'api'
      readonly server: ApiServer
      readonly files: Files
      readonly http: HttpClient
      readonly clock: Clock
    }

/** All that was read. */
export interface LiveCluster {
  readonly objects: readonly ClusterObject[]
  /** Kinds that could not be read, and why: their objects may be there. */
  readonly unread: ReadonlyMap<string, string>
  readonly notUnderstood: readonly LeftOut[]
}

/** The whole reading is given up after this long, whatever each call may take. */
const readingTimeoutMs = 120_000

/** Of one kind alone; other kinds may be allowed. */
const forbidden = 'Answered "403"'

/** Reads every kind. The error is a sentence for each thing, where nothing could be read. */
export async function readCluster(
  source: ClusterSource,
  declared: readonly ClusterObject[],
): Promise<Result<LiveCluster, readonly string[]>> {
  return source.kind === 'files'
    ? readDocuments(source.documents, declared)
    : readApi(source, declared)
}

async function readApi(
  { clock, files, http, server }: Extract<ClusterSource, { kind: 'api' }>,
  declared: readonly ClusterObject[],
): Promise<Result<LiveCluster, readonly string[]>> {
  const begun = clock.monotonic()
  const objects: ClusterObject[] = []
  const unread = new Map<string, string>()
  const notUnderstood: LeftOut[] = []
  const parts = {
    ...{ files, http, server, keep: (item: unknown) => item },
    mayGoOn: () => clock.monotonic() - begun < readingTimeoutMs,
  }
  for (const kind of clusterKinds.filter((one) => isOfInterest(one, declared))) {
    // oxlint-disable-next-line no-await-in-loop -- one at a time: an API server has others to answer
    const listed = await listObjects(parts, kind, namespaceOf(kind, declared))
    if (!listed.ok) {
      const { detail, kind: fault } = listed.error
      unread.set(
        kind.kind,
        fault === 'absent'
          ? `The API server does not serve "${kind.kind}" of "${kind.apiVersion}"`
          : `Cannot read "${kind.plural}": ${fault}: ${detail}`,
      )
      // Who cannot be reached, or knows us not at all, is not asked a dozen times more.
      const isHopeless = fault === 'denied' && detail !== forbidden
      if (fault === 'unreachable' || isHopeless) return err([...unread.values()])
      continue
    }
    for (const [index, item] of listed.value.objects.entries()) {
      const found = clusterObject(withKind(item, kind))
      if (found !== null) objects.push(found)
      else notUnderstood.push({ object: `${kind.kind} number ${index + 1}`, why: 'It has no name' })
    }
  }
  const wanted = clusterKinds.filter((one) => isOfInterest(one, declared))
  return unread.size === wanted.length
    ? err([...unread.values()])
    : ok({ objects, unread, notUnderstood })
}

/** Items of a list leave out what they are. */
function withKind(item: unknown, { apiVersion, kind }: ClusterKind): unknown {
  return isFields(item) ? { ...item, apiVersion, kind } : item
}

/** Kinds of which something is declared, and those that open doors. */
function isOfInterest({ isRoute, kind }: ClusterKind, declared: readonly ClusterObject[]): boolean {
  return isRoute || declared.some((object) => object.kind === kind)
}

/** Where all that is declared is in one namespace, only that one is asked; routes may be anywhere. */
function namespaceOf(
  { isRoute, kind }: ClusterKind,
  declared: readonly ClusterObject[],
): string | null {
  const own = declared.filter((object) => object.kind === kind)
  const namespaces = new Set(own.map(({ namespace }) => namespace))
  const [only = null] = namespaces
  return isRoute || namespaces.size !== 1 ? null : only
}

function readDocuments(
  documents: readonly unknown[],
  declared: readonly ClusterObject[],
): Result<LiveCluster, readonly string[]> {
  const notUnderstood: LeftOut[] = []
  const objects = openedLists(documents).flatMap((document, index): readonly ClusterObject[] => {
    const found = clusterObject(document)
    if (found !== null) return [found]
    const why = 'It has no kind or no name: this is no object of Kubernetes'
    notUnderstood.push({ object: `document number ${index + 1}`, why })
    return []
  })
  if (objects.length === 0) return err(['Found no object of Kubernetes in the files'])
  // What is not there was not exported: nobody knows whether it is in the cluster.
  const missing = [...new Set(declared.map(({ kind }) => kind))].filter(
    (kind) => !objects.some((object) => object.kind === kind),
  )
  const unread = new Map(missing.map((kind) => [kind, `No file holds an object of "${kind}"`]))
  return ok({ objects, unread, notUnderstood })
}
