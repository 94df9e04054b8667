// The page of storage: classes, volumes, and how full each store of entries becomes.
import { formatDuration } from '../../../std/units.ts'
import type { Estate } from '../../estate.ts'
import { chapter, tableChapter } from '../../render/docs/page.ts'
import { docsTable, prose, sentence } from '../../render/docs/markup.ts'
import { ratioText, storeOutlooks } from '../../stores.ts'
import { formatBytes } from '../../text.ts'

const minuteMs = 60_000

/** Blocks of `architecture/storage.md`. */
export function storagePage(estate: Estate): readonly string[] {
  const { about, classes, volumes } = estate.areas.storage
  return [
    prose(about),
    chapter(
      'Classes',
      docsTable(
        ['class', 'kind', 'server', 'what for'],
        classes.map(({ about: use, kind, name, server }) => [
          name,
          kind,
          server ?? '',
          sentence(use ?? ''),
        ]),
      ),
    ),
    chapter(
      'Volumes',
      docsTable(
        ['volume', 'medium', 'size', 'holds', 'class or workload', 'needed by'],
        volumes.map((volume) => [
          ...[volume.name, volume.medium],
          `${formatBytes(volume.size)}${volume.default_size ? ' (nobody chose it)' : ''}`,
          ...[volume.holds, volume.class ?? volume.workload ?? '', volume.used_by.join(', ')],
        ]),
      ),
    ),
    tableChapter(
      'How full the stores become',
      'The ratio is what arrives while an entry is kept, over what the store holds: above 1 it fills, after the time given; half is the aim.',
      docsTable(
        ['store', 'arrive', 'of which monitors', 'kept', 'ratio', 'full'],
        storeOutlooks(estate).map(({ forecast, perMs, probesPerMs, volume }) => [
          ...[volume.name, `${(perMs * minuteMs).toPrecision(3)}/min`],
          `${Math.round((100 * probesPerMs) / perMs)} %`,
          volume.retention === undefined ? 'for ever' : formatDuration(volume.retention),
          ratioText(forecast.ratioWithoutRestart.mid),
          forecast.timeToFullMs.mid === null
            ? 'never'
            : `after ${formatDuration(forecast.timeToFullMs.mid)}`,
        ]),
      ),
    ),
  ]
}
