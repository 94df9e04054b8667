// The section `watch`: what is tried from where, who is asked beside it, and who is told.
import { layers } from '../model/layer.ts'
import { authTiers } from '../model/service.ts'
import {
  hostPatternText,
  httpUrlText,
  idText,
  originText,
  pathText,
} from '../model/setting-text.ts'
import {
  choice,
  count,
  defaulted,
  duration,
  flag,
  list,
  optional,
  parsed,
  required,
  secret,
  section,
  size,
  text,
} from '../std/schema/schema.ts'
import { parseRatePerMs } from '../std/units.ts'
import { programSchema } from './robot/program-schema.ts'
import { robotSchema } from './robot/robot-schema.ts'
import {
  addressPortText,
  elementText,
  entryNameText,
  headerText,
  requestPathText,
  resolverText,
  secretUrl,
  signInPlaceText,
  timeText,
} from './setting-text.ts'

const doorsMax = 5000
const headersMax = 20
const statusesMax = 50
const addressesMax = 50
const originsMax = 20
const storesMax = 100
const witnessesMax = 50
const channelsMax = 50
const recipientsMax = 50
const peersMax = 10
const changesMax = 1000

const markerText = (example: string) =>
  text(`a text of the page such as "${example}"`, example, 200)

const doorSchema = section({
  host: required(
    'Host of a declared service; for a wildcard, exactly as it is written there',
    hostPatternText(),
  ),
  probe_host: optional(
    'Name that stands for a wildcard: knocked at in place of "host"',
    hostPatternText(),
  ),
  path: optional(
    'Path to knock at. Left out: one that the rule covers, or with "skip" every path',
    requestPathText('/api/health'),
  ),
  auth: optional(
    'What this door promises, where "headers" open another one than the rule says',
    choice(authTiers),
  ),
  headers: optional(
    'Headers that choose this door among others of the same host and path',
    list(headerText(), { max: headersMax }),
  ),
  statuses: optional(
    'Statuses that the service may answer with where it answers itself',
    list(count(100, 599), { max: statusesMax }),
  ),
  marker: optional(
    'Text that the body holds; a 200 without it is a failure',
    markerText('Welcome to Grafana'),
  ),
  skip: optional(
    'Knocks at no such door, for the reason given here',
    text('a reason such as "Wakes a machine"', 'Wakes a machine', 200),
  ),
})

const canariesSchema = section({
  open: optional(
    'Host of tier "none", perhaps with a path; the first that fits if left out',
    text('a host, perhaps with a path, such as "status.example.com/"', 'status.example.com/'),
  ),
  protected: optional(
    'Host of tier "required", perhaps with a path; the first that fits if left out',
    text('a host, perhaps with a path, such as "app.example.com/"', 'app.example.com/'),
  ),
})

const identityProviderSchema = section({
  url: required(
    'A page of it that answers a stranger with 200',
    httpUrlText('https://id.example.com/'),
  ),
  marker: optional('Text that this page holds', markerText('Sign in')),
  jwks: optional(
    'Its key set, a JSON document with at least one key',
    httpUrlText('https://id.example.com/jwks.json'),
  ),
})

function rateText() {
  return parsed({
    wanted: 'a rate such as "18/min"',
    example: '18/min',
    lengthMax: 32,
    parse: (value) => {
      const rate = parseRatePerMs(value)
      return rate === null ? { ok: false, error: {} } : { ok: true, value: rate }
    },
  })
}

const storeSchema = section({
  name: required(
    'Name in messages and metrics',
    idText('a short name such as "sessions"', 'sessions'),
  ),
  layer: required('What fails when it is full', choice(layers)),
  size: optional('What it holds; measured if left out', size({ min: '1KiB', max: '100000GiB' })),
  block: defaulted(
    'What the smallest entry takes: the page of a tmpfs',
    size({ min: '1B', max: '1MiB' }),
    '4KiB',
  ),
  entry: defaulted('Size of one entry', size({ min: '1B', max: '1GiB' }), '1KiB'),
  retention: optional(
    'How long an entry is kept; left out: for ever',
    duration({ min: '1s', max: '1000d' }),
  ),
  restart: optional(
    'Everything is thrown away this often, as by the restart of a pod',
    duration({ min: '1s', max: '1000d' }),
  ),
  path: optional('Directory to measure; left out: others measure it', pathText('/dev/shm')),
  files: defaulted(
    'Name of the files that are entries; "*" is any text',
    entryNameText('session_*'),
    'session_*',
  ),
  series: optional(
    'Label matchers of its series of node_exporter, for witnesses of kind "prometheus"',
    text('label matchers such as \'device="shm",instance="node-1:9100"\'', 'device="shm"', 500),
  ),
  volume: optional(
    'Its volume as "namespace/pod/volume", for witnesses of kind "kubelet"; "*" is any text',
    text('a volume such as "authentik/ak-outpost-*/dshm"', 'authentik/ak-outpost-*/dshm', 500),
  ),
  rate: optional('Entries that arrive, as far as it is known beforehand', rateText()),
  probes_leave_entries: defaulted(
    'Every cookie-less request through the gate leaves an entry here, as with legacy outposts',
    flag(),
    false,
  ),
})

const bearerFields = {
  token: optional('Bearer token. Better kept in a file', secret('a token')),
  token_file: optional('File that holds the token', pathText('/run/secrets/token')),
}

const passwordFields = {
  password: optional('Password. Better kept in a file', secret('a password')),
  password_file: optional('File that holds the password', pathText('/run/secrets/password')),
}

const nameField = required(
  'Name in messages, log and metrics',
  idText('a short name such as "on-call"', 'on-call'),
)

/** Kinds of witnesses. */
export const witnessKinds = ['uptime-kuma', 'prometheus', 'kubelet', 'gate'] as const

const witnessSchema = section({
  kind: required('What it is', choice(witnessKinds)),
  name: nameField,
  url: required('Its origin', httpUrlText('http://uptime-kuma:3001')),
  status_page: optional(
    'Uptime Kuma: slug of a public status page to read in place of "/metrics"',
    idText('the slug of a status page such as "all"', 'all'),
  ),
  monitors_file: optional(
    'Uptime Kuma: file that holds its monitors as JSON, an export or the list of a sync job',
    pathText('/etc/gatehouse/kuma-monitors.json'),
  ),
  ...passwordFields,
  ...bearerFields,
  ca_file: optional(
    'kubelet: certificate of the authority that its certificate is checked against',
    pathText('/var/run/secrets/kubernetes.io/serviceaccount/ca.crt'),
  ),
})

const kumaTokens = Object.fromEntries(
  layers.map((layer) => [
    layer,
    optional(`Push token of the monitor for ${layer}`, secret('a push token')),
  ]),
)

/** Kinds of channels. */
export const channelKinds = [
  'alertmanager',
  'ntfy',
  'slack',
  'discord',
  'webhook',
  'email',
  'uptime-kuma',
] as const

const channelSchema = section({
  kind: required('What it is', choice(channelKinds)),
  name: nameField,
  url: optional(
    'Where it listens: the origin of Alertmanager or Uptime Kuma, the topic of ntfy, the address of a ' +
      'webhook, "smtps://mail.example.com:465" for e-mail',
    secretUrl('https://ntfy.example.com/estate'),
  ),
  url_file: optional(
    'File that holds the address, where the address itself is the secret (Slack, Discord)',
    pathText('/run/secrets/slack'),
  ),
  ...bearerFields,
  secret: optional(
    'webhook: key that messages are signed with (HMAC-SHA256). Better kept in a file',
    secret('a key'),
  ),
  secret_file: optional('File that holds this key', pathText('/run/secrets/webhook')),
  from: optional(
    'email: sender',
    text('an address such as "watch@example.com"', 'watch@example.com'),
  ),
  to: optional(
    'email: recipients',
    list(text('an address such as "oncall@example.com"', 'oncall@example.com'), {
      max: recipientsMax,
    }),
  ),
  user: optional('email: user name at the mail server', text('a user name', 'watch')),
  ...passwordFields,
  tokens: optional('uptime-kuma: push tokens by layer', section(kumaTokens)),
  tokens_file: optional(
    'File that holds these tokens, one a line: "gate_new abc123"',
    pathText('/run/secrets/kuma-tokens'),
  ),
})

const peerSchema = section({
  name: nameField,
  url: required('Origin of its private listener', httpUrlText('http://10.8.0.2:9300')),
})

const changeSchema = section({
  at: required('When it took effect (RFC 3339)', timeText()),
  title: required(
    'What was changed',
    text('a title such as "New CDN worker"', 'New CDN worker', 200),
  ),
  touches: optional(
    'Layers, or one replica or service of a layer, that it touches; left out: not known',
    list(elementText(), { max: 20 }),
  ),
  source: defaulted(
    'Where it was learnt',
    idText('a short name such as "declared"', 'declared'),
    'declared',
  ),
})

/** Declares `notify`. */
export const notifySchema = list(channelSchema, { max: channelsMax })

/** Declares `watch`. */
export const watchSchema = section({
  interval: defaulted(
    'Time from one round of the canaries that locate a fault to the next',
    duration({ min: '1s', max: '1h' }),
    '1m',
  ),
  door_interval: defaulted(
    'Time from one round of all doors over all vantages to the next',
    duration({ min: '1s', max: '24h' }),
    '5m',
  ),
  timeout: defaulted('Longest wait for one answer', duration({ min: '50ms', max: '1m' }), '10s'),
  verify_tls: defaulted('Certificates must verify', flag(), true),
  address: optional(
    'Address that proxies see the watch come from, where rules have "networks"',
    text('an address such as "10.0.0.7"', '10.0.0.7', 64),
  ),
  scheme: optional(
    'How the public names are reached; that of "url" if left out',
    choice(['https', 'http']),
  ),
  port: optional('Port of the public names; that of "url" if left out', count(1, 65_535)),
  edge: defaulted('The public names lead here; false where they cannot be asked', flag(), true),
  control: optional(
    'Addresses of others that tell whether the watch itself can see: all failing means that it is blind',
    list(httpUrlText('https://www.example.org/'), { max: originsMax }),
  ),
  resolvers: optional(
    'Name servers asked for the public names; left out: those of this machine',
    list(resolverText(), { max: originsMax }),
  ),
  inside_resolvers: optional(
    'Name servers that people inside ask, where the public names have other addresses there (split ' +
      'horizon): what they give is tried apart',
    list(resolverText(), { max: originsMax }),
  ),
  families: optional(
    'Address families of the public names. Two are tried each by itself; left out, a name is asked over ' +
      'IPv4 where it has such an address, and IPv6 alone can fail unseen',
    list(choice(['ipv4', 'ipv6']), { max: 2 }),
  ),
  ingress: optional(
    'Addresses of the reverse proxy, one for each replica: they are asked directly, under the public name',
    list(addressPortText('10.0.20.5:443'), { max: addressesMax }),
  ),
  gates: optional(
    'Origins of the gate itself, one for each replica',
    list(originText(), { max: addressesMax }),
  ),
  gate_path: defaulted(
    'Auth endpoint that is asked there: one of those of "gatehouse snippet", or that of an outpost of authentik',
    requestPathText('/_gatehouse/auth/traefik'),
    '/_gatehouse/auth/traefik',
  ),
  gate_asked: optional(
    'Which services the proxies ask the gate for: "all" as in the configurations that "gatehouse ' +
      'snippet" prints, "protected" where open ones have no forward auth. Left out: "protected" where ' +
      'authentik drives the gate, otherwise "all"',
    choice(['all', 'protected']),
  ),
  sign_in_origins: optional(
    'Where strangers are sent to sign in: an origin, one address, or a path on the host itself. Left ' +
      'out: the sign-in pages of the gate, and of authentik where it drives the gate',
    list(signInPlaceText(), { max: originsMax }),
  ),
  identity_provider: optional(
    'The identity provider as a stranger sees it; left out: derived from the only provider there is',
    identityProviderSchema,
  ),
  canaries: defaulted('Doors that stand for all others of their tier', canariesSchema, {}),
  doors: optional(
    'What is special about doors. All others follow from "services"',
    list(doorSchema, { max: doorsMax }),
  ),
  robot: optional('A person of its own that the watch signs in as', robotSchema),
  program: optional(
    'A program of its own: its token opens a door as those of other programs do',
    programSchema,
  ),
  layers_as_one: optional(
    'Layers that no probe here tells apart, accepted as one: "gatehouse check" refuses any others. A ' +
      'verdict names them together',
    list(list(choice(layers), { min: 2, max: layers.length }), { max: layers.length }),
  ),
  stores: optional('Stores whose fill is forecast', list(storeSchema, { max: storesMax })),
  witnesses: optional(
    'Other monitors, whose word is heard beside the own probes',
    list(witnessSchema, { max: witnessesMax }),
  ),
  peers: optional(
    'Other watches: each says when the other is gone',
    list(peerSchema, { max: peersMax }),
  ),
  changes: optional(
    'Changes to the estate that the watch cannot learn of by itself',
    list(changeSchema, { max: changesMax }),
  ),
  probe_key: optional(
    'Key by which probes show the gate that they are the watch; left out: derived from the secret of the ' +
      'gate. A watch elsewhere needs the same one. Better kept in a file',
    secret('a key'),
  ),
  probe_key_file: optional('File that holds this key', pathText('/run/secrets/probe-key')),
})
