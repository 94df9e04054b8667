// The section `identity`: OpenID Connect providers, the built-in accounts, authentik.
import {
  count,
  defaulted,
  duration,
  flag,
  list,
  optional,
  required,
  secret,
  section,
  text,
} from '../../std/schema/schema.ts'
import { authentikSchema } from '../authentik/config-schema.ts'
import { httpUrlText, idText, pathText } from '../../model/setting-text.ts'

/** Providers at most; a chooser with more is not one. */
const providersMax = 20
const scopesMax = 50

const claim = (example: string) => text(`the name of a claim such as "${example}"`, example, 128)

const claimsSchema = section({
  user: defaulted(
    'Names the person, in policy and in the user header',
    claim('preferred_username'),
    'preferred_username',
  ),
  groups: defaulted('A list of group names', claim('groups'), 'groups'),
  email: defaulted('The e-mail address', claim('email'), 'email'),
  name: defaulted('The name to show', claim('name'), 'name'),
})

const providerFields = {
  title: optional(
    'Name on the chooser; the host of the issuer if left out',
    text('a name such as "Example Inc"', 'Example Inc', 100),
  ),
  issuer: required(
    'Issuer URL, exactly as the provider writes it. Discovery adds "/.well-known/openid-configuration"',
    httpUrlText('https://id.example.com'),
  ),
  client_id: required(
    'Client id that the provider gave to the gate. The redirect URI to register there is ' +
      '"<url>/_gatehouse/callback"',
    text('a client id such as "gatehouse"', 'gatehouse'),
  ),
  client_secret: optional('Client secret. Better kept in a file', secret('a client secret')),
  client_secret_file: optional(
    'File that holds the client secret; white space around it is left out',
    pathText('/run/secrets/oidc'),
  ),
  scopes: defaulted(
    'Scopes to ask for',
    list(text('a scope such as "groups"', 'groups', 256), { max: scopesMax }),
    ['openid', 'profile', 'email'],
  ),
  claims: defaulted('Claims that the identity is read from', claimsSchema, {}),
  allow_insecure_issuer: defaulted(
    'Permits an "http:" issuer that is not on this machine: whoever is on the way can sign in as anyone',
    flag(),
    false,
  ),
}

const providerId = idText('a short name such as "oidc"', 'oidc')

const accountsSchema = section({
  file: optional(
    'YAML file of people. Without it people are added with "gatehouse users add"',
    pathText('accounts.yaml'),
  ),
  hashes: defaulted('Password hashes computed at once', count(1, 64), 2),
  hash_queue: defaulted(
    'Password checks that may wait; further ones are told to try later',
    count(1, 10_000),
    64,
  ),
  attempts: defaulted(
    'Failed attempts per account and network in "attempt_window"',
    count(1, 1000),
    5,
  ),
  attempt_window: defaulted(
    'Time over which failed attempts count',
    duration({ min: '10s', max: '24h' }),
    '15m',
  ),
})

/** Declares `identity`. */
export const identitySchema = section({
  oidc: optional(
    'One OpenID Connect provider',
    section({
      id: defaulted('Name in URLs, policy and logs', providerId, 'oidc'),
      ...providerFields,
    }),
  ),
  providers: optional(
    'Several OpenID Connect providers, in the order of the chooser. In place of "oidc"',
    list(
      section({ id: required('Name in URLs, policy and logs', providerId), ...providerFields }),
      {
        max: providersMax,
      },
    ),
  ),
  accounts: optional(
    'Accounts that the gate keeps itself; "{}" turns them on. A change needs a restart',
    accountsSchema,
  ),
  authentik: optional(
    'authentik drives the gate as its outpost. A change needs a restart',
    authentikSchema,
  ),
})
