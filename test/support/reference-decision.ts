// A decision that is slow and obviously right, made from the bytes of a request and nothing of the gate's
// code: what the fuzz test holds the gate against. Refuses (null) whatever is not plainly in order.

/** Who a session cookie stands for. */
export interface ReferencePerson {
  readonly user: string
  readonly groups: readonly string[]
  readonly provider: string
}

/** A rule in plain words. Rules of a host are listed by hand, the most specific first. */
export interface ReferenceRule {
  /** True for the segments of a path that the rule covers. */
  covers(segments: readonly string[]): boolean
  /** Null: all. */
  readonly methods: readonly string[] | null
  /** True: from 10.0.0.0/8 only. */
  readonly inside: boolean
  readonly auth: 'required' | 'app' | 'public' | 'none'
  readonly groups: readonly string[]
  readonly users: readonly string[]
  readonly domains: readonly string[]
  readonly providers: readonly string[]
}

/** The world that a decision is made in. */
export interface ReferenceWorld {
  /** Rules by host; `*.` hosts cover every name below. */
  readonly hosts: ReadonlyMap<string, readonly ReferenceRule[]>
  readonly foldingHosts: ReadonlySet<string>
  readonly gateHost: string
  readonly peerTrusted: boolean
  isProxy(address: string): boolean
  /** Whoever a cookie value stands for at this moment; null for nobody. */
  personOf(value: string): ReferencePerson | null
}

/** Let in, and as whom; `person` is null where the service is told of nobody. */
export interface Admission {
  readonly person: ReferencePerson | null
}

interface Asked {
  readonly method: string
  readonly scheme: string
  readonly host: string
  readonly target: string
}

interface Head {
  readonly method: string
  readonly target: string
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/** An admission, or null for everything else. `text` is a head as Latin-1 with its empty line. */
export function referenceDecision(text: string, world: ReferenceWorld): Admission | null {
  const head = readHead(text)
  if (head === null || !world.peerTrusted) return null
  const asked = askedOf(head)
  if (asked === null) return null
  if (!/^(?:https?|wss?)$/i.test(asked.scheme) || !/^[A-Z-]{1,32}$/.test(asked.method)) return null
  const host = hostOf(asked.host)
  const path = pathOf(asked.target)
  const address = addressOf(valuesOf(head, 'x-forwarded-for'), world)
  if (host === null || path === null || address === undefined) return null
  if (host === world.gateHost && path.startsWith('/_gatehouse/')) {
    const forProxies = path.startsWith('/_gatehouse/auth/') || path === '/_gatehouse/denied'
    return forProxies ? null : { person: null }
  }
  const rule = ruleFor(world, host, { path, method: asked.method, address })
  return rule === null ? null : judge(rule, personOf(head, world))
}

/** RFC 9112 by regular expression. */
function readHead(text: string): Head | null {
  const [first = '', ...rest] = text.split('\r\n')
  const line = /^([\w!#$%&'*+\-.^`|~]{1,32}) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.([01])$/.exec(first)
  if (line === null || rest.pop() !== '' || rest.pop() !== '') return null
  const fields = rest.map((field) =>
    /^([\w!#$%&'*+\-.^`|~]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/.exec(field),
  )
  if (fields.includes(null)) return null
  const head: Head = {
    method: line[1] ?? '',
    target: line[2] ?? '',
    fields: fields.map((field) => [(field?.[1] ?? '').toLowerCase(), field?.[2] ?? '']),
  }
  const hosts = valuesOf(head, 'host').length
  if (hosts > 1 || (hosts === 0 && line[3] === '1')) return null
  return valuesOf(head, 'transfer-encoding').length > 0 ? null : head
}

function valuesOf(head: Head, name: string): readonly string[] {
  return head.fields.filter((field) => field[0] === name).map((field) => field[1])
}

/** The one value of a header; null when it is not there, empty or there twice. */
function only(head: Head, name: string): string | null {
  const values = valuesOf(head, name)
  return values.length === 1 && values[0] !== '' ? (values[0] ?? null) : null
}

/** What the proxy asks about, by its own way of asking. */
function askedOf(head: Head): Asked | null {
  const envoy = /^\/_gatehouse\/auth\/envoy(\/.*)$/s.exec(head.target)
  const [endpoint] = head.target.split('?')
  let parts: (string | null)[]
  if (envoy !== null)
    parts = [head.method, only(head, 'x-forwarded-proto'), only(head, 'host'), envoy[1] ?? null]
  else if (endpoint === '/_gatehouse/auth/nginx') {
    const url = /^([a-z]{1,5}):\/\/([^/]*)(\/.*)$/is.exec(only(head, 'x-original-url') ?? '')
    const [, scheme, host, target] = url ?? []
    parts = [only(head, 'x-original-method'), scheme ?? null, host ?? null, target ?? null]
  } else if (/^\/_gatehouse\/auth\/(?:traefik|caddy|haproxy)$/.test(endpoint ?? ''))
    parts = ['method', 'proto', 'host', 'uri'].map((name) => only(head, `x-forwarded-${name}`))
  else return null
  const [method = '', scheme = '', host = '', target = ''] = parts.map((part) => part ?? '')
  return [method, scheme, host, target].includes('') ? null : { method, scheme, host, target }
}

/** Lower case, without one trailing dot and a port; null for anything but a plain name. */
function hostOf(text: string): string | null {
  const match = /^([a-z0-9_.-]+?)\.?(?::(\d{1,5}))?$/.exec(text.toLowerCase())
  const name = match?.[1] ?? ''
  const port = match?.[2]
  if (/[^\x00-\x7f]/.test(text) || (port !== undefined && !(+port >= 1 && +port <= 65_535)))
    return null
  const labels = name.split('.')
  const good = labels.every(
    (label) => /^(?!-)[a-z0-9_-]{1,63}$/.test(label) && !label.endsWith('-'),
  )
  return good && name.length <= 253 ? name : null
}

/** The path decoded once; null for whatever could be read in a second way. */
function pathOf(target: string): string | null {
  if (target.length > 8192 || !/^\/[\x21-\x22\x24-\x7e]*$/.test(target)) return null
  const [raw = ''] = target.split('?')
  if (/[;\\]/.test(raw) || /%(?![0-9a-f]{2})|%(?:[01][0-9a-f]|2f|5c|3b|7f)|%25%/i.test(raw))
    return null
  let path: string
  try {
    path = decodeURIComponent(raw)
  } catch {
    return null
  }
  if (/%[0-9a-f](?:[0-9a-f]|%)|[\x80-\x9f]/i.test(path)) return null
  const segments = path.slice(1).split('/')
  const odd = segments.some((segment, i) =>
    segment === '' ? i < segments.length - 1 : segment === '.' || segment === '..',
  )
  return odd ? null : path
}

/** The right-most address that is no proxy of ours; undefined when that cannot be told. */
function addressOf(values: readonly string[], world: ReferenceWorld): string | null | undefined {
  if (values.length === 0 || (values.length === 1 && values[0] === '')) return null
  if (values.length > 1 || (values[0]?.length ?? 0) > 2048) return undefined
  const hops = (values[0] ?? '').split(',').map((hop) => hop.trim())
  for (const [i, hop] of hops.toReversed().entries()) {
    const octets = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(hop)?.[1]
    const plain = octets
      ?.split('.')
      .every((octet) => String(Number(octet)) === octet && +octet < 256)
    if (octets === undefined || plain !== true || i >= 32) return undefined
    if (!world.isProxy(octets) || i === hops.length - 1) return octets
  }
  return undefined
}

/** The rule that covers a request however trailing dots and blanks are read; null when they differ. */
function ruleFor(
  world: ReferenceWorld,
  host: string,
  asked: { readonly path: string; readonly method: string; readonly address: string | null },
): ReferenceRule | null {
  const labels = host.split('.')
  const wildcards = labels.map((_, i) => `*.${labels.slice(i + 1).join('.')}`)
  const key = [host, ...wildcards].find((candidate) => world.hosts.has(candidate))
  if (key === undefined) return null
  const path = world.foldingHosts.has(key)
    ? asked.path.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    : asked.path
  const segments = path.slice(1).split('/')
  if (segments.at(-1) === '') segments.pop()
  const methods = asked.method === 'HEAD' ? ['HEAD', 'GET'] : [asked.method]
  const find = (read: readonly string[]): ReferenceRule | null =>
    world.hosts.get(key)?.find((rule) => {
      const inside = asked.address?.startsWith('10.') === true
      const named = methods.some((name) => rule.methods?.includes(name) ?? true)
      return rule.covers(read) && named && (inside || !rule.inside)
    }) ?? null
  const trimmed = segments.map((segment) => segment.replace(/(?<![. ])[. ]+$/, ''))
  if (trimmed.some((segment) => /^[. ]*$/.test(segment)) && world.hosts.get(key)?.length !== 1)
    return null
  const rule = find(segments)
  return rule === find(trimmed) ? rule : null
}

/** The first of the first three well-formed session cookies that stands for somebody. */
function personOf(head: Head, world: ReferenceWorld): ReferencePerson | null {
  const cookie = only(head, 'cookie')
  if (cookie === null || cookie.length > 16_384) return null
  const values = cookie
    .split(';')
    .slice(0, 200)
    .map((pair) => /^[ \t]*__Secure-gatehouse=([^]*?)[ \t]*$/.exec(pair)?.[1] ?? '')
    .filter((value) => /^1[\w-]{32}$/.test(value) || /^s1\.[\w-]{38,}$/.test(value))
  for (const value of values.slice(0, 3)) {
    const person = world.personOf(value)
    if (person !== null) return person
  }
  return null
}

function judge(rule: ReferenceRule, person: ReferencePerson | null): Admission | null {
  if (rule.auth === 'none' || rule.auth === 'app') return { person: null }
  if (rule.auth === 'public') return { person }
  if (person === null) return null
  if (rule.providers.length > 0 && !rule.providers.includes(person.provider)) return null
  const named = rule.groups.length + rule.users.length + rule.domains.length > 0
  const isMember =
    rule.users.includes(person.user) ||
    rule.groups.some((group) => person.groups.includes(group)) ||
    rule.domains.some((domain) => `${person.user}@example.com`.endsWith(`@${domain}`))
  return !named || isMember ? { person } : null
}
