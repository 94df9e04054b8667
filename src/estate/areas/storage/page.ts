// The page of storage: classes, volumes, and what each store of entries comes to.
import { markdownTable } from '../../../std/markdown.ts'
import { formatDuration } from '../../../std/units.ts'
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
import { storeOutlooks } from '../../stores.ts'
import { formatBytes } from '../../text.ts'

const minuteMs = 60_000

/** Blocks of `architecture/storage.md`. */
export function storagePage(estate: Estate): readonly string[] {
  const { about, classes, volumes } = estate.areas.storage
  return [
    about ?? '',
    chapter(
      'Classes',
      markdownTable(
        ['class', 'kind', 'server', 'what for'],
        classes.map(({ about: use, kind, name, server }) => [name, kind, server ?? '', use ?? '']),
      ),
    ),
    chapter(
      'Volumes',
      markdownTable(
        ['volume', 'medium', 'size', 'holds', 'class or workload', 'needed by'],
        volumes.map((volume) => [
          ...[volume.name, volume.medium],
          `${formatBytes(volume.size)}${volume.default_size ? ' (nobody chose it)' : ''}`,
          ...[volume.holds, volume.class ?? volume.workload ?? '', volume.used_by.join(', ')],
        ]),
      ),
    ),
    chapter(
      'What stores come to',
      'Rate times retention over capacity is the ratio: above 1 a store fills, at the time given; the aim is 0.5.',
      markdownTable(
        ['store', 'arrive', 'of which monitors', 'kept', 'ratio', 'full'],
        storeOutlooks(estate).map(({ forecast, perMs, probesPerMs, volume }) => [
          ...[volume.name, `${(perMs * minuteMs).toPrecision(3)}/min`],
          `${Math.round((100 * probesPerMs) / perMs)} %`,
          volume.retention === undefined ? 'for ever' : formatDuration(volume.retention),
          forecast.ratioWithoutRestart.mid.toFixed(2),
          forecast.timeToFullMs.mid === null
            ? 'never'
            : `after ${formatDuration(forecast.timeToFullMs.mid)}`,
        ]),
      ),
    ),
  ]
}
