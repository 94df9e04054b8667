// A watch as a file declares it, for tests of the commands that run one.
import { must } from '../std/assert.ts'
import { memoryFiles } from '../world/files.ts'
import { loadConfig } from '../config.ts'
import type { GateConfig } from '../gate.ts'
import type { WatchConfig } from '../watch.ts'

/** The file behind {@link sampleConfig}. */
export const sampleFile = `url: https://auth.example.com
domains: [example.com]
trusted_proxies: [10.0.0.0/8]
identity: { accounts: {} }
services:
  - { host: status.example.com, auth: none, reason: For all, upstream: 'http://10.0.0.4:80' }
  - { host: app.example.com, upstream: 'http://10.0.0.5:80' }
watch:
  control: ['https://www.example.org/']
  ingress: ['10.0.20.5:443']
  gates: ['http://10.0.20.9:9000']
`

const loaded = await loadConfig({
  files: memoryFiles({ '/c.yaml': sampleFile }),
  file: '/c.yaml',
  withSecrets: true,
})
const declared = must(loaded.ok ? loaded.value.watch : null, 'The sample is right')
const gate = must(loaded.ok ? loaded.value.gate : null, 'The sample is right')

/** A watch; `over` says what differs. */
export function sampleConfig(over: Partial<WatchConfig> = {}): WatchConfig {
  return { ...declared, ...over }
}

/** The gate of the same file, with no service; `over` says what differs. */
export function sampleGate(over: Partial<GateConfig> = {}): GateConfig {
  return { ...gate, services: [], ...over }
}
