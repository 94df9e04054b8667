// The setting `watch.robot`: the person that the watch signs in as.
import { hostPatternText, originText, pathText } from '../../model/setting-text.ts'
import {
  choice,
  defaulted,
  duration,
  optional,
  required,
  secret,
  section,
  text,
} from '../../std/schema/schema.ts'
import { requestPathText } from '../setting-text.ts'

/** Declares `watch.robot`. */
export const robotSchema = section({
  user: required('Name that the robot signs in with', text('a user name such as "robot"', 'robot')),
  password: optional('Its password. Better kept in a file', secret('a password')),
  password_file: optional(
    'File that holds the password; white space around it is left out',
    pathText('/run/secrets/robot'),
  ),
  method: defaulted(
    'How it signs in: "accounts" on the pages of the gate, "form" on the page of any provider that ' +
      'asks for name and password in one form, "authentik" through the flows of authentik',
    choice(['accounts', 'form', 'authentik']),
    'accounts',
  ),
  provider: optional(
    'Origin of authentik, for the method "authentik": the password goes there and nowhere else. Left ' +
      'out: that of "identity.authentik", or of the only OpenID provider there is',
    originText(),
  ),
  totp_seed: optional(
    'Seed of one-time codes in base32, for the method "authentik". Better kept in a file',
    secret('a seed in base32'),
  ),
  totp_seed_file: optional('File that holds this seed', pathText('/run/secrets/robot-totp')),
  host: optional('Host that it opens; the protected canary if left out', hostPatternText()),
  path: optional('Path that it opens there', requestPathText('/')),
  sign_in_every: defaulted(
    'Time from one full sign-in to the next; each signs out again, so that no session is left',
    duration({ min: '1m', max: '24h' }),
    '15m',
  ),
})
