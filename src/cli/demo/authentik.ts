// The demo as an outpost: a stand-in of authentik in a process of its own, one provider of each mode.
import { join } from 'node:path'
import { type LoadedConfig, loadOutpostEnvironment } from '../../config.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { startChild } from '../../world/child.ts'
import type { World } from '../../world/world.ts'
import { report } from '../load.ts'
import { version } from '../version.ts'

/** What the stand-in is started with. */
export interface StandInOptions {
  /** Port of the demo proxy: part of every external host. */
  readonly port: number
  /** Where the sample services are, for the provider that proxies. */
  readonly samplesOrigin: string
  readonly people: readonly { readonly user: string; readonly password: string }[]
  /** File that the stand-in reads its people and providers from. */
  readonly optionsFile: string
}

/** A running stand-in and the configuration of its outpost. */
export interface StandIn {
  readonly loaded: LoadedConfig
  /** Its page of limits: slow, broken, changed secrets. */
  readonly controlUrl: string
  close(): Promise<void>
}

/** Path below which the outpost itself answers, on every host. */
export const outpostPath = '/outpost.goauthentik.io/'

/** Starts authentik's stand-in and reads the outpost's configuration as from its environment. */
export async function startStandIn(
  world: World,
  options: StandInOptions,
): Promise<Result<StandIn, readonly string[]>> {
  const { files, process } = world
  const written = files.writeAtomic(options.optionsFile, JSON.stringify(estate(options)), 0o600)
  if (!written.ok)
    return err([`Writing "${options.optionsFile}" failed with "${written.error.code}"`])
  const script = join(import.meta.dir, '../../../test/peers/authentik/main.ts')
  if (!files.exists(script))
    return err([`The stand-in of authentik is not part of this installation: "${script}"`])
  const child = startChild(script, ['--options', options.optionsFile, '--until-stdin-ends'])
  const line = await child.firstLine()
  if (line === null)
    return err([
      'The stand-in of authentik did not start: run "npm test" once, it needs what tests need',
    ])
  const { controlUrl, token, url }: { controlUrl: string; token: string; url: string } =
    JSON.parse(line)
  const loaded = loadOutpostEnvironment({
    env: { AUTHENTIK_HOST: url, AUTHENTIK_TOKEN: token },
    files,
    version,
    hasIpv6: process.hasIpv6(),
  })
  if (loaded.ok) return ok({ loaded: loaded.value, controlUrl, close: () => child.stop() })
  await child.stop()
  return err([report('environment', loaded.error)])
}

/** One provider of each mode, and who is in which group. */
function estate({ people, port, samplesOrigin }: StandInOptions): object {
  const at = (host: string): string => `http://${host}.home.localhost:${port}`
  const groups: Readonly<Record<string, readonly string[]>> = {
    alice: ['operators', 'writers'],
    rosa: ['family'],
  }
  return {
    people: people.map(({ password, user }) => ({
      username: user,
      name: user,
      password,
      groups: groups[user] ?? [],
    })),
    providers: [
      {
        name: 'grafana',
        external_host: at('grafana'),
        mode: 'forward_single',
        application: { name: 'Grafana', bindings: [{ group: 'operators' }] },
      },
      {
        name: 'home',
        external_host: at('auth'),
        mode: 'forward_domain',
        cookie_domain: 'home.localhost',
        application: { name: 'Home' },
      },
      {
        name: 'wiki',
        external_host: at('wiki'),
        internal_host: samplesOrigin,
        mode: 'proxy',
        application: { name: 'Wiki' },
      },
    ],
  }
}
