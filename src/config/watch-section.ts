// The section `watch`: doors out of services, defaults out of the gate's own settings, and what is missing.
import { resolve } from 'node:path'
import { type GateConfig, compilePolicy } from '../gate.ts'
import { type Hostname, isHostPattern } from '../model/host.ts'
import { parseAddress } from '../model/network.ts'
import type { Rule } from '../model/service.ts'
import { suggest } from '../std/suggest.ts'
import type { Path } from '../std/schema/json-schema.ts'
import {
  type Door,
  type DoorOverride,
  type WatchConfig,
  declaredDoors,
  monitorFindings,
  planOf,
  watchFindings,
} from '../watch.ts'
import type { Inspection } from './inspection.ts'
import type { Settings } from './schema.ts'
import { secretSetting } from './secret-setting.ts'
import { watchFields } from './watch-fields.ts'
import { buildProgram } from './watch-program.ts'
import { buildRobot } from './watch-robot.ts'
import { buildChanges, buildChannels, buildStores, buildWitnesses } from './watch-parts.ts'

/** The section as it is written, in the right form. */
export type WatchSettings = NonNullable<Settings['watch']>

/** What reads the sections `watch` and `notify`. */
export interface WatchPart {
  readonly fields: typeof watchFields
  /**
   * The watch of a configuration; null where none is declared. Findings go to `inspection`. With
   * `refusesWeakWatch` a watch that cannot tell its layers apart is an error; without it a warning, since no
   * gate and no watch stays down for that.
   */
  build(
    inspection: Inspection,
    gate: GateConfig | null,
    how: { readonly refusesWeakWatch?: boolean },
  ): WatchConfig | null
}

/** See {@link WatchPart}. */
export const watchPart: WatchPart = { fields: watchFields, build: buildWatch }

function buildWatch(
  inspection: Inspection,
  gate: GateConfig | null,
  { refusesWeakWatch = false }: Parameters<WatchPart['build']>[2],
): WatchConfig | null {
  const settings = inspection.settings.watch
  if (settings === undefined) reportUnused(inspection)
  if (settings === undefined || gate === null) return null
  const { doorRules, doors, unprobed } = buildDoors(inspection, settings, gate)
  const canaries = buildCanaries(inspection, settings, doors)
  const program = buildProgram(inspection, settings, { doors, canary: canaries.protected, gate })
  const config: WatchConfig = {
    doors,
    doorRules,
    intervalMs: settings.interval,
    doorIntervalMs: settings.door_interval,
    timeoutMs: settings.timeout,
    verifyTls: settings.verify_tls,
    canaries,
    ...buildPlaces(settings, gate),
    identityProvider: buildIdentityProvider(settings, gate),
    robot: buildRobot(inspection, settings, { doors, canary: canaries.protected, gate }),
    ...(program === null ? {} : { program }),
    ...(settings.layers_as_one === undefined ? {} : { layersAsOne: settings.layers_as_one }),
    stores: buildStores(inspection, settings),
    witnesses: buildWitnesses(inspection, settings),
    channels: buildChannels(inspection),
    changes: buildChanges(settings),
    probeKey: probeKey(inspection, settings),
    dataDir: resolve(gate.dataDir, 'watch'),
  }
  for (const { serviceIndex, host } of unprobed)
    inspection.report({
      id: 'unprobed-host',
      severity: 'warning',
      path: ['services', serviceIndex, 'host'],
      message: `Nothing under "${host}" is probed: a wildcard says no name to knock at`,
      fix: `Add to "watch.doors": { host: "${host}", probe_host: "probe${host.slice(1)}" }, or skip it there with a reason`,
    })
  for (const { path, severity, ...finding } of watchFindings(config, planOf(config)))
    inspection.report({
      ...finding,
      severity: refusesWeakWatch ? severity : 'warning',
      path: ['watch', ...path],
    })
  for (const { path, ...finding } of monitorFindings(config, (at) => readable(inspection, at)))
    inspection.report({ ...finding, severity: 'warning', path: ['watch', ...path] })
  return config
}

function readable({ files }: Inspection, path: string): string | null {
  const text = files.readText(path)
  return text.ok ? text.value : null
}

type Places = Pick<
  WatchConfig,
  | 'scheme'
  | 'port'
  | 'control'
  | 'resolvers'
  | 'insideResolvers'
  | 'families'
  | 'edge'
  | 'ingress'
  | 'gates'
  | 'gatePath'
  | 'openAsksGate'
  | 'signInOrigins'
  | 'peers'
>

/** Where everything is; what is left out follows from where the gate is. */
function buildPlaces(settings: WatchSettings, gate: GateConfig): Places {
  const { control = [], gates = [], ingress = [], peers = [], resolvers = [] } = settings
  const scheme = settings.scheme ?? (gate.secure ? 'https' : 'http')
  return {
    scheme,
    port: settings.port ?? portOf(gate.origin, scheme),
    control,
    resolvers,
    ...buildNames(settings),
    edge: settings.edge,
    ingress,
    gates: gates.map(({ origin }) => origin),
    gatePath: settings.gate_path,
    openAsksGate: (settings.gate_asked ?? (gate.outpost === null ? 'all' : 'protected')) === 'all',
    signInOrigins: settings.sign_in_origins ?? signInOrigins(gate),
    peers: peers.map(({ name, url }) => ({ name, url })),
  }
}

/** By which addresses the public names are asked. */
function buildNames(settings: WatchSettings): Pick<Places, 'insideResolvers' | 'families'> {
  return {
    insideResolvers: settings.inside_resolvers ?? [],
    families: [...new Set(settings.families)],
  }
}

function portOf(origin: string, scheme: Places['scheme']): number {
  const { port } = new URL(origin)
  if (port !== '') return Number(port)
  return scheme === 'https' ? 443 : 80
}

function reportUnused(inspection: Inspection): void {
  if (inspection.settings.notify === undefined || inspection.isDamaged(['watch'])) return
  inspection.report({
    id: 'notify-without-watch',
    severity: 'warning',
    path: ['notify'],
    message: 'Found "notify" without "watch": nobody is ever told anything',
    fix: 'Add "watch"',
  })
}

function buildDoors(inspection: Inspection, settings: WatchSettings, gate: GateConfig) {
  const policy = compilePolicy(gate.services)
  const clientAddress = watchAddress(inspection, settings)
  const ruleAt = (host: Hostname, path: string): Rule | null => {
    const match = policy.match({ host, path, method: 'GET', clientAddress })
    return match.kind === 'rule' ? match.compiled.rule : null
  }
  const known = gate.services.map(({ host }) => host)
  const overrides = (settings.doors ?? []).map((door, i): DoorOverride => {
    const at: Path = ['watch', 'doors', i]
    // A cluster may have it, or get it while the watch runs.
    const mayCome = inspection.settings.services_from?.kubernetes !== undefined
    if (!mayCome && !known.includes(door.host) && !inspection.isDamaged(['services'])) {
      const meant = suggest(door.host, known)
      inspection.report({
        id: 'unknown-host',
        path: [...at, 'host'],
        message: `Found the host "${door.host}", wanted one of those under "services"`,
        fix: meant === null ? 'Declare it under "services"' : `Write "${meant}"`,
      })
    }
    return {
      host: door.host,
      probeHost: probeHost(inspection, [...at, 'probe_host'], door),
      path: door.path ?? null,
      tier: door.auth ?? null,
      headers: Object.fromEntries(door.headers ?? []),
      statuses: door.statuses ?? [],
      marker: door.marker ?? null,
      skip: door.skip ?? null,
    }
  })
  const declared = declaredDoors({ services: gate.services, overrides, ruleAt })
  return { ...declared, doorRules: { overrides, clientAddress } }
}

function watchAddress(inspection: Inspection, { address }: WatchSettings): string | null {
  if (address === undefined) return null
  const parsed = parseAddress(address)
  if (parsed === null)
    inspection.report({
      id: 'wrong-value',
      path: ['watch', 'address'],
      message: `Found "${address}", wanted an address such as "10.0.0.7"`,
      fix: 'Write the address without a port',
    })
  return parsed
}

type DoorSettings = NonNullable<WatchSettings['doors']>[number]

function probeHost(inspection: Inspection, path: Path, door: DoorSettings): Hostname | null {
  const { host, probe_host: probe } = door
  if (probe === undefined) return null
  const isBelow = isHostPattern(host) && probe.endsWith(host.slice(1)) && !isHostPattern(probe)
  if (isBelow) return probe
  inspection.report({
    id: 'wrong-probe-host',
    path,
    message: isHostPattern(host)
      ? `Found "${probe}", wanted a name below "${host.slice(2)}"`
      : `Found a "probe_host" beside "${host}", which is no wildcard`,
    fix: isHostPattern(host) ? `Write "probe${host.slice(1)}"` : 'Remove it',
  })
  return null
}

function buildCanaries(
  inspection: Inspection,
  { canaries, robot }: WatchSettings,
  doors: readonly Door[],
): WatchConfig['canaries'] {
  const find = (key: 'open' | 'protected', tier: Door['tier'], wish?: string): Door | null => {
    const fitting = doors.filter((door) => door.tier === tier && isPlain(door))
    const named = canaries[key]
    if (named === undefined) return fitting.find(({ host }) => host === wish) ?? bestOf(fitting)
    const found = fitting.find(({ id, host }) => id === named || host === named)
    if (found !== undefined) return found
    const meant = suggest(
      named,
      fitting.flatMap(({ id, host }) => [id, host]),
    )
    inspection.report({
      id: 'unknown-door',
      path: ['watch', 'canaries', key],
      message: `Found "${named}", wanted a host of tier "${tier}" under "services", perhaps with a path that is probed`,
      fix: meant === null ? 'Leave it out for the first that fits' : `Write "${meant}"`,
    })
    return null
  }
  return { open: find('open', 'none'), protected: find('protected', 'required', robot?.host) }
}

/** The first whose service can also be asked directly: that tells the gate from the service. */
function bestOf(doors: readonly Door[]): Door | null {
  return doors.find(({ upstream }) => upstream !== null) ?? doors[0] ?? null
}

function isPlain({ headers }: Door): boolean {
  return Object.keys(headers).length === 0
}

/** The gate sends strangers to its own pages; an outpost of authentik to its start, and on to authentik. */
function signInOrigins({ identity, origin, outpost }: GateConfig): readonly string[] {
  const own = identity.oidc.length > 0 || identity.accounts !== null || outpost === null
  const authentik = outpost?.browserOrigin ?? outpost?.address.baseUrl ?? ''
  return [
    ...(own ? [`${origin}/_gatehouse/sign-in`] : []),
    ...(outpost === null ? [] : ['/outpost.goauthentik.io/start']),
    ...(URL.canParse(authentik) ? [new URL(authentik).origin] : []),
  ]
}

function buildIdentityProvider(
  { identity_provider: declared }: WatchSettings,
  { identity }: GateConfig,
): WatchConfig['identityProvider'] {
  if (declared !== undefined)
    return { url: declared.url, marker: declared.marker ?? null, jwksUrl: declared.jwks ?? null }
  const [only, second] = identity.oidc
  if (only === undefined || second !== undefined) return null
  const url = `${only.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  return { url, marker: 'authorization_endpoint', jwksUrl: null }
}

function probeKey(inspection: Inspection, settings: WatchSettings): string {
  const { probe_key: inline, probe_key_file: file } = settings
  return secretSetting(inspection, { at: ['watch'], key: 'probe_key', inline, file }) ?? ''
}
