// The test command: readies the peers, runs the unit tests of each part and then each scenario file in a
// process of its own, and closes with what ran, what was skipped and why, and one line of totals.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { missingDebianPackages } from './needs.ts'
import { type Totals, addTotals, partsOf, readJunitTotals, readRecords, summary } from './report.ts'

// All of them only end what hangs, on a machine that is busy with other things, too.
const testTimeoutMs = 120_000
const scenarioFileTimeoutMs = 1_800_000
const unitTimeoutMs = 900_000
const aptTimeoutMs = 900_000
/** Another program may be at the packages of this machine, as right after its start. */
const aptLockSeconds = 120

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
  const apt = (...args: readonly string[]): boolean => {
    const options = ['-qq', '-o', `DPkg::Lock::Timeout=${aptLockSeconds}`]
    const result = spawnSync('apt-get', [...options, ...args], { env, timeout: aptTimeoutMs })
    if (result.status !== 0)
      console.log(`apt-get ${args.join(' ')} failed:\n${String(result.stderr)}`)
    return result.status === 0
  }
  const install = (...names: readonly string[]): boolean =>
    apt('install', '-y', '--no-install-recommends', ...names)
  // One list that cannot be fetched is not all of them.
  apt('update')
  // Neither is one package that cannot be had.
  if (!install(...packages) && packages.length > 1) for (const name of packages) install(name)
}

/**
 * Runs `bun test` on `paths`. A run that ends without a report is a failure of its only file, or is had
 * again file by file, so that the one that hangs or takes the process with it is named.
 */
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
  if (totals === null && paths.length > 1) {
    console.log(`${paths.length} files ended with ${ending} and no report: now one by one`)
    return paths
      .map((path) => runTests([path], directory, timeoutMs))
      .reduce((sum, each) => addTotals(sum, each), nothing)
  }
  console.log(
    `Failed: ${paths.join(' ')} ended with ${ending} and without saying which test failed`,
  )
  return { passed: totals?.passed ?? 0, failed: 1, skipped: totals?.skipped ?? 0 }
}

const nothing: Totals = { passed: 0, failed: 0, skipped: 0 }

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

    let totals = nothing
    const run = (name: string, paths: readonly string[], timeoutMs: number): void => {
      const runStarted = performance.now()
      const result = runTests(paths, directory, timeoutMs)
      totals = addTotals(totals, result)
      const seconds = ((performance.now() - runStarted) / 1000).toFixed(1)
      console.log(`${result.failed === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`)
    }
    for (const [part, paths] of partsOf(units)) run(part, paths, unitTimeoutMs)
    for (const path of scenarios) run(path.slice(2), [path], scenarioFileTimeoutMs)
    const records = readRecords(join(directory, 'scenarios.jsonl'))
    console.log(summary(records, totals, performance.now() - started))
    return totals.failed === 0 && totals.passed > 0 ? 0 : 1
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

process.exit(main())
