// What is declared of backups: of what, to where, how often, and when a restore was last tried.
import {
  choice,
  defaulted,
  duration,
  optional,
  required,
  section,
} from '../../../std/schema/schema.ts'
import { dayText, entries, nameText, namesList, sentenceText } from '../../setting.ts'

const times = { min: '1m', max: '366d' } as const

const jobSchema = section({
  name: required('Name', nameText('postgresql-nightly')),
  of: namesList('Volumes and databases that it saves', 'postgresql'),
  to: required('Where the copy is', nameText('truenas/backup')),
  every: required('How often', duration(times)),
  keeps: optional('How long a copy is kept', duration({ min: '1h', max: '36500d' })),
  off_site: defaulted(
    'Where the second copy is',
    choice(['none', 'same-house', 'elsewhere']),
    'none',
  ),
  restored: optional('Day on which a restore was last tried', dayText()),
  restore: optional(
    'How to restore, in a sentence or a command',
    sentenceText('pg_restore of the newest dump'),
  ),
})

/** The section `estate.backup`. */
export const backupSchema = section({
  about: optional('For the documentation', sentenceText('Nightly to the NAS')),
  jobs: entries('Jobs', jobSchema),
})
