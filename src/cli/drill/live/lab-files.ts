// The files of the lab: Caddy in front, Alertmanager behind, and the configuration of gate and watch. Pure.

/** What stands behind Caddy. */
export type LabKind = 'legacy' | 'gate'

/** Services of the lab; the last one is open to all. */
export const serviceCount = 20
/** Room of the small disk: so many files fill it. */
export const diskBytes = 2 * 1024 * 1024
/** Directory entries take a page each on a tmpfs. */
export const blockBytes = 4096
const domain = 'lab.localhost'

/** Hosts behind the gate. */
export const protectedHosts: readonly string[] = Array.from(
  { length: serviceCount - 1 },
  (_, i) => `service-${String(i + 1).padStart(2, '0')}.${domain}`,
)
/** The one host that is not. */
export const openHost = `open.${domain}`
/** Text that every service answers with. */
export const serviceMarker = 'A service of the lab'
/** Text of the sign-in page of the identity provider. */
export const signInMarker = 'Sign in to the lab'

/** Where everything listens on 127.0.0.1. */
export interface LabPorts {
  readonly proxy: number
  readonly gate: number
  readonly services: number
  readonly identity: number
  readonly control: number
  readonly alertmanager: number
  readonly receiver: number
}

/** Caddy asks the gate about each request to a protected host. Nothing of it leaves its directory. */
export function caddyfile(ports: LabPorts, authPath: string): string {
  const protectedSites = protectedHosts.map((host) => `http://${host}:${ports.proxy}`).join(', ')
  return `{
	admin off
	auto_https off
	skip_install_trust
}

${protectedSites} {
	bind 127.0.0.1
	forward_auth 127.0.0.1:${ports.gate} {
		uri ${authPath}
		copy_headers Remote-User
	}
	reverse_proxy 127.0.0.1:${ports.services}
}

http://${openHost}:${ports.proxy} {
	bind 127.0.0.1
	reverse_proxy 127.0.0.1:${ports.services}
}

http://auth.${domain}:${ports.proxy} {
	bind 127.0.0.1
	reverse_proxy 127.0.0.1:${ports.gate}
}
`
}

/** Alertmanager, grouped as docs/guide/notifications.md says, with waits of under a second. */
export function alertmanagerFile({ receiver }: LabPorts): string {
  return `route:
  receiver: lab
  group_by: [cause_id]
  group_wait: 200ms
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: lab
    webhook_configs:
      - url: http://127.0.0.1:${receiver}/
`
}

/** What the configuration depends on beside the ports. */
export interface LabPlace {
  readonly kind: LabKind
  readonly ports: LabPorts
  /** The small disk. */
  readonly disk: string
  readonly authPath: string
  /** Files of the store that is watched. */
  readonly files: string
}

/** One file for gate and watch. Times are the watch's, which run faster than those of the machine. */
export function labConfig({ authPath, disk, files, kind, ports }: LabPlace): string {
  const service = (host: string, more: string): string =>
    `  - { host: ${host}, upstream: 'http://127.0.0.1:${ports.services}', ${more} }`
  const identity =
    kind === 'legacy'
      ? `  identity_provider: { url: 'http://127.0.0.1:${ports.identity}/', marker: '${signInMarker}' }
  sign_in_origins: ['http://127.0.0.1:${ports.identity}']\n`
      : ''
  return `url: http://auth.${domain}:${ports.proxy}
domains: [${domain}]
trusted_proxies: [127.0.0.1]
listen: { http: '127.0.0.1:${ports.gate}', metrics: off }
data_dir: ${disk}
identity: { accounts: {} }
services:
${protectedHosts.map((host) => service(host, 'groups: [staff]')).join('\n')}
${service(openHost, 'auth: none')}
watch:
  interval: 1m
  door_interval: 15m
  timeout: 1m
  edge: false
  ingress: ['127.0.0.1:${ports.proxy}']
  gates: ['http://127.0.0.1:${ports.gate}']
  gate_path: ${authPath}
  gate_asked: protected
  control: ['http://127.0.0.1:${ports.control}/']
${identity}  stores:
    - name: sessions
      layer: gate_new
      path: ${disk}
      size: ${diskBytes}B
      block: ${blockBytes}B
      entry: 300B
      retention: 7d
      files: '${files}'
      probes_leave_entries: ${kind === 'legacy'}
notify:
  - { kind: alertmanager, name: alertmanager, url: 'http://127.0.0.1:${ports.alertmanager}' }
`
}
