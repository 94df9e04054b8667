// The test command: readies the peers, runs unit tests and then each scenario file in a process of its
// own, and closes with what ran, what was skipped and why, and one line of totals.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { missingDebianPackages } from './needs.ts'
import { type Totals, addTotals, readJunitTotals, readRecords, summary } from './report.ts'

const testTimeoutMs = 60_000
const scenarioFileTimeoutMs = 300_000
const unitTimeoutMs = 900_000
const aptTimeoutMs = 300_000

const root = join(import.meta.dir, '..')

/** Installs what Debian has of the missing peers. Whatever fails here only means skips later. */
function readyPeers(): void {
  const packages = missingDebianPackages()
  if (packages.length === 0) return
  if (process.getuid?.() !== 0 || Bun.which('apt-get') === null) {
    console.log(`Peers not installed: ${packages.join(', ')}; their scenarios are skipped`)
    return
  }
  console.log(`Installing peers for the scenarios: ${packages.join(', ')}`)
  // RUNLEVEL=1 keeps Debian from starting the services that come with the packages.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const apt = (args: readonly string[]): boolean => {
    const result = spawnSync('apt-get', ['-qq', ...args], { env, timeout: aptTimeoutMs })
    if (result.status !== 0) console.log(`apt-get ${args[0]} failed:\n${String(result.stderr)}`)
    return result.status === 0
  }
  if (apt(['update'])) apt(['install', '-y', '--no-install-recommends', ...packages])
}

/** Runs `bun test` on `paths`; a run that ends without a report counts as one failure. */
function runTests(paths: readonly string[], directory: string, timeoutMs: number): Totals {
  const report = join(directory, 'junit.xml')
  rmSync(report, { force: true })
  const args = ['test', '--no-orphans', '--timeout', String(testTimeoutMs), '--only-failures']
  const result = spawnSync(
    process.execPath,
    [...args, '--reporter', 'junit', '--reporter-outfile', report, ...paths],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      env: { ...process.env, GATEHOUSE_SCENARIO_RECORD: join(directory, 'scenarios.jsonl') },
    },
  )
  const totals = existsSync(report) ? readJunitTotals(readFileSync(report, 'utf8')) : null
  if (totals !== null && (result.status === 0 || totals.failed > 0)) return totals
  const ending = result.signal ?? `exit code ${result.status}`
  console.log(
    `Failed: ${paths.join(' ')} ended with ${ending} and without saying which test failed`,
  )
  return { passed: totals?.passed ?? 0, failed: 1, skipped: totals?.skipped ?? 0 }
}

function testFiles(pattern: string): string[] {
  return [...new Bun.Glob(pattern).scanSync({ cwd: root })]
    .filter((path) => !path.includes('node_modules/'))
    .map((path) => `./${path}`)
    .toSorted()
}

function main(): number {
  const chosen = process.argv.slice(2)
  const isChosen = (path: string): boolean =>
    chosen.length === 0 || chosen.some((word) => path.includes(word))
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-test-'))
  const started = performance.now()
  try {
    readyPeers()
    const all = testFiles('{src,test,tools,bench}/**/*.test.{ts,tsx}').filter(isChosen)
    const scenarios = all.filter((path) => path.startsWith('./test/scenarios/'))
    const units = all.filter((path) => !scenarios.includes(path))

    let totals: Totals = { passed: 0, failed: 0, skipped: 0 }
    if (units.length > 0) totals = addTotals(totals, runTests(units, directory, unitTimeoutMs))
    for (const path of scenarios) {
      const fileStarted = performance.now()
      const result = runTests([path], directory, scenarioFileTimeoutMs)
      totals = addTotals(totals, result)
      const seconds = ((performance.now() - fileStarted) / 1000).toFixed(1)
      console.log(`${result.failed === 0 ? 'ok  ' : 'FAIL'} ${path.slice(2)} (${seconds} s)`)
    }
    const records = readRecords(join(directory, 'scenarios.jsonl'))
    console.log(summary(records, totals, performance.now() - started))
    return totals.failed === 0 && totals.passed > 0 ? 0 : 1
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

process.exit(main())
