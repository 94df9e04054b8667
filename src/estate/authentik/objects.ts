// What drift and codify know of authentik: six kinds of objects with their attributes, declared or live, in
// one normal form. Names follow authentik's API (v3); references are names instead of keys of its database.
import type { Entry } from '../drift/compare.ts'

/** How an attribute is read and compared. `reference` is the name of another object, or null. */
export type Form =
  | 'text'
  | 'lines'
  | 'flag'
  | 'number'
  | 'validity'
  | 'reference'
  | 'names'
  | 'mapping'

/** One attribute of a kind: its form, and what authentik has where nobody said anything. */
export interface AttributeOf {
  readonly form: Form
  readonly usual: unknown
}

/** Names of the kinds, in the order of dependency: what refers stands after what is referred to. */
export const kindNames = [
  'group',
  'policy',
  'provider',
  'application',
  'binding',
  'outpost',
] as const

/** One of {@link kindNames}. */
export type KindName = (typeof kindNames)[number]

/** A kind of objects. */
export interface Kind {
  /** List below `/api/v3/`. */
  readonly list: string
  /** Type of its Terraform resource. */
  readonly resource: string
  /** How events and blueprints name it: `app` and `model`. */
  readonly app: string
  readonly model: string
  readonly attributes: Readonly<Record<string, AttributeOf>>
}

/** The flows that a fresh authentik has, by slug. */
export const usualFlows = {
  authorization: 'default-provider-authorization-implicit-consent',
  invalidation: 'default-provider-invalidation-flow',
} as const

const text = (usual = ''): AttributeOf => ({ form: 'text', usual })
const lines = (usual = ''): AttributeOf => ({ form: 'lines', usual })
const flag = (usual: boolean): AttributeOf => ({ form: 'flag', usual })
const whole = (usual: number): AttributeOf => ({ form: 'number', usual })
const validity = (usual: string): AttributeOf => ({ form: 'validity', usual })
const reference = (usual: string | null = null): AttributeOf => ({ form: 'reference', usual })
const names = (): AttributeOf => ({ form: 'names', usual: [] })
const mapping = (): AttributeOf => ({ form: 'mapping', usual: {} })

/** Every kind and its attributes; what is not here is not compared. */
export const kinds: Readonly<Record<KindName, Kind>> = {
  group: {
    list: 'core/groups/?include_users=false',
    resource: 'authentik_group',
    app: 'authentik_core',
    model: 'group',
    attributes: { is_superuser: flag(false), parents: names(), attributes: mapping() },
  },
  policy: {
    list: 'policies/expression/',
    resource: 'authentik_policy_expression',
    app: 'authentik_policies_expression',
    model: 'expressionpolicy',
    attributes: { expression: lines(), execution_logging: flag(false) },
  },
  provider: {
    list: 'providers/proxy/',
    resource: 'authentik_provider_proxy',
    app: 'authentik_providers_proxy',
    model: 'proxyprovider',
    attributes: {
      mode: text('proxy'),
      external_host: text(),
      internal_host: text(),
      internal_host_ssl_validation: flag(true),
      cookie_domain: text(),
      skip_path_regex: lines(),
      intercept_header_auth: flag(true),
      basic_auth_enabled: flag(false),
      basic_auth_user_attribute: text(),
      basic_auth_password_attribute: text(),
      access_token_validity: validity('hours=1'),
      refresh_token_validity: validity('days=30'),
      authentication_flow: reference(),
      authorization_flow: reference(usualFlows.authorization),
      invalidation_flow: reference(usualFlows.invalidation),
    },
  },
  application: {
    list: 'core/applications/?superuser_full_list=true',
    resource: 'authentik_application',
    app: 'authentik_core',
    model: 'application',
    attributes: {
      name: text(),
      provider: reference(),
      group: text(),
      policy_engine_mode: text('any'),
      open_in_new_tab: flag(false),
      meta_launch_url: text(),
      meta_icon: text(),
      meta_description: lines(),
      meta_publisher: text(),
      meta_hide: flag(false),
    },
  },
  binding: {
    list: 'policies/bindings/',
    resource: 'authentik_policy_binding',
    app: 'authentik_policies',
    model: 'policybinding',
    attributes: {
      application: reference(),
      group: reference(),
      user: reference(),
      policy: reference(),
      order: whole(0),
      enabled: flag(true),
      negate: flag(false),
      timeout: whole(30),
      failure_result: flag(false),
    },
  },
  outpost: {
    list: 'outposts/instances/',
    resource: 'authentik_outpost',
    app: 'authentik_outposts',
    model: 'outpost',
    attributes: {
      managed: flag(false),
      providers: names(),
      service_connection: reference(),
      config: mapping(),
    },
  },
}

/** One object, declared or live. Attributes are complete: what was left out has its usual value. */
export interface ManagedObject {
  readonly kind: KindName
  /** The same on both sides: a name, a slug, or what a binding binds. */
  readonly key: string
  readonly attributes: Attributes
  /** Key in authentik's database; null for a declared object. */
  readonly pk: string | null
  /** Of a live object: what authentik gave, not brought into normal form; secrets are hashes here too. */
  readonly given?: Attributes
}

/** Values by name of an attribute. */
export type Attributes = Readonly<Record<string, unknown>>

/** `authentik_application["grafana"]`. */
export function addressOf({ kind, key }: Pick<ManagedObject, 'kind' | 'key'>): string {
  return `${kinds[kind].resource}[${JSON.stringify(key)}]`
}

/** As it is compared. */
export function entryOf(object: ManagedObject): Entry<ManagedObject> {
  return { address: addressOf(object), value: object.attributes, object }
}

/** Key of a binding: `grafana: group "staff"`; `#2` where the same is bound again. */
export function bindingKey(attributes: Attributes, taken: ReadonlySet<string>): string {
  const subject = (['group', 'user', 'policy'] as const).find((name) => attributes[name] !== null)
  const what = subject === undefined ? 'nobody' : `${subject} "${String(attributes[subject])}"`
  const key = `${String(attributes['application'])}: ${what}`
  if (!taken.has(key)) return key
  let number = 2
  while (taken.has(`${key} #${number}`)) number++
  return `${key} #${number}`
}

/** The objects of one kind. */
export function ofKind(
  objects: readonly ManagedObject[],
  kind: KindName,
): readonly ManagedObject[] {
  return objects.filter((object) => object.kind === kind)
}

/** A text attribute; empty where it is none. */
export function textOf(object: ManagedObject, name: string): string {
  const value = object.attributes[name]
  return typeof value === 'string' ? value : ''
}

/** The names of an attribute of form `names`. */
export function namesOf(object: ManagedObject, name: string): readonly string[] {
  const value = object.attributes[name]
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}
