// Caddy (2.5 and newer) with forward_auth: one snippet to import into a site, and the sites.
import {
  authority,
  gateConnectSeconds,
  gateTimeoutSeconds,
  identityNames,
  originParts,
  regexEscape,
  spellingsToDrop,
  upstreamOf,
  upstreamRemark,
  wildcardSuffix,
} from './parts.ts'
import type { Snippet, SnippetInput, SnippetService } from './snippet.ts'

/** Caddy: see docs/guide/proxies.md. */
export const caddy: Snippet = {
  directory: '/etc/caddy',
  render: (input) => [{ path: 'gatehouse.caddy', text: renderCaddyfile(input) }],
}

/** Go's canonical form of a header name, which Caddy's placeholders are keyed by. */
function canonicalHeader(name: string): string {
  return name
    .toLowerCase()
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('-')
}

function renderCaddyfile(input: SnippetInput): string {
  return `# Save beside the Caddyfile and write in it, below any global options: import gatehouse.caddy
# Behind another proxy, list it: { servers { trusted_proxies static 192.0.2.0/24 } } (Caddy 2.6.3 and newer)

${renderSnippetBlock(input)}
${renderSignInSite(input)}
${input.services.map((service) => renderSite(service, input)).join('\n')}`
}

function renderSnippetBlock(input: SnippetInput): string {
  const names = identityNames(input)
  const set = names.map(
    (name) => `request_header ${name} {http.reverse_proxy.header.${canonicalHeader(name)}}`,
  )
  const dropped = spellingsToDrop(input)
    .filter((name) => !names.includes(name))
    .map((name) => `request_header -${name}`)
  const cookie = regexEscape(input.sessionCookie)
  return `# Spellings that a service could take for a header of the gate, and what only a client would send.
(gatehouse_strip) {
${tabs(dropped)}
}

# Import this in every site that Gatehouse protects. Caddy sorts directives: forward_auth and
# request_header run before handle, route and reverse_proxy, wherever the import stands.
(gatehouse) {
	forward_auth ${input.gateAddress} {
		# The question mark takes the client's query off: the gate reads it in X-Forwarded-Uri.
		uri /_gatehouse/auth/caddy?
		copy_headers ${names.join(' ')}
		# The gate answers at once and never reads a body.
		header_up -Expect
		transport http {
			dial_timeout ${gateConnectSeconds}s
			response_header_timeout ${gateTimeoutSeconds}s
			keepalive 90s
			keepalive_idle_conns_per_host 32
		}
	}

	# Who is there, in the gate's words. copy_headers alone is not enough: Caddy 2.10.0 to 2.11.1 skips
	# an empty answer and leaves the client's own header standing (CVE-2026-30851).
${tabs(set)}

	import gatehouse_strip

	# WebSocket, and no other protocol: an upgrade to h2c would open a tunnel past the gate.
	@gatehouse_upgrade {
		header Upgrade *
		not header_regexp Upgrade (?i)^websocket$
	}
	request_header @gatehouse_upgrade -Upgrade
	request_header -HTTP2-Settings

	# The session cookie is the gate's: a service that leaks it would leak the person's whole access.
	request_header Cookie "(^|;)\\s*${cookie}=[^;]*" "$1"
	request_header Cookie ";[;\\s]*;\\s*" "; "
	request_header Cookie "^[;\\s]+(.?)" "$1"
	request_header Cookie "(.)[;\\s]+$" "$1"
}
`
}

function tabs(lines: readonly string[]): string {
  return lines.map((line) => `\t${line}`).join('\n')
}

/** Site address: the scheme is written where Caddy would otherwise fetch a certificate. */
function siteAddress(host: string, input: SnippetInput): string {
  const { secure, port, portIsDefault } = originParts(input.origin)
  if (!secure) return `http://${host}:${port}`
  return portIsDefault ? host : `https://${host}:${port}`
}

function renderSignInSite(input: SnippetInput): string {
  const dropped = identityNames(input).map((name) => `request_header -${name}`)
  return `# The sign-in host: the gate's own pages.
${siteAddress(originParts(input.origin).host, input)} {
	# These answer proxies. From outside they are not there.
	@gatehouse_for_proxies path /_gatehouse/auth/* /_gatehouse/denied
	respond @gatehouse_for_proxies 404

	import gatehouse_strip
${tabs(dropped)}
	reverse_proxy ${input.gateAddress}
}
`
}

function renderSite(service: SnippetService, input: SnippetInput): string {
  const upstream = upstreamOf(service)
  const remark = upstreamRemark(service)
  const target = `${upstream.secure ? 'https://' : ''}${authority({ ...upstream, portIsDefault: false })}`
  const wildcard = wildcardSuffix(service.host) !== null && originParts(input.origin).secure
  return `${siteAddress(service.host, input)} {
${wildcard ? '\t# A wildcard certificate needs the DNS challenge: see the tls directive.\n' : ''}	import gatehouse
${remark === '' ? '' : `\t# ${remark}\n`}	reverse_proxy ${target} {
		# Events leave as they come.
		flush_interval -1
	}
}
`
}
