// What may be declared of pipelines and images, and what is said of anything else.
import { describeSection } from '../section-cases.fixture.ts'
import { ciCdSchema } from './schema.ts'

describeSection('estate.ci_cd', ciCdSchema, {
  whole: {
    about: 'Woodpecker',
    pipelines: [
      {
        name: 'apply',
        kind: 'woodpecker',
        repository: 'infra',
        changes: ['networking'],
        every: '1d',
        applies: true,
      },
    ],
    image_sources: [{ name: 'forgejo', registry: 'forgejo.example.com', updates: 'keel' }],
  },
  least: [
    [
      'a pipeline',
      { pipelines: [{ name: 'a' }] },
      { pipelines: [{ kind: 'woodpecker', changes: [], applies: false }] },
    ],
    [
      'a source',
      { image_sources: [{ name: 'a', registry: 'docker.io' }] },
      { image_sources: [{ updates: 'pinned' }] },
    ],
  ],
  wrong: [
    [
      'a pipeline without a name',
      { pipelines: [{ kind: 'cron' }] },
      ['pipelines[0].name: nothing → a name such as "drift-detection"'],
    ],
    [
      'a kind with a slip',
      { pipelines: [{ name: 'a', kind: 'forgeo' }] },
      [
        'pipelines[0].kind: "forgeo" → one of "woodpecker", "github", "forgejo", "argo", "cron"; meant "forgejo"',
      ],
    ],
    [
      'a pipeline that applies now and then',
      { pipelines: [{ name: 'a', applies: 'sometimes' }] },
      ['pipelines[0].applies: "sometimes" → "true" or "false"'],
    ],
    [
      'a time that is cron’s',
      { pipelines: [{ name: 'a', every: '0 4 * * *' }] },
      [
        'pipelines[0].every: "0 4 * * *" → a duration from "1m" to "366d" (units: ms, s, m, h, d, w)',
      ],
    ],
    [
      'a source without a registry',
      { image_sources: [{ name: 'a' }] },
      ['image_sources[0].registry: nothing → a name such as "forgejo.example.com"'],
    ],
    [
      'updates of an unknown kind',
      { image_sources: [{ name: 'a', registry: 'docker.io', updates: 'manual' }] },
      ['image_sources[0].updates: "manual" → one of "keel", "renovate", "pinned", "by-hand"'],
    ],
  ],
  bounds: [
    [
      'each minute',
      { pipelines: [{ name: 'a', every: '1m' }] },
      { pipelines: [{ name: 'a', every: '59s' }] },
    ],
    [
      'each year',
      { pipelines: [{ name: 'a', every: '366d' }] },
      { pipelines: [{ name: 'a', every: '367d' }] },
    ],
  ],
})
