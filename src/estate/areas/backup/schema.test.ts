// What may be declared of backups, and what is said of anything else.
import { describeSection } from '../section-cases.fixture.ts'
import { backupSchema } from './schema.ts'

describeSection('estate.backup', backupSchema, {
  whole: {
    about: 'Nightly',
    jobs: [
      {
        name: 'nightly',
        of: ['postgresql'],
        to: 'nas',
        every: '1d',
        keeps: '30d',
        off_site: 'elsewhere',
        restored: '2026-04-01',
        restore: 'pg_restore of the newest dump',
      },
    ],
  },
  least: [
    [
      'a job',
      { jobs: [{ name: 'a', to: 'nas', every: '1d' }] },
      { jobs: [{ of: [], off_site: 'none', every: 86400000 }] },
    ],
  ],
  wrong: [
    [
      'a job to nowhere',
      { jobs: [{ name: 'a', every: '1d' }] },
      ['jobs[0].to: nothing → a name such as "truenas/backup"'],
    ],
    [
      'a job that is never done',
      { jobs: [{ name: 'a', to: 'nas' }] },
      ['jobs[0].every: nothing → a duration from "1m" to "366d" (units: ms, s, m, h, d, w)'],
    ],
    [
      'a day that the calendar does not have',
      { jobs: [{ name: 'a', to: 'nas', every: '1d', restored: '2026-02-30' }] },
      ['jobs[0].restored: "2026-02-30" → a day such as "2026-04-18"'],
    ],
    [
      'a day of a leap year that was none',
      { jobs: [{ name: 'a', to: 'nas', every: '1d', restored: '2025-02-29' }] },
      ['jobs[0].restored: "2025-02-29" → a day such as "2026-04-18"'],
    ],
    [
      'a day with its time',
      { jobs: [{ name: 'a', to: 'nas', every: '1d', restored: '2026-04-01T00:00:00Z' }] },
      ['jobs[0].restored: "2026-04-01T00:00:00Z" → a day such as "2026-04-18"'],
    ],
    [
      'a day in words',
      { jobs: [{ name: 'a', to: 'nas', every: '1d', restored: 'yesterday' }] },
      ['jobs[0].restored: "yesterday" → a day such as "2026-04-18"'],
    ],
    [
      'a second copy somewhere',
      { jobs: [{ name: 'a', to: 'nas', every: '1d', off_site: 'somewhere' }] },
      [
        'jobs[0].off_site: "somewhere" → one of "none", "same-house", "elsewhere"; meant "elsewhere"',
      ],
    ],
    [
      'what is saved, with a slip',
      { jobs: [{ name: 'a', to: 'nas', every: '1d', off: ['postgresql'] }] },
      ['jobs[0].off: unknown "off"; meant "of"'],
    ],
  ],
  bounds: [
    [
      'a leap day',
      { jobs: [{ name: 'a', to: 'nas', every: '1d', restored: '2024-02-29' }] },
      { jobs: [{ name: 'a', to: 'nas', every: '1d', restored: '2024-02-30' }] },
    ],
    [
      'each minute',
      { jobs: [{ name: 'a', to: 'nas', every: '1m' }] },
      { jobs: [{ name: 'a', to: 'nas', every: '30s' }] },
    ],
    [
      'copies for a hundred years',
      { jobs: [{ name: 'a', to: 'nas', every: '1d', keeps: '36500d' }] },
      { jobs: [{ name: 'a', to: 'nas', every: '1d', keeps: '36501d' }] },
    ],
  ],
})
