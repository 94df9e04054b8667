// The setting `watch.robot`: who signs in, how, and to whom alone the password may go.
import type { GateConfig } from '../gate.ts'
import { type Door, type RobotConfig, type WatchConfig, isOneTimeSeed } from '../watch.ts'
import type { Inspection } from './inspection.ts'
import { neededSecret, secretSetting } from './secret-setting.ts'
import type { WatchSettings } from './watch-section.ts'

type RobotSettings = NonNullable<WatchSettings['robot']>

const at = ['watch', 'robot']

/** What the robot is made from beside its own settings. */
export interface RobotSources {
  readonly doors: readonly Door[]
  readonly canary: Door | null
  readonly gate: GateConfig
}

/** The robot; null where none is declared, or none can be made. */
export function buildRobot(
  inspection: Inspection,
  { robot }: WatchSettings,
  { canary, doors, gate }: RobotSources,
): WatchConfig['robot'] {
  if (robot === undefined) return null
  const { password: inline, password_file: file } = robot
  const setting = { at, key: 'password', inline, file }
  const password = neededSecret(inspection, setting, 'the password of the robot')
  const authentik = authentikOf(inspection, robot, gate)
  const wanted = robot.host ?? canary?.host
  const own = doors.filter(({ host, tier }) => host === wanted && tier === 'required')
  const door = own.find(({ path }) => path === robot.path) ?? own[0]
  if (door === undefined) {
    inspection.report({
      id: 'unknown-door',
      path: [...at, ...(robot.host === undefined ? [] : ['host'])],
      message: `Found ${wanted === undefined ? 'no door' : `the host "${wanted}"`}, wanted one of tier "required" that is probed`,
      fix: 'Name the host of a service that the robot may enter',
    })
    return null
  }
  return {
    user: robot.user,
    password,
    method: robot.method,
    ...authentik,
    host: door.host,
    path: robot.path ?? door.path,
    signInEveryMs: robot.sign_in_every,
  }
}

/** What only the method `authentik` has. */
function authentikOf(
  inspection: Inspection,
  robot: RobotSettings,
  gate: GateConfig,
): Pick<RobotConfig, 'provider' | 'totpSeed'> {
  const { method, totp_seed: inline, totp_seed_file: file } = robot
  const seed = secretSetting(inspection, { at, key: 'totp_seed', inline, file })
  if (method !== 'authentik') {
    for (const key of ['provider', 'totp_seed', 'totp_seed_file'] as const)
      if (robot[key] !== undefined)
        inspection.report({
          id: 'foreign-key',
          path: [...at, key],
          message: `Found "${key}" for the method "${method}", wanted it for "authentik" alone`,
          fix: 'Remove it, or write "method: authentik"',
        })
    return {}
  }
  // Empty: it could not be read, which is said already, or was not wanted.
  if (seed !== null && seed !== '' && !isOneTimeSeed(seed))
    inspection.report({
      id: 'wrong-value',
      path: [...at, inline === undefined ? 'totp_seed_file' : 'totp_seed'],
      message: 'Found a seed that is hidden, wanted 16 or more characters of base32',
      fix: 'Write the secret that authentik showed when the code was set up, not the address around it',
    })
  const provider = robot.provider?.origin ?? knownOrigin(gate)
  reportProvider(inspection, provider, gate)
  return { provider: provider ?? '', ...(seed === null ? {} : { totpSeed: seed }) }
}

/** Where authentik is, as the rest of the configuration declares it. */
function knownOrigin({ identity, outpost }: GateConfig): string | null {
  const written = outpost?.browserOrigin ?? outpost?.address.baseUrl ?? null
  const [only, second] = identity.oidc
  const issuer = second === undefined ? (only?.issuer ?? null) : null
  return URL.parse(written ?? issuer ?? '')?.origin ?? null
}

function reportProvider(inspection: Inspection, provider: string | null, gate: GateConfig): void {
  if (provider === null)
    inspection.report({
      id: 'missing',
      path: at,
      message:
        'Missing "provider", wanted the origin of authentik such as "https://id.example.com"',
      fix: 'Add "provider": the password of the robot goes there and nowhere else',
    })
  else if (gate.secure && !provider.startsWith('https:'))
    inspection.report({
      id: 'wrong-value',
      path: [...at, 'provider'],
      message: `Found "${provider}", wanted an origin that begins with "https:": the password would go there in clear`,
      fix: 'Write the origin that people see in their browser',
    })
}
