// What must hold of authentik whatever else differs: each is looked at apart from the differences.
import { forecast } from '../../model/forecast.ts'
import { knownInflow } from '../../model/inflow.ts'
import { isFields } from '../../std/fields.ts'
import { formatDuration } from '../../std/units.ts'
import type { Invariant } from '../drift/report.ts'
import type { Areas, Estate } from '../estate.ts'
import { monitorsPerMs, shapeOf } from '../stores.ts'
import { quotedList } from '../text.ts'
import { admitted, askedHosts, outpostName } from './declared.ts'
import { answersFor, hostnameOf } from './hosts.ts'
import { validityMs } from './normal.ts'
import { type ManagedObject, namesOf, ofKind, textOf } from './objects.ts'
import type { LiveAuthentik } from './understand.ts'

type Outpost = Areas['authentication']['outposts'][number]

/** Every invariant that the declaration makes sense of, kept or broken. Pure. */
export function invariantsOf(estate: Estate, live: LiveAuthentik): readonly Invariant[] {
  const { authentication } = estate.areas
  return [
    ...authentication.outposts.flatMap((outpost) => outpostInvariants(estate, outpost, live)),
    ...(authentication.outposts.length === 0 ? [] : [hostsCovered(estate, live.objects)]),
    ...hostTables(estate, live.objects),
    ...defaultDeny(estate, live.objects),
    ...breakGlass(estate, live.objects),
  ]
}

function outpostInvariants(
  estate: Estate,
  outpost: Outpost,
  live: LiveAuthentik,
): readonly Invariant[] {
  const name = outpostName(outpost)
  const shown = JSON.stringify(name)
  const found = ofKind(live.objects, 'outpost').find(({ key }) => key === name)
  const isUnread = live.notUnderstood.some(({ kind, key }) => kind === 'outpost' && key === name)
  if (found === undefined && isUnread) return []
  if (found === undefined)
    return [{ id: 'outpost-there', holds: false, text: `No outpost ${shown} is there` }]
  const isManaged = found.attributes['managed'] === true
  return [
    ...(outpost.managed
      ? [
          {
            id: 'outpost-managed',
            holds: isManaged,
            text: isManaged
              ? `The outpost ${shown} is managed by authentik`
              : `The outpost ${shown} has lost "managed": its sessions go back to files`,
          },
        ]
      : []),
    ...(outpost.memory_limit_volume ? [patched(found, shown)] : []),
    ...sessionsFit(estate, { outpost, found, isManaged }, live.objects),
  ]
}

/** A deployment that authentik makes mounts a volume only if a patch says so. */
function patched(found: ManagedObject, shown: string): Invariant {
  const config = found.attributes['config']
  const patches = isFields(config) ? config['kubernetes_json_patches'] : null
  const deployment = isFields(patches) ? patches['deployment'] : null
  const text = JSON.stringify(deployment ?? null)
  const holds = text.includes('emptyDir') || text.includes('/volumes')
  return {
    id: 'outpost-patched',
    holds,
    text: holds
      ? `The deployment of the outpost ${shown} is patched with a volume`
      : `No patch of the deployment of the outpost ${shown} mounts a volume`,
  }
}

/** Validity × rate against the volume, where sessions are files now. */
function sessionsFit(
  estate: Estate,
  at: { readonly outpost: Outpost; readonly found: ManagedObject; readonly isManaged: boolean },
  objects: readonly ManagedObject[],
): readonly Invariant[] {
  const { found, isManaged, outpost } = at
  const volume = estate.areas.storage.volumes.find(({ name }) => name === outpost.volume)
  const inFiles = outpost.sessions === 'filesystem' || (outpost.managed && !isManaged)
  if (volume === undefined || !inFiles) return []
  const validities = ofKind(objects, 'provider')
    .filter(({ key }) => namesOf(found, 'providers').includes(key))
    .flatMap((provider) => validityMs(textOf(provider, 'access_token_validity')) ?? [])
  const retentionMs = Math.max(...validities, validities.length === 0 ? outpost.validity : 0)
  const perMs = monitorsPerMs(estate, outpost.tier) + (volume.rate ?? 0)
  const { ratio } = forecast({ ...shapeOf(volume), retentionMs }, knownInflow(perMs))
  const holds = ratio.mid < 1
  const shown = JSON.stringify(found.key)
  return [
    {
      id: 'sessions-fit',
      holds,
      text: `Session files of the outpost ${shown} that live "${formatDuration(retentionMs)}" come to "${ratio.mid.toFixed(2)}" of the volume "${volume.name}"`,
    },
  ]
}

/** Providers that people reach: of an application, and delivered to an outpost. */
function served(objects: readonly ManagedObject[]): readonly ManagedObject[] {
  const delivered = new Set(
    ofKind(objects, 'outpost').flatMap((outpost) => namesOf(outpost, 'providers')),
  )
  const applied = new Set(ofKind(objects, 'application').map((one) => textOf(one, 'provider')))
  return ofKind(objects, 'provider').filter(({ key }) => delivered.has(key) && applied.has(key))
}

function hostsCovered(estate: Estate, objects: readonly ManagedObject[]): Invariant {
  const providers = served(objects)
  const hosts = askedHosts(estate)
  const bare = hosts.filter((host) => !providers.some((provider) => answersFor(provider, host)))
  return {
    id: 'hosts-covered',
    holds: bare.length === 0,
    text:
      bare.length === 0
        ? `Every protected host ("${hosts.length}") has a provider at an outpost`
        : `No provider at an outpost answers for ${quotedList(bare)}`,
  }
}

/** Policies that hold a table of hosts: a host that is not in it is refused to everybody, or open to all. */
function hostTables(estate: Estate, objects: readonly ManagedObject[]): readonly Invariant[] {
  const tables = estate.areas.authentication.authentik?.policies ?? []
  return tables
    .filter(({ host_table }) => host_table)
    .map(({ name }) => {
      const policy = ofKind(objects, 'policy').find(({ key }) => key === name)
      const expression = policy === undefined ? '' : textOf(policy, 'expression')
      const hosts = askedHosts(estate)
      const missing = hosts.filter(
        (host) => !expression.includes(`"${host}"`) && !expression.includes(`'${host}'`),
      )
      const shown = JSON.stringify(name)
      return {
        id: 'host-table',
        holds: missing.length === 0,
        text:
          missing.length === 0
            ? `The policy ${shown} names every protected host`
            : `The policy ${shown} does not name ${quotedList(missing)}`,
      }
    })
}

/** An application without a binding that counts lets in everybody who signs in. */
function defaultDeny(estate: Estate, objects: readonly ManagedObject[]): readonly Invariant[] {
  const guarded = estate.services.filter((service) => {
    const { groups, users } = admitted(estate, service)
    return groups.length + users.length > 0 && service.rules.some(({ auth }) => auth === 'required')
  })
  if (guarded.length === 0) return []
  const bound = new Set(
    ofKind(objects, 'binding')
      .filter(({ attributes }) => attributes['enabled'] === true && isAboutSomebody(attributes))
      .map((binding) => textOf(binding, 'application')),
  )
  const open = new Set(
    guarded.flatMap(({ host }) => {
      const provider = providerOf(objects, host)
      const application = ofKind(objects, 'application').find(
        (one) => provider !== null && textOf(one, 'provider') === provider.key,
      )
      return application === undefined || bound.has(application.key) ? [] : [application.key]
    }),
  )
  return [
    {
      id: 'default-deny',
      holds: open.size === 0,
      text:
        open.size === 0
          ? 'Every application with declared groups has a binding'
          : `No binding keeps anybody out of ${quotedList([...open])}`,
    },
  ]
}

/** A host of its own before that of a domain, as an outpost looks it up. */
function providerOf(objects: readonly ManagedObject[], host: string): ManagedObject | null {
  const providers = ofKind(objects, 'provider').filter((one) => answersFor(one, host))
  const own = providers.find((one) => hostnameOf(textOf(one, 'external_host')) === host)
  return own ?? providers[0] ?? null
}

function isAboutSomebody(attributes: ManagedObject['attributes']): boolean {
  return ['group', 'user', 'policy'].some((name) => attributes[name] !== null)
}

function breakGlass(estate: Estate, objects: readonly ManagedObject[]): readonly Invariant[] {
  const { break_glass } = estate.areas.authentication
  const missing = break_glass.filter(
    (name) => !ofKind(objects, 'group').some(({ key }) => key === name),
  )
  if (break_glass.length === 0) return []
  return [
    {
      id: 'break-glass',
      holds: missing.length === 0,
      text:
        missing.length === 0
          ? `Every break-glass group is there: ${quotedList(break_glass)}`
          : `No break-glass group ${quotedList(missing)} is there`,
    },
  ]
}
