// What is declared of change: pipelines that may alter the estate, and where images come from.
import {
  choice,
  defaulted,
  duration,
  flag,
  optional,
  required,
  section,
} from '../../../std/schema/schema.ts'
import { entries, nameText, namesList, sentenceText } from '../../setting.ts'

const pipelineSchema = section({
  name: required('Name', nameText('drift-detection')),
  kind: defaulted(
    'What runs it',
    choice(['woodpecker', 'github', 'forgejo', 'argo', 'cron']),
    'woodpecker',
  ),
  repository: optional('Repository', nameText('infra')),
  changes: namesList('Areas or stacks that it may change; none: it only looks', 'networking'),
  every: optional('How often it runs by itself', duration({ min: '1m', max: '366d' })),
  applies: defaulted('It applies what it finds', flag(), false),
})

const imageSourceSchema = section({
  name: required('Name', nameText('forgejo')),
  registry: required('Registry', nameText('forgejo.example.com')),
  updates: defaulted(
    'How new images come in',
    choice(['keel', 'renovate', 'pinned', 'by-hand']),
    'pinned',
  ),
})

/** The section `estate.ci_cd`. */
export const ciCdSchema = section({
  about: optional('For the documentation', sentenceText('Woodpecker applies, nobody else')),
  pipelines: entries('Pipelines', pipelineSchema),
  image_sources: entries('Registries', imageSourceSchema),
})
