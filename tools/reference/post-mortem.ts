// The post-mortem of 2026-04-18 as `gatehouse incident export` writes it, from a replay of the record.
import manifest from '../../package.json' with { type: 'json' }
import { replayApril } from '../../src/watch/incident/post-mortem/april.fixture.ts'
import { exportPostMortem } from '../../src/watch/incident/post-mortem/export.ts'
import type { ReferencePage } from './page.ts'

/** The page. */
export function postMortemPage(): ReferencePage {
  const { extra, record } = replayApril(`gatehouse ${manifest.version}`)
  return {
    path: 'docs/post-mortems/2026-04-18-outpost-store-full.md',
    text: exportPostMortem(record, extra),
  }
}
