// `bun bench/parts/watch-stretch.ts SEED NOISE MINUTE`: what failed around a false alarm of ten quiet years, and why it came.
import { healthyYears } from '../../src/watch-drill.ts'
import { textTable } from '../../src/std/text-table.ts'

/** Minutes that are shown before and after the one that is asked for, and for which the watch looks on before. */
const around = { before: 10, after: 10, warmUp: 1000 } as const

const usage = 'Usage: bun bench/parts/watch-stretch.ts SEED independent|correlated MINUTE'

/** What is asked for; null: nothing that can be shown. */
function asked(): { seed: number; noise: 'independent' | 'correlated'; minute: number } | null {
  const [seed = 0, minute = 0] = [process.argv[2], process.argv[4]].map(Number)
  const noise = (['independent', 'correlated'] as const).find((name) => name === process.argv[3])
  const isCounted = [seed, minute].every((number) => Number.isInteger(number) && number > 0)
  return isCounted && noise !== undefined ? { seed, noise, minute } : null
}

/** Prints the rounds around the minute, and the alarms in it. */
function show({ minute, noise, seed }: NonNullable<ReturnType<typeof asked>>): void {
  const rows: string[][] = []
  const { alarms } = healthyYears({
    ...{ hosts: 163, years: 10, seed, noise },
    stretch: { from: Math.max(0, minute - around.warmUp), to: minute + around.after },
    observe: (input, { kind, leader }) => {
      if (input.kind !== 'round') return
      const failed = [...input.round.results].flatMap(([probe, ok]) => (ok ? [] : [probe]))
      const named = leader.elements.join(' + ') || 'nothing broken'
      rows.push([kind, named, leader.probability.toFixed(4), failed.join(' ') || '-'])
    },
  })
  const shown = rows.slice(-around.before - around.after)
  const first = minute + around.after - shown.length
  const lines = shown.map((cells, i) => [String(first + i), ...cells])
  console.log(textTable([['minute', 'verdict', 'leader', 'probability', 'failed'], ...lines]))
  for (const { cause, minute: at } of alarms) console.log(`Alarm in minute ${at}: ${cause}`)
}

const wanted = asked()
if (wanted === null) console.log(usage)
else show(wanted)
process.exit(wanted === null ? 2 : 0)
