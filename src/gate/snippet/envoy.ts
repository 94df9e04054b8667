// Envoy (1.25 and newer) with ext_authz over HTTP: a whole bootstrap file with one listener.
import { cookieLua } from './cookie-lua.ts'
import {
  type OriginParts,
  askedHeaders,
  certificateDirectory,
  forwardedHeaders,
  gateConnectSeconds,
  gateTimeoutSeconds,
  identityNames,
  indent,
  originParts,
  slug,
  systemCertificates,
  upstreamOf,
  upstreamRemark,
} from './parts.ts'
import type { Snippet, SnippetInput, SnippetService } from './snippet.ts'

/** Envoy: see docs/guide/proxies.md. */
export const envoy: Snippet = {
  directory: '/etc/envoy',
  render: (input) => [{ path: 'gatehouse.yaml', text: renderBootstrap(input) }],
}

/** Headers of a refusal that the client gets; status and body come by themselves. */
const clientHeaders = [
  'Cache-Control',
  'Content-Security-Policy',
  'Content-Type',
  'Location',
  'Referrer-Policy',
  'Retry-After',
  'Vary',
  'WWW-Authenticate',
  'X-Content-Type-Options',
  'X-Gatehouse-Decision',
  'X-Gatehouse-Request-Id',
  'X-Gatehouse-Sign-In',
]

const extensions = 'type.googleapis.com/envoy.extensions'

function renderBootstrap(input: SnippetInput): string {
  const { port } = originParts(input.origin)
  const gate = originParts(`http://${input.gateAddress}`)
  const clusters = [
    renderCluster('gatehouse', gate, ''),
    ...input.services.map((service) =>
      renderCluster(slug(service.host), upstreamOf(service), upstreamRemark(service)),
    ),
  ]
  return `# envoy -c ${input.directory}/gatehouse.yaml
static_resources:
  listeners:
    - name: gatehouse
      address: { socket_address: { address: 0.0.0.0, port_value: ${port} } }
      filter_chains:
        - name: gatehouse
${indent(renderTls(input), 10)}          filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
${indent(renderConnectionManager(input), 16)}
  clusters:
${indent(clusters.join('\n'), 4)}
`
}

function renderTls(input: SnippetInput): string {
  if (!originParts(input.origin).secure) return ''
  return `transport_socket:
  name: envoy.transport_sockets.tls
  typed_config:
    "@type": ${extensions}.transport_sockets.tls.v3.DownstreamTlsContext
    common_tls_context:
      alpn_protocols: [h2, http/1.1]
      tls_certificates:
        - certificate_chain: { filename: ${certificateDirectory}/fullchain.pem }
          private_key: { filename: ${certificateDirectory}/privkey.pem }
`
}

function renderConnectionManager(input: SnippetInput): string {
  const dropped = [
    ...identityNames(input),
    ...forwardedHeaders,
    'X-Forwarded-For',
    'X-Forwarded-Host',
  ]
  const hosts = [renderSignInHost(input), ...input.services.map(renderVirtualHost)]
  return `"@type": ${extensions}.filters.network.http_connection_manager.v3.HttpConnectionManager
stat_prefix: gatehouse
# X-Forwarded-For becomes the address of the connection. Behind another proxy: take X-Forwarded-For
# off the mutations below and set xff_num_trusted_hops.
use_remote_address: true
# Remote_User is read as Remote-User by many services: names with underscores do not get in.
common_http_protocol_options: { headers_with_underscores_action: DROP_HEADER }
# Envoy must not tidy the path: what the gate judges is what the service gets.
normalize_path: false
merge_slashes: false
upgrade_configs: [{ upgrade_type: websocket }]
# Before anything else looks at the request: what a client must not say about itself.
early_header_mutation_extensions:
  - name: envoy.http.early_header_mutation.header_mutation
    typed_config:
      "@type": ${extensions}.http.early_header_mutation.header_mutation.v3.HeaderMutation
      mutations:
${dropped.map((name) => `        - remove: ${name.toLowerCase()}`).join('\n')}
http_filters:
${indent(renderFilter(input), 2)}
${indent(renderCookieFilter(input), 2)}
  - name: envoy.filters.http.router
    typed_config:
      "@type": ${extensions}.filters.http.router.v3.Router
${renderLocalReplies()}
route_config:
  # "app.example.com" and "app.example.com:443" are one host.
  ignore_port_in_host_matching: true
  virtual_hosts:
${indent(hosts.join('\n'), 4)}`
}

/** A list of exact names for a ListStringMatcher. */
function patterns(names: readonly string[]): string {
  return names.map((name) => `    - exact: ${name.toLowerCase()}`).join('\n')
}

function renderFilter(input: SnippetInput): string {
  return `- name: envoy.filters.http.ext_authz
  typed_config:
    "@type": ${extensions}.filters.http.ext_authz.v3.ExtAuthz
    # A gate that does not answer means no, never yes.
    failure_mode_allow: false
    status_on_error: { code: ServiceUnavailable }
    # Method, path and Host travel by themselves; of the rest only what the gate reads. No body.
    allowed_headers:
      patterns:
${indent(patterns([...askedHeaders, 'Upgrade', 'X-Forwarded-For', 'X-Forwarded-Proto']), 4)}
    http_service:
      path_prefix: /_gatehouse/auth/envoy
      server_uri:
        uri: http://${input.gateAddress}
        cluster: gatehouse
        timeout: ${gateTimeoutSeconds}s
      authorization_response:
        # The gate sets every one in every answer, empty when nobody is there.
        allowed_upstream_headers:
          patterns:
${indent(patterns(identityNames(input)), 8)}
        allowed_client_headers:
          patterns:
${indent(patterns(clientHeaders), 8)}`
}

/** Envoy takes any 5xx of the gate for an error and throws its page away, so it gets pages of its own. */
function renderLocalReplies(): string {
  const mapper = (accept: string, type: string, text: string): string => `    - filter:
        and_filter:
          filters:
            - response_flag_filter: { flags: [UAEX] }
            - status_code_filter:
                comparison: { op: EQ, value: { default_value: 503, runtime_key: gatehouse_unavailable } }
            - header_filter: { header: { name: accept, ${accept} } }
      headers_to_add:
        - header: { key: retry-after, value: "5" }
        - header: { key: cache-control, value: no-store }
        - header: { key: x-gatehouse-decision, value: "unavailable; no-answer" }
      body_format_override:
        content_type: ${type}
        text_format_source: { inline_string: '${text}' }`
  const contains = 'string_match: { contains: text/html }'
  const page =
    '<!doctype html><meta http-equiv="refresh" content="5"><title>One moment</title><p>The gate does not answer. This page reloads by itself.</p>'
  const json = '{"error":"unavailable","message":"The gate does not answer"}'
  return `# Envoy keeps nothing of an answer 5xx: what people and programs see then is said here.
local_reply_config:
  mappers:
${mapper(contains, 'text/html; charset=utf-8', page)}
${mapper(`${contains}, invert_match: true, treat_missing_header_as_empty: true`, 'application/json', json)}`
}

function renderCookieFilter(input: SnippetInput): string {
  return `# The session cookie is the gate's: a service that leaks it would leak the person's whole access.
- name: envoy.filters.http.lua
  typed_config:
    "@type": ${extensions}.filters.http.lua.v3.Lua
    default_source_code:
      inline_string: |
${indent(cookieLua(input.sessionCookie), 8)}
        function envoy_on_request(handle)
          local cookie = handle:headers():get("cookie")
          if cookie == nil then
            return
          end
          local kept = without_session(cookie)
          handle:headers():remove("cookie")
          if kept ~= "" then
            handle:headers():add("cookie", kept)
          end
        end`
}

function renderSignInHost(input: SnippetInput): string {
  return `# The sign-in host: the gate's own pages. What answers proxies is not there from outside.
- name: gatehouse
  domains: ["${originParts(input.origin).host}"]
  typed_per_filter_config:
    envoy.filters.http.ext_authz:
      "@type": ${extensions}.filters.http.ext_authz.v3.ExtAuthzPerRoute
      disabled: true
    # The gate itself needs its cookie.
    envoy.filters.http.lua:
      "@type": ${extensions}.filters.http.lua.v3.LuaPerRoute
      disabled: true
  routes:
    - match: { prefix: /_gatehouse/auth/ }
      direct_response: { status: 404 }
    - match: { path: /_gatehouse/denied }
      direct_response: { status: 404 }
    - match: { prefix: / }
      route: { cluster: gatehouse }`
}

function renderVirtualHost(service: SnippetService): string {
  return `- name: ${slug(service.host)}
  domains: ["${service.host}"]
  routes:
    # No limit on the whole exchange: event streams, WebSockets and large uploads take their time.
    - match: { prefix: / }
      route: { cluster: ${slug(service.host)}, timeout: 0s, idle_timeout: 3600s }`
}

function renderCluster(name: string, parts: OriginParts, remark: string): string {
  const tls = `
  transport_socket:
    name: envoy.transport_sockets.tls
    typed_config:
      "@type": ${extensions}.transport_sockets.tls.v3.UpstreamTlsContext
      sni: ${parts.host}
      # Without this Envoy takes any certificate.
      common_tls_context:
        validation_context:
          trusted_ca: { filename: ${systemCertificates} }
          match_typed_subject_alt_names:
            - { san_type: DNS, matcher: { exact: ${parts.host} } }`
  return `- name: ${name}
  type: STRICT_DNS
  connect_timeout: ${gateConnectSeconds}s
  load_assignment:
    cluster_name: ${name}
    endpoints:
      - lb_endpoints:${remark === '' ? '' : `\n          # ${remark}`}
          - endpoint:
              address:
                socket_address: { address: "${parts.host}", port_value: ${parts.port} }${parts.secure ? tls : ''}`
}
