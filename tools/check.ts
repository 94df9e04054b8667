// The gate for a change without foreign processes: format, lint, types, unit tests, dead code. Runs every
// step although one failed, so that all problems are seen at once.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dir, '..')
const folders = ['src', 'test', 'tools', 'bench'].filter((folder) => existsSync(join(root, folder)))

const bun = process.execPath
const program = (name: string): string => join(root, 'node_modules', '.bin', name)

/** Each step: its name, the command, and how to put things right. */
const steps = [
  { name: 'format', command: [program('oxfmt'), '--check', '.'], fix: 'npm run format' },
  {
    name: 'lint',
    command: [program('oxlint'), '--deny-warnings', '--format', 'unix', ...folders],
    fix: null,
  },
  { name: 'types', command: [program('tsc'), '-p', '.'], fix: null },
  {
    name: 'tests',
    command: [bun, 'test', '--timeout', '60000', '--only-failures']
      .concat(['--path-ignore-patterns', 'test/scenarios/**'])
      .concat(folders.map((folder) => `./${folder}`)),
    fix: null,
  },
  { name: 'dead code', command: [program('knip'), '--no-progress'], fix: null },
] as const

/** Runs one step; its output is shown only when it failed. */
function passes(step: (typeof steps)[number]): boolean {
  const started = performance.now()
  const [command = '', ...args] = step.command
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  const passed = result.status === 0
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${step.name} (${seconds} s)`)
  if (!passed) console.log(`${result.stdout}${result.stderr}`)
  if (!passed && step.fix !== null) console.log(`Put right with: ${step.fix}`)
  return passed
}

const failed = steps.filter((step) => !passes(step))
console.log(failed.length === 0 ? 'All good' : `Failed: ${failed.map((s) => s.name).join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
