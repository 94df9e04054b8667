// All that one stand-in holds, and how its parts come to be: defaults are authentik's own.
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { BoundedMap } from '../../../src/std/bounded-map.ts'
import { must } from '../../../src/std/assert.ts'
import { type Clock, realClock } from '../../../src/world/clock.ts'
import { type Random, seededRandom } from '../../../src/world/random.ts'
import { type Certificate, makeCertificate } from './certificate.ts'
import { clientId, cookieSecret, hex, longSecret, tokenKey, uuid } from './chance.ts'
import { type FlowOptions, defaultFlow } from './flow-options.ts'
import { Journal } from './journal.ts'
import { type Managed, type ManagedOptions, newManaged } from './managed.ts'
import {
  type Application,
  managedScopes,
  type Outpost,
  type Person,
  type PersonOptions,
  type Provider,
  type ProviderChange,
  type ProviderOptions,
} from './model.ts'

const codesMax = 10_000
const sessionsMax = 500_000

/** A person's session at authentik; `sid` is what tokens and SESSION_END carry. */
export interface AuthentikSession {
  readonly key: string
  readonly sid: string
  readonly username: string
  /** Clock of the stand-in, milliseconds. */
  readonly signedInAt: number
}

/** An authorization code and what it is bound to. */
export interface Code {
  readonly client_id: string
  readonly username: string
  readonly session: AuthentikSession
  readonly redirect_uri: string
  readonly scope: readonly string[]
  readonly nonce: string | null
  readonly challenge: { readonly value: string; readonly method: string } | null
  readonly expiresAt: number
}

/** A flow that somebody is in before they are signed in; known by the same cookie. */
export interface FlowRun {
  readonly key: string
  /** Stages that are done. */
  done: number
  person: Person | null
  readonly token: string
}

/** Where an authorization goes on once there is consent. */
export interface Consent {
  readonly token: string
  readonly uri: string
}

/** How a browser is met that is to sign in: by one plain form, or as authentik does, by a program. */
export type SignInPage = 'form' | 'flow'

/** An access token that introspection and userinfo know. */
export interface IssuedToken {
  readonly provider: number
  readonly username: string
  readonly sid: string | null
  readonly claims: Readonly<Record<string, unknown>>
  readonly scope: readonly string[]
  readonly expiresAt: number
}

/** What a stand-in is started with; all may be left out. */
export interface AuthentikOptions {
  readonly people?: readonly PersonOptions[]
  readonly providers?: readonly ProviderOptions[]
  readonly outpost?: Partial<Omit<Outpost, 'pk'>>
  /** Policies, groups, further outposts and applications that a person manages. */
  readonly managed?: ManagedOptions
  /** Certificates by name with the hosts that they are for. */
  readonly certificates?: Readonly<Record<string, readonly string[]>>
  /** Version and build hash of the server, for the health of outposts. */
  readonly version?: string
  readonly buildHash?: string
  /** Path that authentik lives under, with both slashes. Default `/`. */
  readonly basePath?: string
  /** Most items of a page, so that few providers already make pages. Default 100. */
  readonly pageSizeMax?: number
  /** Query parameters of `AUTHENTIK_HOST` that the WebSocket may carry too. */
  readonly hostQuery?: readonly string[]
  readonly clock?: Clock
  readonly seed?: number
  readonly port?: number
  /** Serve HTTPS with a self-signed certificate. */
  readonly tls?: boolean
  /** Port of the page of limits; 0 for a free one. Default: no page. */
  readonly controlPort?: number
  /** Default: the form, which needs no program in the browser. */
  readonly signInPage?: SignInPage
  /** Stages of the authentication flow, for the page `flow`. */
  readonly flow?: Partial<FlowOptions>
}

/** How authorize answers a person who is signed in. */
export type AuthorizeAnswer = 'normal' | 'access_denied'

/** What the end-session endpoint ends: the provider's tokens alone, or the whole session. */
export type Invalidation = 'provider' | 'session'

/** The state of one stand-in. Everything in it may be looked at; changes go through the control. */
export interface State {
  readonly clock: Clock
  readonly random: Random
  readonly journal: Journal
  readonly token: string
  readonly adminToken: string
  readonly version: string
  readonly buildHash: string
  readonly basePath: string
  readonly pageSizeMax: number
  readonly hostQuery: readonly string[]
  readonly outpost: Outpost
  readonly providers: Provider[]
  readonly people: Person[]
  readonly certificates: Map<string, Certificate>
  readonly codes: BoundedMap<string, Code>
  readonly tokens: BoundedMap<string, IssuedToken>
  readonly sessions: BoundedMap<string, AuthentikSession>
  readonly flowRuns: BoundedMap<string, FlowRun>
  readonly consents: BoundedMap<string, Consent>
  readonly signInPage: SignInPage
  flow: FlowOptions
  /** Step of the last one-time code that was taken. */
  lastStep: number
  readonly groups: Map<string, string>
  readonly managed: Managed
  /** Made at first use: only providers that sign with RS256 need it. */
  rsaKey(): RsaKey
  /** Who is signed in at authorize without a page; null asks with a page. */
  autoSignIn: string | null
  authorizeAnswer: AuthorizeAnswer
  invalidation: Invalidation
  /** Introspection accepts tokens of any provider, as before the fix of CVE-2024-47077. */
  introspectsAll: boolean
  refusesSockets: boolean
}

/** The key of RS256 tokens and its id. */
export interface RsaKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** Builds the state that `options` describe. */
export function newState(options: AuthentikOptions): State {
  const clock = options.clock ?? realClock()
  const random = seededRandom(options.seed ?? 1)
  const outpostPk = uuid(random)
  let rsa: RsaKey | null = null
  const state: State = {
    clock,
    random,
    journal: new Journal(clock.now),
    token: tokenKey(random),
    adminToken: tokenKey(random),
    version: options.version ?? '2026.8.6',
    buildHash: options.buildHash ?? '',
    basePath: options.basePath ?? '/',
    pageSizeMax: options.pageSizeMax ?? 100,
    hostQuery: options.hostQuery ?? [],
    outpost: {
      pk: outpostPk,
      name: 'test outpost',
      managed: null,
      refresh_interval_s: 300,
      providers: (options.providers ?? []).map(({ name }) => name),
      ...options.outpost,
      config: { ...defaultConfig(), ...options.outpost?.config },
    },
    providers: [],
    people: [],
    certificates: new Map(),
    codes: new BoundedMap(codesMax),
    tokens: new BoundedMap(sessionsMax),
    sessions: new BoundedMap(sessionsMax),
    flowRuns: new BoundedMap(codesMax),
    consents: new BoundedMap(codesMax),
    signInPage: options.signInPage ?? 'form',
    flow: { ...defaultFlow, ...options.flow },
    lastStep: -1,
    groups: new Map(),
    managed: newManaged(options.managed ?? {}, random, defaultConfig),
    rsaKey: () => (rsa ??= newRsaKey()),
    autoSignIn: null,
    authorizeAnswer: 'normal',
    invalidation: 'provider',
    introspectsAll: false,
    refusesSockets: false,
  }
  for (const [name, hosts] of Object.entries(options.certificates ?? {}))
    state.certificates.set(name, makeCertificate(uuid(random), name, hosts))
  for (const person of options.people ?? []) addPerson(state, person)
  for (const provider of options.providers ?? []) addProvider(state, provider)
  return state
}

function newRsaKey(): RsaKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return { kid: createHash('sha256').update(der).digest('hex').slice(0, 32), privateKey, publicKey }
}

/** Keys and defaults of an outpost's `config` object. */
function defaultConfig(): Record<string, unknown> {
  return {
    authentik_host: '',
    authentik_host_insecure: false,
    authentik_host_browser: '',
    log_level: 'info',
    object_naming_template: 'ak-outpost-%(name)s',
    refresh_interval: 'minutes=5',
    container_image: null,
    docker_network: null,
    docker_map_ports: true,
    docker_labels: null,
    kubernetes_replicas: 1,
    kubernetes_namespace: 'default',
    kubernetes_ingress_annotations: {},
    kubernetes_ingress_secret_name: 'authentik-outpost-tls',
    kubernetes_ingress_class_name: null,
    kubernetes_ingress_path_type: null,
    kubernetes_httproute_annotations: {},
    kubernetes_httproute_parent_refs: [],
    kubernetes_service_type: 'ClusterIP',
    kubernetes_disabled_components: [],
    kubernetes_image_pull_secrets: [],
    kubernetes_json_patches: null,
    kubernetes_disable_x509_strict: false,
  }
}

/** Adds a person; password and everything else have defaults. */
export function addPerson(state: State, options: PersonOptions): Person {
  const pk = 1 + Math.max(4, ...state.people.map((person) => person.pk))
  const person: Person = {
    pk,
    uuid: uuid(state.random),
    password: `${options.username}-password`,
    name: options.username,
    email: `${options.username}@example.com`,
    email_verified: false,
    groups: [],
    entitlements: [],
    is_superuser: false,
    is_active: true,
    attributes: {},
    ak_proxy: {},
    app_passwords: [],
    ...options,
  }
  state.people.push(person)
  return person
}

/** Adds a provider with fresh secrets and, unless null, an application. */
export function addProvider(state: State, options: ProviderOptions): Provider {
  const { application, ...rest } = options
  const pk = 1 + Math.max(0, ...state.providers.map((provider) => provider.pk))
  const provider: Provider = {
    pk,
    mode: 'forward_single',
    internal_host: '',
    internal_host_ssl_validation: true,
    client_id: clientId(state.random),
    client_secret: longSecret(state.random),
    cookie_secret: cookieSecret(state.random),
    cookie_domain: '',
    certificate: null,
    skip_path_regex: '',
    basic_auth_enabled: false,
    basic_auth_password_attribute: '',
    basic_auth_user_attribute: '',
    intercept_header_auth: true,
    access_code_validity: 'minutes=1',
    access_token_validity: 'hours=1',
    scopes: [...managedScopes],
    sub_mode: 'hashed_user_id',
    signing: 'HS256',
    jwt_federation_providers: [],
    ...rest,
    application: application === null ? null : newApplication(state, options.name, application),
  }
  state.providers.push(provider)
  return provider
}

function newApplication(
  state: State,
  name: string,
  options: Partial<Omit<Application, 'pk'>> = {},
): Application {
  return {
    pk: uuid(state.random),
    slug: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    name,
    group: '',
    bindings: [],
    policy_engine_mode: 'any',
    ...options,
  }
}

/** Applies a change to the provider called `name`; a changed application keeps its pk. */
export function changeProvider(state: State, name: string, change: ProviderChange): Provider {
  const provider = providerNamed(state, name)
  const { application, ...rest } = change
  Object.assign(provider, rest)
  if (application === null) provider.application = null
  else if (application !== undefined)
    provider.application = {
      ...(provider.application ?? newApplication(state, provider.name)),
      ...application,
    }
  const renamed = change.name
  if (renamed !== undefined && renamed !== name)
    state.outpost.providers = state.outpost.providers.map((one) => (one === name ? renamed : one))
  return provider
}

/** The provider called `name`; a test that names another one is wrong. */
export function providerNamed(state: State, name: string): Provider {
  const found = state.providers.find((provider) => provider.name === name)
  return must(found, `Provider "${name}" is in the stand-in`)
}

/** The person called `username`; a test that names another one is wrong. */
export function personNamed(state: State, username: string): Person {
  const found = state.people.find((person) => person.username === username)
  return must(found, `Person "${username}" is in the stand-in`)
}

/** Providers that the outpost gets: assigned, with an application, ordered by name. */
export function deliveredProviders(state: State): Provider[] {
  return state.providers
    .filter(
      ({ name, application }) => application !== null && state.outpost.providers.includes(name),
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Opens a session at authentik for `username`. */
export function openSession(state: State, username: string): AuthentikSession {
  const key = hex(state.random, 16)
  const sid = createHash('sha256').update(key).digest('hex')
  const session = { key, sid, username, signedInAt: state.clock.now() }
  state.sessions.set(key, session)
  return session
}

/** UUID of the group called `name`, the same on each call. */
export function groupPk(state: State, name: string): string {
  const known = state.groups.get(name)
  if (known !== undefined) return known
  const fresh = uuid(state.random)
  state.groups.set(name, fresh)
  return fresh
}
