// The whole of `drift kubernetes`: generated manifests against a cluster, and the doors that nobody declared.
import { type Result, ok } from '../../../std/result.ts'
import { discoverKubernetes } from '../../discover/kubernetes/kubernetes.ts'
import { textAt } from '../../discover/json.ts'
import type { Estate } from '../../estate.ts'
import { type KubernetesInput, kubernetesObjects } from '../../render/kubernetes/kubernetes.ts'
import { ownLabels } from '../../render/kubernetes/names.ts'
import { quotedList } from '../../text.ts'
import { type Comparison, compareSides } from '../compare.ts'
import { type IgnoreRule, IgnoreRules } from '../ignore.ts'
import { type Look, lookTwice } from '../look-twice.ts'
import type { DriftReport, Invariant, LeftOut, Subject } from '../report.ts'
import { writerOf } from './managed-fields.ts'
import {
  type ClusterObject,
  addressOf,
  clusterKinds,
  clusterObject,
  comparedPart,
  qualifiedName,
  resourceType,
} from './objects.ts'
import { paired } from './pair.ts'
import { type ClusterSource, type LiveCluster, readCluster } from './read-live.ts'

export type { ClusterSource } from './read-live.ts'

/** Reads, compares, confirms and attributes. The error is a sentence for each thing that could not be read. */
export async function kubernetesDrift(
  estate: Estate,
  input: KubernetesInput,
  source: ClusterSource,
): Promise<Result<DriftReport, readonly string[]>> {
  const declared = kubernetesObjects(estate, input).flatMap((raw) => clusterObject(raw) ?? [])
  const look = async (): Promise<Result<Look<ClusterObject, LiveCluster>, readonly string[]>> => {
    const live = await readCluster(source, declared)
    return live.ok
      ? ok({
          ...compareObjects(estate, declared, live.value),
          live: live.value,
          invariants: doorsGuarded(declared, live.value),
        })
      : live
  }
  const looked = await lookTwice(look, source.kind === 'files')
  if (!looked.ok) return looked
  const { compared, drift, ignored, invariants, live, unconfirmed, unmanaged } = looked.value
  const said = [...drift, ...unmanaged].map(({ object }) => writerOf(object.raw, []))
  return ok({
    ...{ system: 'kubernetes', called: 'Kubernetes', ignored, invariants, unconfirmed },
    drift: drift.map(({ difference, object }) => ({
      ...{ ...subjectOf(object), difference },
      change:
        difference.action === 'create'
          ? null
          : writerOf(
              object.raw,
              difference.attributes.map(({ path }) => path),
            ),
    })),
    unmanaged: unmanaged.map(({ object }) => ({
      ...{ ...subjectOf(object), id: textAt(object.raw, 'metadata', 'uid') },
      about: aboutDoors(estate, object),
      change: writerOf(object.raw, []),
    })),
    ...{ skipped: skippedOf(declared, live), notUnderstood: notRead(declared, live) },
    notCompared: [],
    counts: {
      declared: declared.length,
      live: considered(estate, declared, live).length,
      compared,
    },
    attributionFault:
      said.length > 0 && said.every((one) => one === null)
        ? 'No object has "managedFields" ("kubectl get --show-managed-fields" exports them)'
        : null,
  })
}

function subjectOf(object: ClusterObject): Subject {
  return { address: addressOf(object), type: resourceType(object), name: qualifiedName(object) }
}

/** Live objects that are declared, lead requests somewhere, or say that they are ours. */
function considered(
  estate: Estate,
  declared: readonly ClusterObject[],
  { objects }: LiveCluster,
): readonly ClusterObject[] {
  const wanted = new Set(declared.map(addressOf))
  const routes = new Set(clusterKinds.filter(({ isRoute }) => isRoute).map(({ kind }) => kind))
  const [ownLabel, owner] = Object.entries(ownLabels)[0] ?? []
  const hasNamespaces = estate.areas.tenancy.namespaces.length > 0
  return objects.filter(
    (object) =>
      wanted.has(addressOf(object)) ||
      routes.has(object.kind) ||
      (object.kind === 'Namespace' && hasNamespaces) ||
      textAt(object.raw, 'metadata', 'labels', ownLabel ?? '') === owner,
  )
}

/** What every cluster has, and nobody declares. */
const broughtAlong: readonly IgnoreRule[] = [
  ...['default', 'kube-system', 'kube-public', 'kube-node-lease'],
].map((name) => ({
  object: `kubernetes_namespace["${name}"]`,
  attribute: '*',
  reason: 'Kubernetes brings it along',
}))

function compareObjects(
  estate: Estate,
  declared: readonly ClusterObject[],
  live: LiveCluster,
): Comparison<ClusterObject> {
  const there = considered(estate, declared, live)
  const byAddress = new Map(there.map((object) => [addressOf(object), object]))
  const pairs = new Map(
    declared.map((object) => {
      const now = byAddress.get(addressOf(object))
      const value = comparedPart(object.raw)
      return [
        addressOf(object),
        now === undefined ? { declared: value, live: {} } : paired(value, comparedPart(now.raw)),
      ]
    }),
  )
  return compareSides({
    declared: declared.map((object) => ({
      ...{ address: addressOf(object), object },
      value: pairs.get(addressOf(object))?.declared,
    })),
    live: there.map((object) => ({
      ...{ address: addressOf(object), object },
      value: pairs.get(addressOf(object))?.live ?? {},
    })),
    rules: new IgnoreRules([...broughtAlong, ...estate.areas.tenancy.ignore]),
    mayBeThere: ({ kind }) => live.unread.has(kind),
  })
}

/** Hosts that a live route opens, and which of them no service declares. */
function aboutDoors(estate: Estate, { raw }: ClusterObject): string | null {
  const hosts = [...new Set(discoverKubernetes([raw]).doors.map(({ host }) => host))].toSorted()
  if (hosts.length === 0) return null
  const declared = new Set<string>(estate.services.map(({ host }) => host))
  const strange = hosts.filter(
    (host) => !declared.has(host) && !declared.has(host.replace(/^[^.]+/, '*')),
  )
  const opens = `opens ${quotedList(hosts)}`
  return strange.length === 0 ? opens : `${opens}; no service declares ${quotedList(strange)}`
}

/** Objects of kinds that could not be read, and what was read and is nothing. */
function notRead(declared: readonly ClusterObject[], live: LiveCluster): readonly LeftOut[] {
  const kinds = [...live.unread].flatMap(([kind, why]): readonly LeftOut[] => {
    const own = declared.filter((object) => object.kind === kind)
    if (own.length > 0)
      return own.map((object) => ({
        object: `${kind} ${JSON.stringify(qualifiedName(object))}`,
        why,
      }))
    // A kind that is not installed opens no door; one that may not be read may.
    return why.startsWith('The API server does not serve') ? [] : [{ object: `Every ${kind}`, why }]
  })
  return [...kinds, ...live.notUnderstood]
}

function skippedOf(declared: readonly ClusterObject[], live: LiveCluster): readonly LeftOut[] {
  return [...live.unread]
    .filter(
      ([kind, why]) => why.startsWith('The API') && !declared.some((one) => one.kind === kind),
    )
    .map(([kind, why]) => ({ object: `Every ${kind}`, why }))
}

const middlewareAnnotation = 'traefik.ingress.kubernetes.io/router.middlewares'

/** An ingress that should ask the gate, and does not, is an open door whatever else differs. */
function doorsGuarded(declared: readonly ClusterObject[], live: LiveCluster): readonly Invariant[] {
  const middleware = (object: ClusterObject): string =>
    textAt(object.raw, 'metadata', 'annotations', middlewareAnnotation) ?? ''
  const guarded = declared.filter((one) => one.kind === 'Ingress' && middleware(one) !== '')
  const there = guarded.flatMap((object) => {
    const now = live.objects.find((one) => addressOf(one) === addressOf(object))
    return now === undefined
      ? []
      : [
          {
            object,
            asks: middleware(now)
              .split(',')
              .map((one) => one.trim()),
          },
        ]
  })
  if (there.length === 0) return []
  const open = there.filter(({ asks, object }) => !asks.includes(middleware(object)))
  return [
    {
      id: 'doors-guarded',
      holds: open.length === 0,
      text:
        open.length === 0
          ? `Every ingress of a protected host ("${there.length}") asks the gate`
          : `The gate is not asked at ${quotedList(open.map(({ object }) => qualifiedName(object)))}`,
    },
  ]
}
