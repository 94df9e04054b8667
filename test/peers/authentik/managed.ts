// What a person manages beside providers: flows, expression policies, groups with attributes, further outposts;
// and the log of who changed which object, as authentik keeps it.
import { uuid } from './chance.ts'
import type { Outpost } from './model.ts'
import type { Clock } from '../../../src/world/clock.ts'
import type { Random } from '../../../src/world/random.ts'

/** An expression policy. */
export interface Policy {
  readonly pk: string
  name: string
  expression: string
  execution_logging: boolean
}

/** What a group has beside its members. */
export interface GroupFacts {
  is_superuser: boolean
  parents: string[]
  attributes: Record<string, unknown>
}

/** An application that no proxy provider belongs to. */
export interface OtherApplication {
  readonly pk: string
  slug: string
  name: string
}

/** One event about an object. */
export interface ModelEvent {
  readonly pk: string
  readonly user: { readonly pk: number; readonly username: string; readonly email: string }
  readonly action: 'model_created' | 'model_updated' | 'model_deleted'
  readonly app: string
  readonly context: {
    readonly model: {
      /** Hexadecimal without hyphens for a UUID. */
      readonly pk: string | number
      readonly app: string
      readonly name: string
      readonly model_name: string
    }
    readonly http_request: {
      readonly path: string
      readonly method: string
      readonly args: Readonly<Record<string, unknown>>
      readonly user_agent: string
    }
  }
  readonly client_ip: string
  readonly created: string
  readonly expires: string
  readonly brand: { readonly pk: string; readonly name: string }
}

/** All of it. */
export interface Managed {
  readonly policies: Policy[]
  readonly groups: Map<string, GroupFacts>
  readonly outposts: Outpost[]
  readonly applications: OtherApplication[]
  readonly events: ModelEvent[]
}

/** How a stand-in is started with it. */
export interface ManagedOptions {
  readonly policies?: readonly Partial<Policy>[]
  readonly groups?: Readonly<Record<string, Partial<GroupFacts>>>
  readonly outposts?: readonly Partial<Omit<Outpost, 'pk'>>[]
  readonly applications?: readonly { readonly slug: string; readonly name: string }[]
}

/** Managed things as `options` say, with fresh keys. */
export function newManaged(
  options: ManagedOptions,
  random: Random,
  usualConfig: () => Record<string, unknown>,
): Managed {
  return {
    policies: (options.policies ?? []).map((policy, i) => ({
      ...{ pk: uuid(random), name: `policy ${i}`, expression: 'return True' },
      ...{ execution_logging: false, ...policy },
    })),
    groups: new Map(
      Object.entries(options.groups ?? {}).map(([name, facts]) => [
        name,
        { is_superuser: false, parents: [], attributes: {}, ...facts },
      ]),
    ),
    outposts: (options.outposts ?? []).map((outpost, i) => ({
      ...{ pk: uuid(random), name: `outpost ${i}`, managed: null, refresh_interval_s: 300 },
      ...{ providers: [], ...outpost, config: { ...usualConfig(), ...outpost.config } },
    })),
    applications: (options.applications ?? []).map((one) => ({ pk: uuid(random), ...one })),
    events: [],
  }
}

/** What was done to which object. */
export interface Deed {
  readonly actor: string
  readonly action: 'created' | 'updated' | 'deleted'
  /** `authentik_providers_proxy.proxyprovider`. */
  readonly model: string
  readonly pk: string | number
  readonly name: string
  /** Left out: a browser. */
  readonly userAgent?: string
}

const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const yearMs = 365 * 86_400_000

/** Writes an event, as authentik does for every change. */
export function recordDeed(
  state: { readonly clock: Clock; readonly random: Random; readonly managed: Managed },
  deed: Deed,
): void {
  const { action, actor, model, name, pk, userAgent = browser } = deed
  const [app = '', modelName = ''] = model.split('.')
  const method = { created: 'POST', updated: 'PUT', deleted: 'DELETE' }[action]
  const now = state.clock.now()
  state.managed.events.push({
    pk: uuid(state.random),
    user: { pk: 4, username: actor, email: `${actor}@example.com` },
    action: `model_${action}`,
    app: 'authentik.events.middleware',
    context: {
      model: {
        ...{ app, name, model_name: modelName },
        pk: typeof pk === 'string' ? pk.replaceAll('-', '') : pk,
      },
      http_request: { path: `/api/v3/${app}/`, method, args: {}, user_agent: userAgent },
    },
    client_ip: '192.0.2.7',
    created: new Date(now).toISOString(),
    expires: new Date(now + yearMs).toISOString(),
    brand: { pk: '00000000000000000000000000000000', name: 'Default brand' },
  })
}

/** Facts of a group; those that nobody set are as usual. */
export function groupFacts(state: { readonly managed: Managed }, name: string): GroupFacts {
  return state.managed.groups.get(name) ?? { is_superuser: false, parents: [], attributes: {} }
}
