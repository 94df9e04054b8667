// How the hosts of this house are declared: one line each, what is usual left out.
import type { GatehouseConfig } from '../../../src/config.ts'

type Service = GatehouseConfig['services'][number]
type Path = NonNullable<Service['paths']>[number]
type Bypass = NonNullable<Service['bypasses']>[number]

interface Facts {
  /** The stack, where it is not called as the host. */
  readonly stack?: string
  readonly exposure?: Service['exposure']
  readonly groups?: string[]
  readonly paths?: Path[]
  readonly bypasses?: Bypass[]
  /** False where nothing tries it from outside. */
  readonly monitored?: boolean
  /** Service of the cluster, where it is known. */
  readonly upstream?: string
}

/** Who may enter where a host names nobody. */
const admins = 'Home Server Admins'
const publicDomain = 'viktorbarzin.me'
const internalDomain = 'viktorbarzin.lan'

/** A host of tier `required`. */
export function behindGate(name: string, facts: Facts = {}): Service {
  return { ...declared(name, facts), auth: 'required', groups: facts.groups ?? [admins] }
}

/** A host of which only the given paths lead anywhere; the ingress answers 404 to the rest. */
export function pathsOnly(name: string, facts: Facts): Service {
  return { ...behindGate(name, facts), paths_only: true }
}

/** A host of tier `app`. */
export function ownSignIn(name: string, facts: Facts = {}): Service {
  return { ...declared(name, facts), auth: 'app', reason: 'Has its own sign-in' }
}

/** A host of tier `none`, and why. */
export function openTo(name: string, reason: string, facts: Facts = {}): Service {
  return { ...declared(name, facts), auth: 'none', reason }
}

/** A host of tier `public`: strangers enter as guests. */
export function guestsToo(name: string, facts: Facts = {}): Service {
  return { ...declared(name, facts), auth: 'public' }
}

/** A host of the internal domain; open, since only devices of the house reach it. */
export function inside(name: string, reason: string, facts: Facts = {}): Service {
  return {
    ...openTo(name, reason, { ...facts, exposure: 'none', monitored: false }),
    host: `${name}.${internalDomain}`,
  }
}

/** The same where only the given paths lead anywhere. */
export function insidePathsOnly(name: string, facts: Facts): Service {
  return { ...inside(name, 'Inside only', facts), paths_only: true }
}

/** Open paths and the reason that they have in common. */
export function open(reason: string, ...paths: string[]): Path[] {
  return paths.map((path) => ({ path, auth: 'none', reason }))
}

/** Paths that ask for a sign-in. */
export function gated(...paths: string[]): Path[] {
  return paths.map((path) => ({ path, auth: 'required', groups: [admins] }))
}

function declared(name: string, facts: Facts): Service {
  const { stack, exposure = 'proxied', paths = [], bypasses = [], upstream } = facts
  const { monitored = true } = facts
  return {
    host: name === '' ? publicDomain : `${name}.${publicDomain}`,
    stack: stack ?? name,
    exposure,
    ...(upstream === undefined ? {} : { upstream }),
    ...(paths.length === 0 ? {} : { paths }),
    ...(bypasses.length === 0 ? {} : { bypasses }),
    ...(monitored ? { monitor: {} } : {}),
  }
}
