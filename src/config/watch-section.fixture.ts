// A file with a watch that can tell every layer, and ways to load it with other lines.
import { must } from '../std/assert.ts'
import type { WatchConfig } from '../watch.ts'
import { memoryFiles } from '../world/files.ts'
import { loadConfig } from './load.ts'

/** Where it is. */
export const file = '/etc/gatehouse/gatehouse.yaml'

/** Loads it, with what stands in other files. */
export async function load(text: string, others: Record<string, string> = {}) {
  return loadConfig({ files: memoryFiles({ [file]: text, ...others }), file, withSecrets: true })
}

/** `path id` of all that is said about it. */
export async function findings(text: string, others: Record<string, string> = {}) {
  const loaded = await load(text, others)
  return (loaded.ok ? loaded.value.warnings : loaded.error).map(({ id, path }) => `${path} ${id}`)
}

/** Its watch; throws where there is none. */
export async function watchOf(
  text: string,
  others: Record<string, string> = {},
): Promise<WatchConfig> {
  const loaded = await load(text, others)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error, null, 2))
  return must(loaded.value.watch, 'There is a watch')
}

/** A file that is right and has a watch that can tell every layer. */
export const right = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity:
  oidc: { issuer: https://id.example.com, client_id: gatehouse, client_secret: of-the-provider }
services:
  - { host: status.example.com, auth: none, upstream: "http://10.0.0.4:80" }
  - host: app.example.com
    upstream: http://10.0.0.5:3000
    groups: [staff]
    paths: [{ path: /api/health, auth: none }, { path: /lan/**, auth: none, networks: [10.0.0.0/8] }]
watch:
  control: ["https://www.example.org/"]
  families: [ipv4]
  ingress: ["10.0.20.5:443"]
  gates: ["http://10.0.20.9:9000"]
  robot: { user: robot, password_file: /run/secrets/robot }
`
/** Secrets that it names, by path. */
export const secrets = { '/run/secrets/robot': 'of the robot\n' }

/** The same with further lines in the section watch, or after it. */
export const withWatch = (...lines: readonly string[]): string =>
  right + lines.map((line) => `  ${line}\n`).join('')
/** The same with channels. */
export const withNotify = (...lines: readonly string[]): string =>
  `${right}notify:\n${lines.map((line) => `  - ${line}\n`).join('')}`
