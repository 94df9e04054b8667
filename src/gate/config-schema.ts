// The gate's settings as they are written, each declared once for parser, JSON Schema and reference.
import {
  defaulted,
  flag,
  list,
  optional,
  parsed,
  required,
  section,
  size,
  text,
} from '../std/schema/schema.ts'
import { servicesSchema } from './policy/config-schema.ts'
import { sessionsSchema } from './session/config-schema.ts'
import {
  domainText,
  listenText,
  networkText,
  optionalListenText,
  originText,
  pathText,
} from '../model/setting-text.ts'
import { identitySchema } from './sign-in/config-schema.ts'

const domainsMax = 100
const trustedProxiesMax = 1000

const listenSchema = section({
  http: defaulted(
    'Everything that a browser or a proxy may reach: auth endpoints, sign-in, portal. An address ' +
      'without a host, such as ":9000", means all IPv4 addresses of the machine; "[::]:9000" all of ' +
      'both kinds',
    listenText(':9000'),
    ':9000',
  ),
  metrics: defaulted(
    '"/metrics", "/livez" and "/readyz"; "off" for none. Keep it away from the outside',
    optionalListenText('127.0.0.1:9300'),
    '127.0.0.1:9300',
  ),
})

const identityHeadersSchema = section({
  user: defaulted('Carries the user name', headerNameText('Remote-User'), 'Remote-User'),
  groups: defaulted(
    'Carries the groups that some rule names, separated by commas',
    headerNameText('Remote-Groups'),
    'Remote-Groups',
  ),
  email: defaulted('Carries the e-mail address', headerNameText('Remote-Email'), 'Remote-Email'),
  name: defaulted('Carries the name to show', headerNameText('Remote-Name'), 'Remote-Name'),
  groups_bytes: defaulted(
    'Most bytes of the groups header; what does not fit is left out, whole groups only',
    size({ min: '128B', max: '16KiB' }),
    '4KiB',
  ),
})

/** Header names that mean something to HTTP, to a proxy or to the gate, lower case. */
const reservedHeaders =
  /^(host|cookie|set-cookie|authorization|connection|content-.*|transfer-encoding|te|trailer|upgrade|location|www-authenticate|cache-control|date|expect|x-forwarded-.*|x-original-.*|x-gatehouse-.*|proxy-.*)$/

/** A header field name (RFC 9110 section 5.1), without `_`: servers take it for `-`. */
function headerNameText(example: string) {
  return parsed({
    wanted: `a header name of letters, digits and hyphens such as "${example}"`,
    example,
    lengthMax: 64,
    pattern: '^[A-Za-z][A-Za-z0-9-]*$',
    parse: (value) => {
      if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(value)) {
        const suggestion = value.replaceAll('_', '-')
        const better = suggestion !== value && /^[A-Za-z][A-Za-z0-9-]*$/.test(suggestion)
        return { ok: false, error: better ? { suggestion } : {} }
      }
      if (!reservedHeaders.test(value.toLowerCase())) return { ok: true, value }
      return { ok: false, error: { hint: 'This header has a meaning of its own' } }
    },
  })
}

/** All settings of the gate: the fields of the root of the configuration. */
export const gateFields = {
  url: required(
    'Where people reach the gate itself: the sign-in host. Its host lies within the cookie domain',
    originText(),
  ),
  domains: required(
    'The cookie domain: one sign-in opens every host within it. Exactly one for now',
    list(domainText('example.com'), { max: domainsMax }),
  ),
  trusted_proxies: required(
    'Addresses of the reverse proxies. Only connections from them may ask for a decision, and only ' +
      'their forwarded headers count',
    list(networkText(), { max: trustedProxiesMax }),
  ),
  allow_insecure_http: defaulted(
    'Permits "http:" in "url" for hosts other than localhost: session cookies then travel in clear',
    flag(),
    false,
  ),
  listen: defaulted('Where the gate listens. A change needs a restart', listenSchema, {}),
  data_dir: defaulted(
    'Directory for what the gate keeps: its secret, sessions, accounts. Made at first start. A ' +
      'change needs a restart',
    pathText('/var/lib/gatehouse'),
    './data',
  ),
  identity: defaulted(
    'Who signs people in: OpenID Connect, built-in accounts, authentik, or several of them',
    identitySchema,
    {},
  ),
  sessions: defaulted(
    'How long people stay signed in, and the bounds of what is stored',
    sessionsSchema,
    {},
  ),
  identity_headers: defaulted(
    'Names of the headers that tell a service who is there. Each is set on every answer, empty where ' +
      'there is nobody',
    identityHeadersSchema,
    {},
  ),
  support: optional(
    'A sentence for people who are signed in but not allowed in: whom to ask for access',
    text('a sentence of up to 200 characters', 'Ask it@example.com for access', 200),
  ),
  services: required('What is behind the gate and who may use it', servicesSchema),
}

/** The gate's settings as a section of their own. */
export const gateSchema = section(gateFields)
