// nginx (1.22 and newer) with auth_request: shared maps, one include for protected servers, examples.
import {
  askedHeaders,
  authority,
  certificateDirectory,
  gateConnectSeconds,
  gateTimeoutSeconds,
  identityNames,
  indent,
  originParts,
  regexEscape,
  spellingsToDrop,
  systemCertificates,
  upstreamOf,
  upstreamRemark,
} from './parts.ts'
import type { Snippet, SnippetInput, SnippetService } from './snippet.ts'

/** nginx: see docs/guide/proxies.md. */
export const nginx: Snippet = {
  directory: '/etc/nginx',
  render: (input) => [
    { path: 'snippets/gatehouse.conf', text: renderInclude(input) },
    { path: 'snippets/gatehouse-headers.conf', text: renderHeaders(input) },
    { path: 'conf.d/gatehouse.conf', text: renderServers(input) },
  ],
}

/** nginx's variable for a request header. */
function requestVariable(name: string): string {
  return `$http_${name.toLowerCase().replaceAll('-', '_')}`
}

/** Variable of ours that holds what the gate said in an identity header. */
function identityVariable(name: string): string {
  return `$gatehouse_${name.toLowerCase().replaceAll('-', '_')}`
}

function renderHeaders(input: SnippetInput): string {
  const identity = identityNames(input).map(
    (name) => `proxy_set_header ${name} ${identityVariable(name)};`,
  )
  const names = identityNames(input)
  const dropped = spellingsToDrop(input)
    .filter((name) => !names.includes(name))
    .map((name) => `proxy_set_header ${name} '';`)
  return `# What a service is told. Included by gatehouse.conf for the whole server. A location that has a
# proxy_set_header of its own inherits none of these and would pass the client's copies on:
# include this file there too.

proxy_set_header Host $host$gatehouse_port;
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Host $host$gatehouse_port;
proxy_set_header X-Forwarded-Proto $scheme;

# Who is there, in the gate's words; an empty value removes the header, the client's copy with it.
${identity.join('\n')}

# Spellings that a service could take for the headers above, and what only a client would send.
${dropped.join('\n')}

# The session cookie is the gate's: a service that leaks it would leak the person's whole access.
proxy_set_header Cookie $gatehouse_cookie;

# WebSocket, and no other protocol: an upgrade to h2c would open a tunnel past the gate.
proxy_set_header Upgrade $gatehouse_upgrade;
proxy_set_header Connection $gatehouse_connection;
proxy_set_header HTTP2-Settings '';
`
}

/** How the gate is asked; alike for the subrequest and for the page of a refusal. */
function renderAsk(input: SnippetInput): string {
  const asked = askedHeaders.map((name) => `proxy_set_header ${name} ${requestVariable(name)};`)
  return `proxy_pass_request_body off;
proxy_pass_request_headers off;
proxy_http_version 1.1;
proxy_set_header Connection '';
proxy_set_header Content-Length '';
proxy_set_header Host ${authority(originParts(input.origin))};
proxy_set_header X-Original-Method $request_method;
proxy_set_header X-Original-URL $scheme://$host$gatehouse_port$request_uri;
proxy_set_header X-Forwarded-For $remote_addr;
# Says that this is no page that a person opens; the question itself upgrades nothing.
proxy_set_header Upgrade $gatehouse_upgrade;
${asked.join('\n')}
proxy_connect_timeout ${gateConnectSeconds}s;
proxy_read_timeout ${gateTimeoutSeconds}s;
proxy_send_timeout ${gateTimeoutSeconds}s;`
}

function renderInclude(input: SnippetInput): string {
  const identity = identityNames(input).map(
    (name) =>
      `auth_request_set ${identityVariable(name)} $upstream_http_${name.toLowerCase().replaceAll('-', '_')};`,
  )
  return `# Include this in every server { } that Gatehouse protects. All of its locations inherit it.
# Behind another proxy, set up ngx_http_realip_module: $remote_addr is what the gate takes for the client.

auth_request /_gatehouse/auth/nginx;
${identity.join('\n')}
auth_request_set $gatehouse_decision $upstream_http_x_gatehouse_decision;
auth_request_set $gatehouse_request_id $upstream_http_x_gatehouse_request_id;
auth_request_set $gatehouse_sign_in $upstream_http_x_gatehouse_sign_in;
error_page 401 = @gatehouse_sign_in;
error_page 403 = @gatehouse_denied;

include snippets/gatehouse-headers.conf;

# Event streams arrive event by event, uploads leave as they come, WebSockets may be silent for long.
proxy_http_version 1.1;
proxy_buffering off;
proxy_request_buffering off;
proxy_read_timeout 1h;
proxy_send_timeout 1h;
client_max_body_size 0;

location = /_gatehouse/auth/nginx {
    internal;
    auth_request off;
    proxy_pass http://gatehouse;
    # The body stays here, and only headers that the gate reads travel: nothing else can confuse it.
${indent(renderAsk(input), 4)}
}

# Nobody is signed in. The address for signing in comes only for a navigation (a page that a person
# opens); a script, an image or a WebSocket could do nothing with a redirect and gets a plain 401.
location @gatehouse_sign_in {
    auth_request off;
    add_header Cache-Control no-store always;
    add_header X-Gatehouse-Decision $gatehouse_decision always;
    add_header X-Gatehouse-Request-Id $gatehouse_request_id always;
    add_header WWW-Authenticate 'Bearer realm="gatehouse"' always;
    default_type application/json;
    if ($gatehouse_sign_in) {
        return 302 $gatehouse_sign_in;
    }
    return 401 '{"error":"sign-in","message":"Nobody is signed in"}';
}

# auth_request knows only 200, 401 and 403. The page with the true status (403, 400, 503 with
# Retry-After) is the gate's; a 403 of nginx's own stays what it is.
location @gatehouse_denied {
    auth_request off;
    if ($gatehouse_said_no = '') {
        return 403;
    }
    rewrite ^ /_gatehouse/denied? break;
    proxy_pass http://gatehouse;
    proxy_method GET;
${indent(renderAsk(input), 4)}
}
`
}

/** Takes the session cookie out of `$from`: first where it leads, then where it follows another. */
function renderCookieMap(from: string, to: string, cookie: string): string {
  return `map ${from} ${to} {
    default ${from};
    "~^${cookie}=[^;]*;?\\s*(?<gatehouse_after>.*)$" $gatehouse_after;
    "~^(?<gatehouse_before>.*?);\\s*${cookie}=[^;]*(?<gatehouse_after>.*)$" $gatehouse_before$gatehouse_after;
}`
}

function renderServers(input: SnippetInput): string {
  const cookie = regexEscape(input.sessionCookie)
  return `# What all servers share (http level), the sign-in host, and one server for each service.

upstream gatehouse {
    server ${input.gateAddress};
    # The gate is asked for every request: kept connections spare a TCP handshake each time.
    keepalive 32;
}

# The port as the client wrote it. The name is always $host, which also chose the server: a Host
# header that contradicts the request line cannot make the gate decide about another service.
map $http_host $gatehouse_port {
    default '';
    "~(?<gatehouse_written_port>:[0-9]{1,5})$" $gatehouse_written_port;
}

map $http_upgrade $gatehouse_upgrade {
    default '';
    "~*^websocket$" websocket;
}
map $gatehouse_upgrade $gatehouse_connection {
    default '';
    websocket upgrade;
}

# A site can plant a second cookie of the same name beside the true one, so two are taken out; where
# there are more, none of the cookies is passed on.
${renderCookieMap('$http_cookie', '$gatehouse_cookie_once', cookie)}
${renderCookieMap('$gatehouse_cookie_once', '$gatehouse_cookie_twice', cookie)}
map $gatehouse_cookie_twice $gatehouse_cookie {
    default $gatehouse_cookie_twice;
    "~(?:^|;)\\s*${cookie}=" '';
}

map $gatehouse_decision $gatehouse_said_no {
    default '';
    "~^(?:forbid|refuse|unavailable);" 1;
}

${renderSignInServer(input)}
${input.services.map((service) => renderService(service, input)).join('\n')}`
}

/** The listening lines; all servers of one estate answer on the port of the sign-in host. */
function renderListen(input: SnippetInput, serverName: string): string {
  const { secure, port } = originParts(input.origin)
  const tls = `
    ssl_certificate ${certificateDirectory}/fullchain.pem;
    ssl_certificate_key ${certificateDirectory}/privkey.pem;`
  return `${secure ? '    # HTTP/2: "listen … ssl http2;" before nginx 1.25.1, "http2 on;" from then on.\n' : ''}    listen ${port}${secure ? ' ssl' : ''};
    server_name ${serverName};${secure ? tls : ''}`
}

function renderSignInServer(input: SnippetInput): string {
  const dropped = spellingsToDrop(input).map((name) => `proxy_set_header ${name} '';`)
  return `# The sign-in host: the gate's own pages.
server {
${renderListen(input, originParts(input.origin).host)}

    # These answer proxies. From outside they are not there.
    location /_gatehouse/auth/ {
        return 404;
    }
    location = /_gatehouse/denied {
        return 404;
    }

    location / {
        proxy_pass http://gatehouse;
        proxy_http_version 1.1;
        proxy_set_header Connection '';
        proxy_set_header Host $host$gatehouse_port;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Host $host$gatehouse_port;
        proxy_set_header X-Forwarded-Proto $scheme;
${indent(dropped.join('\n'), 8)}
        client_max_body_size 64k;
    }
}
`
}

/** nginx trusts any certificate unless it is told otherwise. */
const tlsLines = `
        # A certificate of its own? Name its file here.
        proxy_ssl_server_name on;
        proxy_ssl_verify on;
        proxy_ssl_verify_depth 3;
        proxy_ssl_trusted_certificate ${systemCertificates};`

function renderService(service: SnippetService, input: SnippetInput): string {
  const upstream = upstreamOf(service)
  const remark = upstreamRemark(service)
  const scheme = upstream.secure ? 'https' : 'http'
  return `server {
${renderListen(input, service.host)}

    include snippets/gatehouse.conf;

    location / {${remark === '' ? '' : `\n        # ${remark}`}
        # No path after the address: it would make the service see another path than the gate judged.
        proxy_pass ${scheme}://${authority(upstream)};${upstream.secure ? tlsLines : ''}
    }
}
`
}
