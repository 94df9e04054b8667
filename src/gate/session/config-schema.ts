// The section `sessions`: how long people stay signed in, and the bounds of what is stored.
import { choice, count, defaulted, duration, section } from '../../std/schema/schema.ts'

/** Declares `sessions`. */
export const sessionsSchema = section({
  store: defaulted(
    'Where sessions live: "sqlite" in the data directory, or "memory", which forgets them at the end ' +
      'of the process. A change needs a restart',
    choice(['sqlite', 'memory']),
    'sqlite',
  ),
  lifetime: defaulted(
    'Longest time from sign-in to the next sign-in',
    duration({ min: '1m', max: '400d' }),
    '7d',
  ),
  idle: defaulted(
    'Longest time without a request before the session ends',
    duration({ min: '1m', max: '400d' }),
    '24h',
  ),
  per_user: defaulted(
    'Sessions of one person; the oldest ends for a new one',
    count(1, 10_000),
    20,
  ),
  total: defaulted(
    'Sessions of all people; the oldest ends for a new one',
    count(1, 10_000_000),
    100_000,
  ),
  stale: defaulted(
    'How long a known session is honoured while the store does not answer',
    duration({ min: '0s', max: '24h' }),
    '5m',
  ),
  cache_ttl: defaulted(
    'Age at which a cached session is read from the store again',
    duration({ min: '0s', max: '10m' }),
    '5s',
  ),
  cache_entries: defaulted('Sessions in the cache', count(1, 1_000_000), 100_000),
  sealed: defaulted(
    'Life of a session that the store had no room for and that travels sealed in its cookie',
    duration({ min: '1m', max: '24h' }),
    '1h',
  ),
})
