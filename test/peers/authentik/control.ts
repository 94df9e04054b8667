// What a test does to the stand-in and reads from it.
import type { Fault, Faults, TokenFault } from './fault.ts'
import type { FlowOptions } from './flow-options.ts'
import type { Endpoint, SeenHello, SeenRequest } from './journal.ts'
import { type Deed, type Managed, recordDeed } from './managed.ts'
import { hex, longSecret, tokenKey, uuid } from './chance.ts'
import { makeCertificate } from './certificate.ts'
import {
  type Outpost,
  type Person,
  type PersonOptions,
  type Provider,
  type ProviderChange,
  type ProviderOptions,
  redirectUris,
} from './model.ts'
import { newCode, revokeTokens } from './oauth.ts'
import { type InstanceHealth, type SocketData, type Sockets, instructions } from './socket.ts'
import {
  type AuthorizeAnswer,
  type AuthentikSession,
  type Invalidation,
  type State,
  addPerson,
  addProvider,
  changeProvider,
  openSession,
  personNamed,
  providerNamed,
} from './state.ts'
import { mint } from './tokens.ts'

/** Whether a change is announced with TRIGGER_UPDATE, as authentik does. Default true. */
export interface Announce {
  readonly announce?: boolean
}

/** Handle of a stand-in for a test. */
export class Control {
  readonly #state: State
  readonly #faults: Faults
  readonly #sockets: Sockets
  readonly #root: () => string

  constructor(state: State, faults: Faults, sockets: Sockets, root: () => string) {
    this.#state = state
    this.#faults = faults
    this.#sockets = sockets
    this.#root = root
  }

  // ── What happened ──

  /** Everything that an outpost of the specification would not have sent; right is an empty list. */
  violations(): readonly string[] {
    return [...this.#state.journal.violations]
  }

  /** Requests of the right form that were refused for their content. */
  refusals(): readonly string[] {
    return [...this.#state.journal.refusals]
  }

  /** Calls of an endpoint so far; `token:authorization_code` and `token:client_credentials` too. */
  calls(name: Endpoint | 'token:authorization_code' | 'token:client_credentials'): number {
    return this.#state.journal.calls(name)
  }

  /** Calls of all endpoints. */
  allCalls(): Record<string, number> {
    return this.#state.journal.allCalls()
  }

  /** The latest 2,000 requests, oldest first. */
  requests(endpoint?: Endpoint): readonly SeenRequest[] {
    return this.#state.journal.requests.filter(
      (request) => endpoint === undefined || request.endpoint === endpoint,
    )
  }

  hellos(): readonly SeenHello[] {
    return [...this.#state.journal.hellos]
  }

  /** Milliseconds between the HELLOs of each instance, in order; 10,000 is right, 15,000 too late. */
  helloGapsMs(): number[] {
    const latest = new Map<string, number>()
    return this.#state.journal.hellos.flatMap(({ instance, at }) => {
      const before = latest.get(instance)
      latest.set(instance, at)
      return before === undefined ? [] : [at - before]
    })
  }

  /** Bodies of the events that were reported. */
  events(): readonly Record<string, unknown>[] {
    return [...this.#state.journal.events]
  }

  /** Health as authentik's pages show it: HELLO not older than 15 s. */
  health(): InstanceHealth[] {
    return this.#sockets.health()
  }

  /** Open WebSocket connections. */
  sockets(): Readonly<SocketData>[] {
    return this.#sockets.list()
  }

  /** Resolves once `condition` holds; it is looked at after each thing that happens here. */
  until(condition: () => boolean, what: string, timeoutMs?: number): Promise<void> {
    return this.#state.journal.until(condition, what, timeoutMs)
  }

  /** Forgets counters, violations, refusals, requests, hellos and events. */
  clear(): void {
    this.#state.journal.clear()
  }

  // ── Faults ──

  /** Makes an endpoint, or all (`*`), go wrong until healed or `times` times. Faults add up. */
  fault(endpoint: Endpoint | '*', fault: Fault): void {
    this.#faults.set(endpoint, fault)
  }

  /** Makes all tokens minted from now on wrong; null ends it. */
  tokenFault(fault: TokenFault | null): void {
    this.#faults.token = fault
  }

  /** Ends the faults of an endpoint; without one, all. */
  heal(endpoint?: Endpoint | '*'): void {
    this.#faults.heal(endpoint)
  }

  faults(): ReturnType<Faults['list']> {
    return this.#faults.list()
  }

  /** Lets introspection accept tokens of every provider (CVE-2024-47077). */
  introspectAll(on: boolean): void {
    this.#state.introspectsAll = on
  }

  // ── Providers, outpost, certificates ──

  provider(name: string): Readonly<Provider> {
    return providerNamed(this.#state, name)
  }

  /** Adds a provider and assigns it to the outpost. */
  addProvider(options: ProviderOptions, { announce = true }: Announce = {}): Readonly<Provider> {
    const provider = addProvider(this.#state, options)
    this.#state.outpost.providers.push(provider.name)
    if (announce) this.trigger()
    return provider
  }

  /**
   * Changes a provider. A change of the application alone is never announced: authentik does not
   * either, such changes arrive with the next interval.
   */
  changeProvider(name: string, change: ProviderChange, { announce = true }: Announce = {}): void {
    changeProvider(this.#state, name, change)
    const { application: _, ...rest } = change
    if (announce && Object.keys(rest).length > 0) this.trigger()
  }

  /** Gives a provider another client secret, and says which. */
  changeSecret(name: string, announce: Announce = {}): string {
    const secret = longSecret(this.#state.random)
    this.changeProvider(name, { client_secret: secret }, announce)
    return secret
  }

  /** Removes a provider from the outpost; authentik itself still knows it. */
  unassignProvider(name: string, { announce = true }: Announce = {}): void {
    const { outpost } = this.#state
    outpost.providers = outpost.providers.filter((one) => one !== name)
    if (announce) this.trigger()
  }

  /** Deletes a provider. */
  removeProvider(name: string, announce: Announce = {}): void {
    const index = this.#state.providers.indexOf(providerNamed(this.#state, name))
    this.#state.providers.splice(index, 1)
    this.unassignProvider(name, announce)
  }

  /** Changes the outpost; `config` keys are set one by one. */
  changeOutpost(change: Partial<Omit<Outpost, 'pk'>>, { announce = true }: Announce = {}): void {
    const { outpost } = this.#state
    const config = { ...outpost.config, ...change.config }
    Object.assign(outpost, change, { config })
    if (announce) this.trigger()
  }

  outpost(): Readonly<Outpost> {
    return this.#state.outpost
  }

  /** PEM form of a certificate of the stand-in. */
  certificate(name: string): string {
    return this.#state.certificates.get(name)?.certificatePem ?? ''
  }

  /** Adds a certificate, or puts a fresh one for the same hosts under the same UUID. */
  rotateCertificate(
    name: string,
    hosts: readonly string[] = [],
    { announce = true }: Announce = {},
  ): void {
    const { certificates, random } = this.#state
    const old = certificates.get(name)
    const fresh = makeCertificate(old?.pk ?? uuid(random), name, old?.hosts ?? hosts)
    certificates.set(name, fresh)
    if (announce) this.trigger()
  }

  // ── What a person manages ──

  /** Policies, groups, further outposts and applications; a test changes them in place. */
  managed(): Managed {
    return this.#state.managed
  }

  /** Writes into the log that somebody did something; left out: in a browser. */
  did(deed: Deed): void {
    recordDeed(this.#state, deed)
  }

  // ── People and their sessions at authentik ──

  person(username: string): Readonly<Person> {
    return personNamed(this.#state, username)
  }

  addPerson(options: PersonOptions): void {
    addPerson(this.#state, options)
  }

  changePerson(username: string, change: Partial<Omit<Person, 'pk' | 'uuid'>>): void {
    Object.assign(personNamed(this.#state, username), change)
  }

  /** A fresh app password of a person. */
  addAppPassword(username: string): string {
    const password = tokenKey(this.#state.random)
    personNamed(this.#state, username).app_passwords.push(password)
    return password
  }

  /** Signs everyone who comes to authorize in as `username`, without a page; null shows the page. */
  autoSignIn(username: string | null): void {
    this.#state.autoSignIn = username
  }

  /** Lets authorize send people back with `error=access_denied` instead of a code. */
  answerAuthorize(answer: AuthorizeAnswer): void {
    this.#state.authorizeAnswer = answer
  }

  /** Whether the end-session endpoint ends the tokens of the provider alone, or the session. */
  invalidation(what: Invalidation): void {
    this.#state.invalidation = what
  }

  /** Changes stages of the authentication flow; what is not named stays. */
  flow(change: Partial<FlowOptions>): void {
    this.#state.flow = { ...this.#state.flow, ...change }
  }

  /** Live sessions at authentik. */
  sessions(): readonly AuthentikSession[] {
    return [...this.#state.sessions.entries()].map(([, session]) => session)
  }

  /** Ends sessions of a person (an administrator's "revoke"); SESSION_END for each. */
  endSessions(username: string): number {
    const ended = this.sessions().filter((session) => session.username === username)
    for (const { key, sid } of ended) {
      this.#state.sessions.delete(key)
      this.sessionEnd(sid)
    }
    return ended.length
  }

  /** An access token as a code flow would have given it; introspection knows it. */
  async accessToken(providerName: string, username: string): Promise<string> {
    const provider = providerNamed(this.#state, providerName)
    const person = personNamed(this.#state, username)
    const session = openSession(this.#state, username)
    const grant = { provider, person, session, scope: provider.scopes, nonce: null }
    return (await mint(this.#state, { ...grant, root: this.#root() }, this.#faults.token))
      .access_token
  }

  /** A code for a callback that no authorize request came before. */
  code(providerName: string, username: string, validMs = 60_000): string {
    const provider = providerNamed(this.#state, providerName)
    const session = openSession(this.#state, personNamed(this.#state, username).username)
    return newCode(this.#state, {
      client_id: provider.client_id,
      username,
      session,
      redirect_uri: redirectUris(provider)[0] ?? '',
      scope: provider.scopes,
      nonce: null,
      challenge: null,
      expiresAt: this.#state.clock.now() + validMs,
    })
  }

  /** Revokes all tokens of a person; nobody is told, as at authentik. */
  revokeTokens(username: string): number {
    return revokeTokens(this.#state, personNamed(this.#state, username), null)
  }

  // ── WebSocket ──

  /** Pushes TRIGGER_UPDATE. */
  trigger(): void {
    this.#sockets.push(instructions.triggerUpdate)
  }

  /** Pushes SESSION_END; most that an outpost gets do not concern it, so `sid` may be unknown. */
  sessionEnd(sid: string): void {
    this.#sockets.push(instructions.sessionEnd, { type: 'event.session.end', session_id: sid })
  }

  /** Pushes SESSION_END for `count` sessions that nobody has. */
  foreignSessionEnds(count: number): void {
    for (let left = count; left > 0; left--) this.sessionEnd(hex(this.#state.random, 32))
  }

  /** Pushes a message for another kind of outpost. */
  providerSpecific(args: Readonly<Record<string, unknown>> = {}): void {
    this.#sockets.push(instructions.providerSpecific, args)
  }

  /** Sends anything: text as it is, other values as JSON. */
  send(message: unknown): void {
    this.#sockets.send(message)
  }

  /** Ends all connections. */
  disconnect(how: 'close' | 'cut' = 'close'): void {
    this.#sockets.disconnect(how)
  }

  /** Denies new connections with 403. */
  refuseSockets(on: boolean): void {
    this.#state.refusesSockets = on
  }
}
