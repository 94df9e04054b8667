// Traefik (3, and 2 with the remarks) with ForwardAuth: a file for the file provider, labels as comments.
import {
  askedHeaders,
  authority,
  identityNames,
  originParts,
  slug,
  spellingsToDrop,
  upstreamOf,
  upstreamRemark,
  wildcardSuffix,
} from './parts.ts'
import type { Snippet, SnippetInput, SnippetService } from './snippet.ts'

/** Traefik: see docs/guide/proxies.md. */
export const traefik: Snippet = {
  directory: '/etc/traefik',
  render: (input) => [{ path: 'dynamic/gatehouse.yaml', text: renderYaml(input) }],
}

const authPath = '/_gatehouse/auth/traefik'
/** Refuses an upgrade to h2c, which would open a tunnel past the gate. */
const notH2c = '!HeaderRegexp(`Upgrade`, `(?i)h2c`)'

function renderYaml(input: SnippetInput): string {
  const { secure } = originParts(input.origin)
  const services = input.services.map((service) => renderBackend(service)).join('')
  const routers = input.services.map((service) => renderRouter(service, input)).join('')
  const host = originParts(input.origin).host
  return `# Traefik's file provider: providers.file.directory: ${input.directory}/dynamic
# Entry point "${secure ? 'websecure' : 'web'}" is expected to exist; change the name here where yours differs.
# Traefik 2 has HeadersRegexp for HeaderRegexp, and HostRegexp(\`{name:.+}.example.com\`) for wildcards.
http:
  middlewares:
    # Use this one: it first takes away what a client must not say, then asks the gate. Put it before
    # every middleware that changes the path, or the gate judges another path than the service gets.
    gatehouse:
      chain:
        middlewares: [gatehouse-strip, gatehouse-auth]
${renderStrip(input)}
${renderForwardAuth(input)}
  routers:
    # The sign-in host: the gate's own pages. What answers proxies is not there from outside.
    gatehouse:
      rule: "Host(\`${host}\`) && !PathPrefix(\`/_gatehouse/auth/\`) && !Path(\`/_gatehouse/denied\`)"
      priority: 100000
${renderEntry(input)}
      middlewares: [gatehouse-strip]
      service: gatehouse
${routers}
  services:
    gatehouse:
      loadBalancer:
        servers: [{ url: "http://${input.gateAddress}" }]
${services}
${renderLabels(input)}`
}

function renderStrip(input: SnippetInput): string {
  const dropped = spellingsToDrop(input)
  return `    gatehouse-strip:
      headers:
        customRequestHeaders:
${dropped.map((name) => `          ${name}: ""`).join('\n')}`
}

function renderForwardAuth(input: SnippetInput): string {
  return `    gatehouse-auth:
      forwardAuth:
        # Traefik waits at most 30 s for an answer (it has no setting for that) and then refuses.
        address: "http://${input.gateAddress}${authPath}"
        # Traefik then writes X-Forwarded-Method, -Proto, -Host, -Uri and -For itself. Behind another
        # proxy: list that one in entryPoints.*.forwardedHeaders.trustedIPs, and set this to true.
        trustForwardHeader: false
        # Only headers that the gate reads travel to it: nothing else can confuse it.
        authRequestHeaders: [${askedHeaders.join(', ')}]
        # The gate sets every identity header in every answer, empty when nobody is there. Cookie is
        # what is left of the client's without the session cookie "${input.sessionCookie}": a service that
        # leaks that one would leak the person's whole access.
        authResponseHeaders: [${[...identityNames(input), 'Cookie'].join(', ')}]`
}

function renderEntry(input: SnippetInput): string {
  const { secure } = originParts(input.origin)
  return secure
    ? `      entryPoints: [websecure]
      tls: {}`
    : '      entryPoints: [web]'
}

function renderRouter(service: SnippetService, input: SnippetInput): string {
  const suffix = wildcardSuffix(service.host)
  // The sign-in host must never fall to a wildcard: the gate lets anybody reach its own pages.
  const rule =
    suffix === null
      ? `Host(\`${service.host}\`)`
      : `HostRegexp(\`^.+[.]${suffix.replaceAll('.', '[.]')}$\`) && !Host(\`${originParts(input.origin).host}\`)`
  return `    ${slug(service.host)}:
      rule: "${rule} && ${notH2c}"
      priority: ${suffix === null ? 1000 + service.host.length : service.host.length}
${renderEntry(input)}
      middlewares: [gatehouse]
      service: ${slug(service.host)}
`
}

function renderBackend(service: SnippetService): string {
  const upstream = upstreamOf(service)
  const remark = upstreamRemark(service)
  return `    ${slug(service.host)}:
      loadBalancer:
        # ${remark === '' ? 'Events leave as they come.' : `${remark}. Events leave as they come.`}
        responseForwarding: { flushInterval: "-1ms" }
        servers: [{ url: "${upstream.secure ? 'https' : 'http'}://${authority(upstream)}" }]
`
}

function renderLabels(input: SnippetInput): string {
  const host = input.services[0]?.host.replace('*', 'app') ?? 'app.example.com'
  const name = slug(host)
  const { secure } = originParts(input.origin)
  const labels = [
    `traefik.http.routers.${name}.rule=Host(\`${host}\`) && ${notH2c}`,
    `traefik.http.routers.${name}.entrypoints=${secure ? 'websecure' : 'web'}`,
    ...(secure ? [`traefik.http.routers.${name}.tls=true`] : []),
    `traefik.http.routers.${name}.middlewares=gatehouse@file`,
  ]
  return `# With Docker, keep the middlewares in this file and name them in labels of each container:
${labels.map((label) => `#   - "${label}"`).join('\n')}
`
}
