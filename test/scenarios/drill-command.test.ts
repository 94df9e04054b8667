// `gatehouse drill` as it is typed: one drill, one of one's own, the list, slips of the pen, exit codes.
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const binary = join(import.meta.dir, '../../bin/gatehouse')
const directory = mkdtempSync(join(tmpdir(), 'gatehouse-drill-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function run(...args: readonly string[]): { code: number; out: string; error: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([binary, 'drill', ...args])
  return { code: exitCode, out: stdout.toString(), error: stderr.toString() }
}

/** A file with a drill. */
function drillFile(name: string, text: string): string {
  const file = join(directory, name)
  writeFileSync(file, text)
  return file
}

describe('gatehouse drill', () => {
  test('tells a drill of the library to a person, the same bytes for the same seed', () => {
    const { code, out } = run('stale-replica', '--seed', '4')
    expect(code).toBe(0)
    expect(out).toStartWith('stale-replica: One of three replicas')
    expect(out).toContain('Seed 4')
    expect(out).toContain('[layer:ingress/10.0.20.2]')
    expect(out).toContain('The ground truth is met.')
    expect(run('stale-replica', '--seed', '4').out).toBe(out)
  })

  test('tells it to a program', () => {
    const { code, out } = run('edge-503', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      name: 'edge-503',
      seed: 1,
      truth: ['edge'],
      verdict: { layer: ['edge'] },
      notifications: 1,
    })
  })

  test('ends with 1 where the truth is not found', () => {
    const file = drillFile(
      'wrong.yaml',
      'title: t\nsource: s\nfaults: [{ element: edge }]\ntruth: [idp]\n',
    )
    const { code, out } = run('--file', file)
    expect(code).toBe(1)
    expect(out).toContain('The ground truth is NOT met:\n- Found "edge", the truth is "idp"')
  })

  test('names every mistake in a drill of one’s own with its place', () => {
    const file = drillFile(
      'mistakes.yaml',
      'title: t\nsource: s\nfaults:\n  - { element: edgy, mode: softly }\ntruth: [idp]\n',
    )
    const { code, error, out } = run('--file', file)
    expect([code, out]).toEqual([2, ''])
    expect(error).toContain(`${file}:4:16: faults[0].element: Found "edgy"`)
    expect(error).toContain('Did you mean "edge"')
    expect(error).toContain('faults[0].mode: Found "softly"')
  })

  test('lists the library', () => {
    const { code, out } = run('--list')
    expect(code).toBe(0)
    expect(out).toMatch(/^2026-04-18 +The outage of 2026-04-18, as it was/m)
    expect(out.trim().split('\n').length).toBeGreaterThanOrEqual(40)
    const listed: unknown = JSON.parse(run('--list', '--json').out)
    expect(listed).toContainEqual(expect.objectContaining({ name: 'store-full' }))
  })

  test.each<[string, readonly string[], string]>([
    [
      'a name that is none',
      ['store-ful'],
      'No drill is called "store-ful", did you mean "store-full"',
    ],
    [
      'a file that is none',
      ['--file', '/nowhere.yaml'],
      'Cannot read the drill "/nowhere.yaml": "ENOENT"',
    ],
    ['nothing', [], 'Wanted one of: a name, "--all", "--list", "--file FILE", "--live"'],
    ['two things', ['store-full', '--list'], 'Wanted one of'],
    ['a seed that is none', ['store-full', '--seed', 'x'], 'Found "x", wanted a whole number'],
  ])('refuses %s', (_, args, wanted) => {
    const { code, error } = run(...args)
    expect(code).toBe(2)
    expect(error).toContain(wanted)
  })
})
