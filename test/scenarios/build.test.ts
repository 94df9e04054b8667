// The one file that a release is: every command of it starts, and it stays small.
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commands } from '../../src/cli/registry.ts'
import { must } from '../../src/std/assert.ts'

const root = join(import.meta.dir, '../..')
const directory = mkdtempSync(join(tmpdir(), 'gatehouse-build-'))
const program = join(directory, 'gatehouse')
/** Design: under 120 MB. */
const programBytesMax = 120_000_000

/** The command line of `npm run build`, with another place for what comes out. */
function buildCommand(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>
  }
  const line = must(scripts['build']?.split('&& bun ')[1], 'A script builds')
  return line.replace('dist/gatehouse', program).split(' ')
}

function run(args: readonly string[]) {
  const { exitCode, stderr, stdout } = Bun.spawnSync([program, ...args], { cwd: directory })
  return { exitCode, out: stdout.toString(), error: stderr.toString() }
}

const built = Bun.spawnSync([process.execPath, ...buildCommand()], { cwd: root })

afterAll(() => rmSync(directory, { recursive: true }))

describe('npm run build', () => {
  test('writes one program of less than 120 MB', () => {
    expect(built.exitCode).toBe(0)
    expect(statSync(program).size).toBeLessThan(programBytesMax)
  })

  test('knows every command before it is loaded', () => {
    const { out } = run(['--help'])
    for (const { usage } of commands) expect(out).toContain(`\n  ${usage.split(' ')[0]}`)
  })

  test.each(commands.map(({ usage }) => usage.split(' ')[0] ?? ''))(
    'loads %s out of the one file',
    (name) => {
      const { error, exitCode, out } = run([name, '--help'])
      expect({ error, exitCode }).toEqual({ error: '', exitCode: 0 })
      expect(out).toStartWith(`Usage: gatehouse ${name}`)
    },
  )

  test('loads what a configuration asks for out of the one file', () => {
    const file = join(root, 'examples/minimal.yaml')
    const { exitCode, out } = run(['check', '--config', file, '--json'])
    expect(JSON.parse(out)).toBeArray()
    expect(exitCode).toBe(0)
  })
})
