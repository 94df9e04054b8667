// The section `identity.authentik`: what authentik's image takes from its environment, in a file.
import {
  defaulted,
  flag,
  list,
  optional,
  required,
  secret,
  section,
  text,
} from '../../std/schema/schema.ts'
import { httpUrlText, listenText, originText, pathText } from '../../model/setting-text.ts'

const logHeadersMax = 20

/** Version of authentik whose outpost this one answers like, unless it is pinned. */
export const authentikVersion = '2026.8.6'

/** Declares `identity.authentik`. */
export const authentikSchema = section({
  host: required(
    'Address of authentik, with its path if it has one (AUTHENTIK_HOST)',
    httpUrlText('https://id.example.com'),
  ),
  token: optional('API token of the outpost. Better kept in a file', secret('an API token')),
  token_file: optional(
    'File that holds the API token of the outpost; white space around it is left out',
    pathText('/run/secrets/authentik'),
  ),
  insecure: defaulted(
    'Does not verify the certificate of authentik: whoever is on the way can sign in as anyone',
    flag(),
    false,
  ),
  host_browser: optional(
    'Where browsers reach authentik, when it is another address',
    originText(),
  ),
  listen_https: optional(
    'Where the outpost also listens with the certificates of its providers',
    listenText('0.0.0.0:9443'),
  ),
  version: defaulted(
    'Version that authentik and services are told',
    text(`a version such as "${authentikVersion}"`, authentikVersion, 64),
    authentikVersion,
  ),
  log_headers: defaulted(
    'Request headers that the log holds',
    list(text('a header name such as "User-Agent"', 'User-Agent', 64), { max: logHeadersMax }),
    ['User-Agent'],
  ),
  refuse_fetches: defaulted(
    'Answers 401 to what scripts and pages fetch without a session, instead of a redirect to authentik ' +
      'that they cannot follow',
    flag(),
    false,
  ),
})
