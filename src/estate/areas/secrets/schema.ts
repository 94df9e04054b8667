// What is declared of secrets: where each lives and who needs it; never a value.
import {
  choice,
  defaulted,
  duration,
  optional,
  required,
  section,
} from '../../../std/schema/schema.ts'
import { httpUrlText } from '../../../model/setting-text.ts'
import { entries, nameText, namesList, sentenceText } from '../../setting.ts'

const secretSchema = section({
  name: required('Name', nameText('gatehouse-oidc')),
  place: required('Where it lives', choice(['vault', 'kubernetes', 'file', 'sops', 'environment'])),
  ref: required(
    'Its place there, such as a Vault path, "namespace/name/key" or a file: never the value',
    nameText('secret/gatehouse#oidc'),
  ),
  used_by: namesList('Stacks that need it', 'gatehouse'),
  rotated: optional('How often it is changed', duration({ min: '1h', max: '3650d' })),
})

/** The section `estate.secrets`. */
export const secretsSchema = section({
  about: optional('For the documentation', sentenceText('Vault, read by External Secrets')),
  vault: optional('Address of Vault', httpUrlText('https://vault.example.com')),
  mount: defaulted('Mount of its key-value engine', nameText('secret'), 'secret'),
  secrets: entries('Secrets', secretSchema),
})
