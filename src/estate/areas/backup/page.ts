// The page of backups: what is saved, what is not, and how to restore it.
import { formatDuration } from '../../../std/units.ts'
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
import { docsTable, plain, prose, sentence } from '../../render/docs/markup.ts'

/** Blocks of `architecture/backup.md`. */
export function backupPage({ areas }: Estate): readonly string[] {
  const { about, jobs } = areas.backup
  return [
    prose(about),
    chapter(
      'Jobs',
      docsTable(
        ['job', 'saves', 'to', 'every', 'kept', 'second copy', 'restore tried'],
        jobs.map((job) => [
          ...[job.name, job.of.join(', '), job.to, formatDuration(job.every)],
          job.keeps === undefined ? '' : formatDuration(job.keeps),
          ...[job.off_site, job.restored ?? 'never, as far as is declared'],
        ]),
      ),
    ),
    chapter(
      'How to restore',
      jobs
        .flatMap(({ name, restore }) =>
          restore === undefined ? [] : [`- **${plain(name)}**: ${sentence(restore).markdown}`],
        )
        .join('\n'),
    ),
  ]
}
