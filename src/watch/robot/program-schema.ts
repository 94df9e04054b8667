// The section `watch.program`: the token that a door is opened with as programs do.
import { hostPatternText, pathText } from '../../model/setting-text.ts'
import { optional, secret, section, text } from '../../std/schema/schema.ts'
import { requestPathText } from '../setting-text.ts'

/** Declares `watch.program`. */
export const programSchema = section({
  user: optional(
    'Name that the token belongs to, sent with it as Basic; left out: it is sent as Bearer',
    text('a user name such as "backup"', 'backup'),
  ),
  token: optional('Its token. Better kept in a file', secret('a token')),
  token_file: optional('File that holds the token', pathText('/run/secrets/program-token')),
  host: optional('Host that it opens; the protected canary if left out', hostPatternText()),
  path: optional('Path that it opens there', requestPathText('/')),
})
