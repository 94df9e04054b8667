// HAProxy (2.6 and newer): a Lua file of ours that asks the gate, and the part of haproxy.cfg around it.
import {
  authority,
  certificateDirectory,
  forwardedHeaders,
  gateConnectSeconds,
  gateTimeoutSeconds,
  identityNames,
  originParts,
  plainHostsFirst,
  slug,
  upstreamOf,
  upstreamRemark,
  wildcardSuffix,
} from './parts.ts'
import { renderLua } from './haproxy-lua.ts'
import type { Snippet, SnippetInput, SnippetService } from './snippet.ts'

/** HAProxy: see docs/guide/proxies.md. */
export const haproxy: Snippet = {
  directory: '/etc/haproxy',
  render: (input) => [
    { path: 'gatehouse.lua', text: renderLua(input) },
    { path: 'gatehouse.cfg', text: renderConfig(input) },
  ],
}

/** A regex on lower-case header names in which `-` and `_` are one: CGI makes them so. */
function anySpelling(name: string): string {
  return `^${name.toLowerCase().replaceAll('-', '[-_]')}$`
}

function renderConfig(input: SnippetInput): string {
  const { secure, port, host } = originParts(input.origin)
  const tls = secure ? ` ssl crt ${certificateDirectory}/haproxy.pem alpn h2,http/1.1` : ''
  const services = plainHostsFirst(input.services)
  const spoken = [...identityNames(input), ...forwardedHeaders].map(
    (name) => `    http-request del-header ${anySpelling(name)} -m reg`,
  )
  return `# Use as a second file: haproxy -f ${input.directory}/haproxy.cfg -f ${input.directory}/gatehouse.cfg
# (Debian: EXTRAOPTS="-f ${input.directory}/gatehouse.cfg" in /etc/default/haproxy), or paste it into the first.
global
    lua-load ${input.directory}/gatehouse.lua

frontend gatehouse
    mode http
    bind :${port}${tls}
    # Headers come at once; event streams and WebSockets may be silent for long.
    timeout http-request 30s
    timeout client 1h

    # The sign-in host: the gate's own pages. What answers proxies is not there from outside.
    acl gatehouse_host req.hdr(host),host_only -i ${host}
    http-request deny deny_status 404 if gatehouse_host { path,url_dec -m beg /_gatehouse/auth/ }
    http-request deny deny_status 404 if gatehouse_host { path,url_dec -m str /_gatehouse/denied }

    # What a client must not say: who is there and what was asked for, in any spelling.
${spoken.join('\n')}
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Host %[req.fhdr(host)]
    http-request set-header X-Forwarded-Proto ${secure ? 'https' : 'http'}
    # An upgrade to h2c would open a tunnel past the gate.
    http-request del-header Upgrade unless { req.hdr(upgrade) -m str -i websocket }
    http-request del-header HTTP2-Settings

    # A script that fails does not stop a request in HAProxy, so passing takes a word of its own.
    http-request lua.gatehouse unless gatehouse_host
    http-request deny deny_status 503 unless gatehouse_host or { var(txn.gatehouse) -m str allow }

    use_backend gatehouse if gatehouse_host
${services.map(renderUse).join('\n')}

backend gatehouse
    mode http
    timeout connect ${gateConnectSeconds}s
    timeout server ${gateTimeoutSeconds * 6}s
    server gatehouse ${input.gateAddress}
${services.map(renderBackend).join('')}`
}

function renderUse(service: SnippetService): string {
  const suffix = wildcardSuffix(service.host)
  const match = suffix === null ? `-i ${service.host}` : `-m end -i .${suffix}`
  return `    use_backend ${slug(service.host)} if { req.hdr(host),host_only ${match} }`
}

function renderBackend(service: SnippetService): string {
  const upstream = upstreamOf(service)
  const remark = upstreamRemark(service)
  const address = authority({ ...upstream, portIsDefault: false })
  const tls = upstream.secure
    ? ` ssl verify required ca-file @system-ca sni str(${upstream.host})`
    : ''
  return `
backend ${slug(service.host)}
    mode http
    timeout connect 5s
    timeout server 1h
    timeout tunnel 1h${remark === '' ? '' : `\n    # ${remark}`}
    server upstream ${address}${tls}
`
}
