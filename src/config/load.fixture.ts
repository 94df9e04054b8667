// What tests of the configuration load: one text as a file, and a configuration that is right.
import { memoryFiles } from '../world/files.ts'
import { loadConfig } from './load.ts'

/** The file of these tests. */
export const file = '/etc/gatehouse/gatehouse.yaml'

/** Loads YAML text as the file above, with further files beside it. */
export async function load(text: string, others: Record<string, string> = {}) {
  return loadConfig({ files: memoryFiles({ [file]: text, ...others }), file, withSecrets: true })
}

/** `path id: message` of every finding. */
export async function findings(text: string, others: Record<string, string> = {}) {
  const loaded = await load(text, others)
  return (loaded.ok ? loaded.value.warnings : loaded.error).map(
    ({ id, path, message }) => `${path} ${id}: ${message}`,
  )
}

/** A configuration that is right; tests put one thing in the place of another. */
export const right = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity: { accounts: {} }
services:
  - { host: app.example.com }
`
