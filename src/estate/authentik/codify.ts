// A live authentik as entries of the configuration: services, and the area `authentication`. What is read back
// compares as equal; what no entry says is named.
import { isFields } from '../../std/fields.ts'
import { check } from '../../std/schema/check.ts'
import { parseHost } from '../../model/host.ts'
import { authenticationSchema } from '../areas/authentication/schema.ts'
import { hostnameOf } from './hosts.ts'
import { validityMs, validityText } from './normal.ts'
import {
  type Attributes,
  type KindName,
  type ManagedObject,
  kinds,
  namesOf,
  ofKind,
  textOf,
} from './objects.ts'
import { isHiddenSecret } from '../drift/secret-leaves.ts'
import type { LeftOut } from '../drift/report.ts'
import type { LiveAuthentik } from './understand.ts'

/** What is written, keys as in the file, and what is not. */
export interface Codified {
  readonly services: readonly object[]
  readonly authentication: Readonly<Record<string, unknown>>
  /** Objects, or parts of them, that no entry says. */
  readonly leftOut: readonly LeftOut[]
}

type Entry = Readonly<Record<string, unknown>>

/** How long sessions of an outpost without providers live: authentik's usual value. */
const usualValidity = 'hours=1'

/** Writes down all of a live authentik. `url` is its address; null where it was read from files. Pure. */
export function codifyAuthentik(live: LiveAuthentik, url: string | null): Codified {
  const writer = new EntryWriter(live)
  const authentication = {
    providers: [{ name: 'authentik', kind: 'authentik', ...(url === null ? {} : { url }) }],
    outposts: writer.outposts(),
    groups: writer.groups(),
    authentik: {
      providers: writer.providers(),
      applications: writer.applications(),
      policies: writer.policies(),
    },
  }
  const services = writer.services()
  return { services, authentication, leftOut: writer.leftOut }
}

class EntryWriter {
  readonly leftOut: LeftOut[] = []
  readonly #objects: readonly ManagedObject[]

  constructor(live: LiveAuthentik) {
    this.#objects = live.objects
    for (const { object, why } of live.notUnderstood) this.leftOut.push({ object, why })
  }

  groups(): readonly Entry[] {
    return this.#entries('group', (group) => ({
      name: group.key,
      ...(group.attributes['is_superuser'] === true ? { superuser: true } : {}),
      ...unusual('group', group.attributes, ['parents']),
      ...this.#mapping(group, 'attributes', group.attributes['attributes']),
    }))
  }

  policies(): readonly Entry[] {
    return this.#entries('policy', (policy) => ({
      name: policy.key,
      expression: textOf(policy, 'expression'),
      ...unusual('policy', policy.attributes, ['execution_logging']),
    }))
  }

  providers(): readonly Entry[] {
    const outposts = ofKind(this.#objects, 'outpost')
    return this.#entries('provider', (provider) => ({
      name: provider.key,
      mode: textOf(provider, 'mode'),
      ...unusual('provider', provider.attributes, allBut('provider', 'mode')),
      access_token_validity: textOf(provider, 'access_token_validity'),
      outposts: outposts
        .filter((outpost) => namesOf(outpost, 'providers').includes(provider.key))
        .map(({ key }) => key),
    }))
  }

  applications(): readonly Entry[] {
    return this.#entries('application', (application) => ({
      slug: application.key,
      name: textOf(application, 'name'),
      ...unusual('application', application.attributes, allBut('application', 'name')),
      bindings: this.#bindings(application.key).map(({ attributes }) =>
        unusual('binding', attributes, allBut('binding', 'application')),
      ),
    }))
  }

  outposts(): readonly Entry[] {
    return this.#entries('outpost', (outpost) => {
      const whole = outpost.attributes['config']
      const { kubernetes_replicas: replicas = 1, ...config } = isFields(whole) ? whole : {}
      const managed = outpost.attributes['managed'] === true
      return {
        name: outpost.key,
        ...(managed ? { managed } : {}),
        replicas,
        // Where authentik keeps them: in its database for its own outpost, in files for all others.
        sessions: managed ? 'postgresql' : 'filesystem',
        validity: this.#longestValidity(outpost),
        ...unusual('outpost', outpost.attributes, ['service_connection']),
        ...this.#mapping(outpost, 'config', config),
      }
    })
  }

  /** A service for each host of a served provider whose bindings are groups and nothing else. */
  services(): readonly Entry[] {
    const entries = new Map<string, Entry>()
    for (const application of ofKind(this.#objects, 'application')) {
      const provider = ofKind(this.#objects, 'provider').find(
        ({ key }) => key === textOf(application, 'provider'),
      )
      const host = provider === undefined ? null : this.#servedHost(provider)
      if (provider === undefined || host === null) continue
      const groups = this.#groupsOf(application)
      const object = `application ${JSON.stringify(application.key)}`
      if (groups === null) {
        const why = 'Its bindings are not groups alone; no service says who may enter'
        this.leftOut.push({ object, why })
      } else if (entries.has(host))
        this.leftOut.push({ object, why: `Another application has the host "${host}"` })
      else {
        const name = textOf(application, 'name').slice(0, 100)
        // No binding at all: authentik lets in everybody who signs in, and so does an entry without groups.
        const named = groups.length === 0 ? {} : { groups }
        entries.set(host, { host, ...(name === '' ? {} : { name }), auth: 'required', ...named })
      }
    }
    return [...entries.values()]
  }

  /** Entries that the schema takes; all others are named. */
  #entries(kind: KindName, write: (object: ManagedObject) => Entry): readonly Entry[] {
    return ofKind(this.#objects, kind).flatMap((object) => {
      const entry = write(object)
      const fault = entryFault(kind, entry)
      if (fault === null) return [entry]
      this.leftOut.push({ object: `${kind} ${JSON.stringify(object.key)}`, why: fault })
      return []
    })
  }

  #bindings(application: string): readonly ManagedObject[] {
    return ofKind(this.#objects, 'binding').filter(
      (binding) => textOf(binding, 'application') === application,
    )
  }

  /** Names of groups, any of which lets in; null where bindings say something else. */
  #groupsOf(application: ManagedObject): readonly string[] | null {
    const bindings = this.#bindings(application.key).map(({ attributes }) => attributes)
    const isPlain = bindings.every(
      ({ enabled, group, negate }) => enabled === true && negate === false && group !== null,
    )
    const isAny = textOf(application, 'policy_engine_mode') === 'any' || bindings.length < 2
    if (!isPlain || !isAny) return null
    return [...new Set(bindings.flatMap(({ group }) => (typeof group === 'string' ? [group] : [])))]
  }

  #servedHost(provider: ManagedObject): string | null {
    const isServed = ofKind(this.#objects, 'outpost').some((outpost) =>
      namesOf(outpost, 'providers').includes(provider.key),
    )
    const host = hostnameOf(textOf(provider, 'external_host'))
    if (!isServed || host === null || textOf(provider, 'mode') === 'forward_domain') return null
    return parseHost(host).ok ? host : null
  }

  #longestValidity(outpost: ManagedObject): string {
    const validities = ofKind(this.#objects, 'provider')
      .filter(({ key }) => namesOf(outpost, 'providers').includes(key))
      .flatMap((provider) => validityMs(textOf(provider, 'access_token_validity')) ?? [])
    const longest = Math.max(validityMs(usualValidity) ?? 0, ...validities)
    return durationText(longest)
  }

  /** A free mapping without its secrets, which are named. */
  #mapping(object: ManagedObject, name: string, value: unknown): Entry {
    const kept = this.#withoutHidden(object, value, name)
    return isFields(kept) && Object.keys(kept).length > 0 ? { [name]: kept } : {}
  }

  #withoutHidden(object: ManagedObject, value: unknown, path: string): unknown {
    if (Array.isArray(value))
      return value.map((one, index) => this.#withoutHidden(object, one, `${path}[${index}]`))
    if (!isFields(value)) return value
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, one]) => {
        if (!isHiddenSecret(one))
          return [[key, this.#withoutHidden(object, one, `${path}.${key}`)] as const]
        const where = `${object.kind} ${JSON.stringify(object.key)}`
        this.leftOut.push({
          object: where,
          why: `"${path}.${key}" is a secret, never written down`,
        })
        return []
      }),
    )
  }
}

/** Names of all attributes of a kind but one. */
function allBut(kind: KindName, but: string): readonly string[] {
  return Object.keys(kinds[kind].attributes).filter((name) => name !== but)
}

/** Attributes among `names` that are not as usual. */
function unusual(kind: KindName, attributes: Attributes, names: readonly string[]): Entry {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = attributes[name]
      const usual = kinds[kind].attributes[name]?.usual
      const isUsual = value === usual || (Array.isArray(value) && value.length === 0)
      return isUsual || value === null ? [] : [[name, value] as const]
    }),
  )
}

/** In the units of the configuration, whole seconds. */
function durationText(ms: number): string {
  const text = validityText(Math.max(60_000, Math.round(ms / 1000) * 1000))
  const [unit = 'seconds', amount = '60'] = text.split('=')
  return `${amount}${unit.charAt(0)}`
}

/** What the configuration would say against an entry; null when it takes it. */
function entryFault(kind: KindName, entry: Entry): string | null {
  const place: Readonly<Record<KindName, object>> = {
    group: { groups: [entry] },
    outpost: { outposts: [entry] },
    provider: { authentik: { providers: [entry] } },
    application: { authentik: { applications: [entry] } },
    policy: { authentik: { policies: [entry] } },
    binding: {},
  }
  const checked = check(authenticationSchema, place[kind])
  const [mistake] = checked.ok ? [] : checked.error
  return mistake === undefined
    ? null
    : `No entry can say it: found ${mistake.found}, wanted ${mistake.wanted}`
}
