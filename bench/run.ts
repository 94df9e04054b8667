// `npm run bench [-- part …]`: measures, prints tables and writes JSON to bench/results/.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isRealtime, load, machineFacts } from './measure/machine.ts'
import { groupTable, table } from './measure/report.ts'
import { wrkMissing } from './measure/wrk.ts'
import { benchEstate, servicesUsual } from './parts/estate.ts'
import { benchGate } from './parts/gate.ts'
import { benchStart } from './parts/start.ts'
import { profile } from './parts/steps.ts'
import { benchWatch, watchTables } from './parts/watch.ts'

const usage = `Usage: npm run bench -- [steps] [gate] [watch] [estate] [start] [options]
  steps  what each step of a request costs, without sockets
  gate   what a check costs beside nginx and beside the fastest peer
  watch  how right, how soon and how quiet the watch is in simulated outages and years, and what it costs
  estate what reading, checking and generating cost with thousands of services
  start  from the process to ready, and what it holds at rest
Options:
  --rounds N    rounds of each series (3)
  --seconds N   seconds of each round (2)
  --only TEXT   only groups of "gate" whose name holds it: let-in, page, call, changes, peer
  --episodes N  outages of each layer in "watch" (2000)
  --years N     years of nothing in "watch" (10)
  --seed N      of "watch" (20261124)`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    episodes: { type: 'string', default: '2000' },
    years: { type: 'string', default: '10' },
    seed: { type: 'string', default: '20261124' },
    help: { type: 'boolean', default: false },
  },
})

const parts = positionals.length === 0 ? ['steps', 'gate'] : positionals
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const [episodes, years, seed] = [values.episodes, values.years, values.seed].map(Number)
const known = parts.every((part) => ['steps', 'gate', 'watch', 'estate', 'start'].includes(part))
const counted = [rounds, seconds, episodes, years, seed].every(
  (number = 0) => Number.isInteger(number) && number > 0,
)

if (values.help || !known || !counted) {
  console.log(usage)
  process.exit(values.help ? 0 : 2)
}

const started = new Date()
const loadBefore = load()
const result: Record<string, unknown> = { at: started.toISOString(), machine: machineFacts() }

if (parts.includes('steps')) {
  const steps = await profile()
  result['steps'] = steps
  const rows = steps.map(({ name, nanoseconds }) => [name, String(Math.round(nanoseconds))])
  console.log(`${table(['Steps of a request', 'ns'], rows)}\n`)
}

if (parts.includes('gate')) {
  const missing = wrkMissing()
  if (missing !== null) console.log(`Part "gate" is skipped: ${missing}`)
  else {
    const say = (line: string): void => console.error(line)
    const gate = await benchGate({ rounds, seconds, only: values.only, say })
    result['gate'] = gate
    console.log()
    for (const group of gate.groups) console.log(groupTable(group))
    const rows = gate.figures.map(({ name, unit, value }) => [name, `${value} ${unit}`])
    console.log(`${table(['Other figures', ''], rows)}\n`)
    for (const reason of gate.skipped) console.log(`Skipped: ${reason}`)
  }
}

if (parts.includes('watch')) {
  const say = (line: string): void => console.error(line)
  const watch = await benchWatch({ episodes, years, seed, say })
  result['watch'] = watch
  console.log(`\n${watchTables(watch)}\n`)
}

if (parts.includes('estate')) {
  const estate = await benchEstate({ rounds })
  result['estate'] = estate
  const rows = estate.map(({ milliseconds, name }) => [name, String(milliseconds)])
  console.log(`${table([`An estate of ${servicesUsual} services`, 'ms'], rows)}\n`)
}

if (parts.includes('start')) {
  const starts = await benchStart(Math.max(rounds, 7))
  result['start'] = starts
  const rows = starts.map((each) => [
    each.name,
    ...[each.readyMs, each.fastestMs, each.processorMs, each.restMiB, each.ownMiB].map(String),
  ])
  const head = ['Start to ready', 'ms', 'fastest', 'processor ms', 'MiB at rest', 'own MiB']
  console.log(`${table(head, rows)}\n`)
}

const tookSeconds = Math.round((Date.now() - started.getTime()) / 1000)
const noise = { isRealtime, loadBefore, loadAfter: load(), tookSeconds }
const directory = join(import.meta.dir, 'results')
mkdirSync(directory, { recursive: true })
const file = join(directory, `${started.toISOString().replaceAll(':', '-')}.json`)
writeFileSync(file, `${JSON.stringify({ ...result, noise }, null, 2)}\n`)
console.log(
  `Load average ${loadBefore} before, ${noise.loadAfter} after, on ${machineFacts().cores} cores${isRealtime ? ', with real-time priority' : ''}. ` +
    `${tookSeconds} s. ± is (largest − smallest) ÷ median. ` +
    'Ratios are medians over rounds, to the first line of each table.',
)
