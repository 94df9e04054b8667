// The gate for a change without foreign processes: format, lint, types, unit tests, dead code. Runs every
// step although one failed, so that all problems are seen at once.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dir, '..')
const folders = ['src', 'test', 'tools', 'bench'].filter((folder) => existsSync(join(root, folder)))

const bun = process.execPath
const program = (name: string): string => join(root, 'node_modules', '.bin', name)

/** Tests below some folders; scenarios are for `npm test`. */
function testsOf(names: readonly string[]): readonly string[] {
  const options = ['--timeout', '60000', '--only-failures']
  const ignored = ['--path-ignore-patterns', 'test/scenarios/**']
  return [bun, 'test', ...options, ...ignored, ...names.map((name) => `./${name}`)]
}

// What the parts stand on, beside what stands on them: so that both lanes take as long.
const ground = ['src/std', 'src/world', 'src/model', 'src/config']
const parts = ['src/gate', 'src/watch', 'src/estate', 'src/cli']

/** Each step: its name, the command, and how to put things right. */
const steps = [
  { name: 'format', command: [program('oxfmt'), '--check', '.'], fix: 'npm run format' },
  {
    name: 'lint',
    command: [program('oxlint'), '--deny-warnings', '--format', 'unix', ...folders],
    fix: null,
  },
  { name: 'types', command: [program('tsc'), '-p', '.'], fix: null },
  { name: 'tests of the parts', command: testsOf(parts), fix: null },
  { name: 'tests of the ground', command: testsOf(ground), fix: null },
  { name: 'house', command: testsOf(folders.filter((folder) => folder !== 'src')), fix: null },
  { name: 'dead code', command: [program('knip'), '--no-progress'], fix: null },
] as const

/** Runs one step; its output is shown only when it failed. */
async function passes(step: (typeof steps)[number]): Promise<boolean> {
  const started = performance.now()
  const child = Bun.spawn([...step.command], { cwd: root, stdout: 'pipe', stderr: 'pipe' })
  const [out, error, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  const passed = status === 0
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${step.name} (${seconds} s)`)
  if (!passed) console.log(`${out}${error}`)
  if (!passed && step.fix !== null) console.log(`Put right with: ${step.fix}`)
  return passed
}

/** Names of the steps of a lane that failed; the next one starts when the one before has ended. */
async function lane(names: readonly string[]): Promise<readonly string[]> {
  const failed: string[] = []
  for (const step of steps.filter(({ name }) => names.includes(name)))
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    if (!(await passes(step))) failed.push(step.name)
  return failed
}

// The tests of the parts take as long as all the rest together: two lanes for two cores.
const rest = ['format', 'lint', 'types', 'dead code', 'house', 'tests of the ground']
const lanes = await Promise.all([lane(['tests of the parts']), lane(rest)])
const failed = lanes.flat()
console.log(failed.length === 0 ? 'All good' : `Failed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
