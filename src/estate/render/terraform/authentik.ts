// One block of Terraform for each object of authentik, with references in place of keys. Arguments are those of the provider goauthentik/authentik (2026.5).
import { usualConfigWhole } from '../../authentik/normal.ts'
import {
  type KindName,
  type ManagedObject,
  kinds,
  namesOf,
  textOf,
} from '../../authentik/objects.ts'
import { isHiddenSecret } from '../../drift/secret-leaves.ts'
import { isFields } from '../../../std/fields.ts'
import { type Block, Expression, type HclValue, jsonEncoded } from './hcl.ts'

/** What is rendered. */
export interface TerraformInput {
  readonly objects: readonly ManagedObject[]
  /** Keys of objects that are referred to and not managed, by what {@link externalName} gives. */
  readonly externals: ReadonlyMap<string, string>
}

/** `provider "Grafana OAuth"`: the name by which an external object is looked up. */
function externalName(kind: 'provider' | 'policy' | 'service_connection', name: string): string {
  return `${kind} ${JSON.stringify(name)}`
}

/** Gives names to resources, and notes what they refer to on the way: ask for `data` and `variables` last. */
export class ResourceWriter {
  readonly #input: TerraformInput
  readonly #names = new Map<string, string>()
  readonly #data = new Map<string, Block>()
  readonly #variables = new Map<string, Block>()
  /** What each variable stands for, by its name. The two of the provider are taken. */
  readonly #variableOf = new Map([
    ['authentik_url', 'the address'],
    ['authentik_token', 'the token'],
  ])

  constructor(input: TerraformInput) {
    this.#input = input
    const taken = new Set<string>()
    for (const { kind, key } of input.objects) {
      const base = identifier(key)
      let name = base
      for (let number = 2; taken.has(`${kind}.${name}`); number++) name = `${base}_${number}`
      taken.add(`${kind}.${name}`)
      this.#names.set(`${kind} ${key}`, name)
    }
  }

  resource(object: ManagedObject): Block {
    const { key, kind } = object
    return {
      type: 'resource',
      labels: [kinds[kind].resource, this.#names.get(`${kind} ${key}`) ?? identifier(key)],
      attributes: this.#attributes(object),
    }
  }

  imports(): readonly Block[] {
    return this.#input.objects.flatMap(({ key, kind, pk }) => {
      if (pk === null) return []
      const name = this.#names.get(`${kind} ${key}`) ?? identifier(key)
      const to = new Expression(`${kinds[kind].resource}.${name}`)
      return [{ type: 'import', attributes: { to, id: kind === 'application' ? key : pk } }]
    })
  }

  data(): readonly Block[] {
    return [...this.#data.values()]
  }

  variables(): readonly Block[] {
    return [...this.#variables.values()]
  }

  #attributes(object: ManagedObject): Record<string, HclValue> {
    switch (object.kind) {
      case 'group':
        return {
          name: object.key,
          ...this.#plain(object, ['is_superuser']),
          parents: this.#refs(namesOf(object, 'parents'), 'group', 'id'),
          attributes: this.#json(object, 'attributes'),
        }
      case 'policy':
        return { name: object.key, ...this.#plain(object, ['expression', 'execution_logging']) }
      case 'provider':
        return this.#provider(object)
      case 'application':
        return {
          name: textOf(object, 'name'),
          slug: object.key,
          protocol_provider: this.#ref(object, 'provider', 'provider'),
          ...this.#plain(object, [
            'group',
            'policy_engine_mode',
            'open_in_new_tab',
            'meta_launch_url',
            'meta_icon',
            'meta_description',
            'meta_publisher',
            'meta_hide',
          ]),
        }
      case 'binding':
        return {
          target: new Expression(
            `${this.#address('application', textOf(object, 'application'))}.uuid`,
          ),
          group: this.#ref(object, 'group', 'group'),
          policy: this.#ref(object, 'policy', 'policy'),
          user: this.#user(textOf(object, 'user')),
          order: wholeOf(object, 'order'),
          ...this.#plain(object, ['enabled', 'negate', 'timeout', 'failure_result']),
        }
      case 'outpost':
        return {
          name: object.key,
          type: 'proxy',
          service_connection: this.#ref(object, 'service_connection', 'service_connection'),
          protocol_providers: this.#refs(namesOf(object, 'providers'), 'provider', 'id') ?? [],
          config: this.#json(object, 'config'),
        }
    }
  }

  #provider(object: ManagedObject): Record<string, HclValue> {
    return {
      name: object.key,
      mode: textOf(object, 'mode'),
      external_host: textOf(object, 'external_host'),
      ...this.#plain(object, [
        'internal_host',
        'internal_host_ssl_validation',
        'cookie_domain',
        'skip_path_regex',
        'intercept_header_auth',
        'basic_auth_enabled',
      ]),
      // Here the provider of Terraform has another word than the API.
      basic_auth_username_attribute: this.#plain(object, ['basic_auth_user_attribute'])[
        'basic_auth_user_attribute'
      ],
      ...this.#plain(object, ['basic_auth_password_attribute']),
      // Its usual value is another one in Terraform than in the API, so it is always written.
      access_token_validity: givenText(object, 'access_token_validity'),
      refresh_token_validity: this.#plain(object, ['refresh_token_validity'])[
        'refresh_token_validity'
      ],
      authentication_flow: this.#flow(textOf(object, 'authentication_flow')),
      authorization_flow: this.#flow(textOf(object, 'authorization_flow')),
      invalidation_flow: this.#flow(textOf(object, 'invalidation_flow')),
    }
  }

  /** Attributes that are not as usual, as authentik gave them. */
  #plain(object: ManagedObject, names: readonly string[]): Record<string, HclValue> {
    return Object.fromEntries(
      names.flatMap((name): [string, HclValue][] => {
        const value = object.attributes[name]
        if (value === kinds[object.kind].attributes[name]?.usual) return []
        if (typeof value === 'string') return [[name, givenText(object, name)]]
        return typeof value === 'boolean' || typeof value === 'number' ? [[name, value]] : []
      }),
    )
  }

  #address(kind: KindName, key: string): string {
    return `${kinds[kind].resource}.${this.#names.get(`${kind} ${key}`) ?? identifier(key)}`
  }

  /** A reference to a managed object, or a variable for one that is not. */
  #ref(
    object: ManagedObject,
    attribute: string,
    kind: 'group' | 'provider' | 'policy' | 'service_connection',
  ): HclValue {
    const key = textOf(object, attribute)
    return key === '' ? undefined : this.#refTo(key, kind, 'id')
  }

  #refs(keys: readonly string[], kind: 'group' | 'provider', part: string): HclValue {
    return keys.length === 0 ? undefined : keys.map((key) => this.#refTo(key, kind, part))
  }

  #refTo(
    key: string,
    kind: 'group' | 'provider' | 'policy' | 'service_connection',
    part: string,
  ): Expression {
    if (kind !== 'service_connection' && this.#names.has(`${kind} ${key}`))
      return new Expression(`${this.#address(kind, key)}.${part}`)
    if (kind === 'group') return this.#dataRef('authentik_group', key, 'name')
    const isNumber = kind === 'provider'
    const pk = this.#input.externals.get(externalName(kind, key))
    return this.#variable(`${kind}_${identifier(key)}`, externalName(kind, key), {
      description: `Key of the ${kind.replace('_', ' ')} ${JSON.stringify(key)}`,
      type: new Expression(isNumber ? 'number' : 'string'),
      default: pk === undefined ? undefined : isNumber ? Number(pk) : pk,
    })
  }

  #flow(slug: string): HclValue {
    return slug === '' ? undefined : this.#dataRef('authentik_flow', slug, 'slug')
  }

  #user(username: string): HclValue {
    return username === '' ? undefined : this.#dataRef('authentik_user', username, 'username')
  }

  #dataRef(type: string, key: string, by: string): Expression {
    const base = identifier(key)
    let name = base
    // Two names may come to one identifier.
    for (let number = 2; this.#isOther(`${type}.${name}`, by, key); number++)
      name = `${base}_${number}`
    this.#data.set(`${type}.${name}`, {
      type: 'data',
      labels: [type, name],
      attributes: { [by]: key },
    })
    return new Expression(`data.${type}.${name}.id`)
  }

  #isOther(address: string, by: string, key: string): boolean {
    const known = this.#data.get(address)
    return known !== undefined && known.attributes[by] !== key
  }

  /** A variable for `what`: two things never share one, though their names may come to one identifier. */
  #variable(base: string, what: string, attributes: Block['attributes']): Expression {
    let name = base
    for (let number = 2; (this.#variableOf.get(name) ?? what) !== what; number++)
      name = `${base}_${number}`
    this.#variableOf.set(name, what)
    this.#variables.set(name, { type: 'variable', labels: [name], attributes })
    return new Expression(`var.${name}`)
  }

  /** A free mapping as JSON; undefined for one with nothing in it. Secrets become variables. */
  #json(object: ManagedObject, attribute: string): HclValue {
    const given = object.given?.[attribute] ?? object.attributes[attribute]
    const isConfig = attribute === 'config'
    // Terraform compares the config as a whole, so what is usual is written too.
    const value =
      isConfig && object.given === undefined
        ? { ...usualConfigWhole(), authentik_host: ownAddress, ...fields(given) }
        : given
    if (!isFields(value) || Object.keys(value).length === 0) return undefined
    return jsonEncoded(this.#withVariables(value, this.#nameOf(object), [object.kind, object.key]))
  }

  #nameOf({ key, kind }: ManagedObject): string {
    return `${kind}_${identifier(key)}`
  }

  #withVariables(value: unknown, name: string, path: readonly (string | number)[]): unknown {
    if (value instanceof Expression) return value
    if (isHiddenSecret(value))
      return this.#variable(name, `secret ${JSON.stringify(path)}`, {
        description: 'A secret, known to authentik alone',
        type: new Expression('string'),
        sensitive: true,
      })
    if (Array.isArray(value))
      return value.map((one, index) =>
        this.#withVariables(one, `${name}_${index}`, [...path, index]),
      )
    if (!isFields(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key,
        this.#withVariables(one, `${name}_${identifier(key)}`, [...path, key]),
      ]),
    )
  }
}

/** Where outposts reach authentik, unless the declaration says otherwise. */
const ownAddress = new Expression('var.authentik_url')

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return isFields(value) ? value : {}
}

/** A text as authentik gave it, where that is known: Terraform compares letter by letter. */
function givenText(object: ManagedObject, name: string): string {
  const given = object.given?.[name]
  return typeof given === 'string' ? given : textOf(object, name)
}

function wholeOf(object: ManagedObject, name: string): number {
  const value = object.attributes[name]
  return typeof value === 'number' ? value : 0
}

/** A name that Terraform takes: `grafana.example.com` as `grafana_example_com`. */
function identifier(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
  return /^[a-z]/.test(plain) ? plain : `_${plain}`
}
