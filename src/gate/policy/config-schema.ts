// The section `services`: hosts, paths, and who may use them.
import { authTiers } from '../../model/service.ts'
import { suggest } from '../../std/suggest.ts'
import {
  type Fields,
  choice,
  defaulted,
  flag,
  list,
  optional,
  parsed,
  required,
  section,
  text,
} from '../../std/schema/schema.ts'
import {
  domainText,
  hostPatternText,
  httpUrlText,
  idText,
  networkText,
} from '../../model/setting-text.ts'
import { parsePathPattern, patternFaults, patternLengthMax } from './path-pattern.ts'

/** Services at most. */
const servicesMax = 20_000
/** Paths of one service at most. */
const pathsMax = 1000
/** Entries of one list of groups, users, domains or networks at most. */
const namesMax = 1000

/** Stands for everyone who is signed in, in `users`: ends what a path would inherit. */
export const everyone = '*'

/** Methods of HTTP (RFC 9110, RFC 5789) and WebDAV (RFC 4918, 3253, 5323): a closed list finds slips. */
const methods = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY'],
  ...['PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'REPORT', 'SEARCH'],
  ...['CHECKOUT', 'CHECKIN', 'UNCHECKOUT', 'VERSION-CONTROL', 'MKWORKSPACE', 'UPDATE', 'LABEL'],
  ...[
    'MERGE',
    'BASELINE-CONTROL',
    'MKACTIVITY',
    'ORDERPATCH',
    'ACL',
    'MKCALENDAR',
    'BIND',
    'UNBIND',
  ],
]

function methodText() {
  return parsed({
    wanted: 'an HTTP method such as "GET"',
    example: 'GET',
    lengthMax: 20,
    parse: (value) => {
      const method = value.toUpperCase()
      if (methods.includes(method)) return { ok: true, value: method }
      const suggestion = suggest(method, methods)
      return { ok: false, error: suggestion === null ? {} : { suggestion } }
    },
  })
}

function pathPatternText() {
  return parsed({
    wanted: 'a path pattern such as "/admin/**" or "/api/*/status"',
    example: '/admin/**',
    lengthMax: patternLengthMax,
    pattern: '^/',
    parse: (value) => {
      const pattern = parsePathPattern(value)
      if (pattern.ok) return { ok: true, value }
      const better = `${value.startsWith('/') ? '' : '/'}${value.replace(/(?<=.)\/+\**$/, '')}/**`
      const suggestion = parsePathPattern(better).ok ? { suggestion: better } : {}
      return { ok: false, error: { hint: patternFaults[pattern.error], ...suggestion } }
    },
  })
}

/** Settings that a service and each of its paths have alike; `scope` ends their sentences. */
function accessFields(scope: string) {
  const names = (what: string, example: string) =>
    list(text(`${what} such as "${example}"`, example, 256), { max: namesMax })
  return {
    groups: optional(
      `Groups whose members may enter ${scope}. With "users" and "email_domains": any match is enough`,
      names('a group', 'staff'),
    ),
    users: optional(
      `Users who may enter ${scope}; "${everyone}" is everyone who is signed in`,
      names('a user name', 'alice'),
    ),
    email_domains: optional(
      `Domains of the e-mail addresses of people who may enter ${scope}`,
      list(domainText('example.com'), { max: namesMax }),
    ),
    providers: optional(
      `Ids of the providers through which one must have signed in to enter ${scope}; "accounts" is ` +
        'the built-in one',
      list(idText('the id of a provider such as "oidc"', 'oidc'), { max: namesMax }),
    ),
    methods: optional(
      'Methods that this applies to; left out: all. "GET" covers HEAD as well',
      list(methodText(), { max: methods.length }),
    ),
    networks: optional(
      'Client addresses that this applies to; left out: all. From elsewhere it is as if it were not there',
      list(networkText(), { max: namesMax }),
    ),
  }
}

const authAbout =
  '"required" the gate decides · "app" the service has its own sign-in · "public" everyone may enter, ' +
  'and the service is told who is signed in · "none" everyone may enter, and nobody is told anything'

const pathFields = {
  path: required(
    'Path pattern by segment: "*" is one segment, a final "**" is the rest, including nothing. The ' +
      'most specific pattern wins',
    pathPatternText(),
  ),
  auth: optional(
    `${authAbout}. Left out: "required" where this entry names who may enter, otherwise that of the ` +
      'service',
    choice(authTiers),
  ),
  ...accessFields('here'),
}

const serviceFields = {
  host: required(
    'Host name, or "*." and a domain for every name below it. An exact name wins over a wildcard, a ' +
      'longer wildcard over a shorter one',
    hostPatternText(),
  ),
  name: optional(
    'Name to show; the host if left out',
    text('a name such as "Grafana"', 'Grafana', 100),
  ),
  auth: defaulted(authAbout, choice(authTiers), 'required'),
  ...accessFields('all paths'),
  case_insensitive_paths: defaulted(
    'Compare paths without regard to ASCII case, for a service that does',
    flag(),
    false,
  ),
  upstream: optional(
    'Where the service itself answers. The gate never connects to it',
    httpUrlText('http://grafana:3000'),
  ),
}

/** Fields that other parts add to a service and to each of its paths; the gate does not look at them. */
export interface MoreFields<S extends Fields, P extends Fields> {
  readonly service: S
  readonly path: P
}

/** Declares `services`, with the fields of other parts beside those of the gate. */
export function servicesWith<const S extends Fields, const P extends Fields>(
  more: MoreFields<S, P>,
) {
  const path = section({ ...pathFields, ...more.path })
  const paths = optional(
    'Rules for parts of the service. An entry inherits what it does not say; one that names groups, ' +
      'users or e-mail domains inherits none of the three',
    list(path, { max: pathsMax }),
  )
  return list(section({ ...serviceFields, paths, ...more.service }), { min: 0, max: servicesMax })
}

/** Declares `services` as the gate alone knows them. */
export const servicesSchema = servicesWith({ service: {}, path: {} })
