// The rules load, and their tests pass, in the promtool of a real Prometheus; and a rule that is changed fails them.
import { expect } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../needs.ts'
import { scenario } from '../scenario.ts'

const binary = join(import.meta.dir, '../../bin/gatehouse')

interface Ended {
  readonly code: number | null
  readonly text: string
}

function run(command: readonly string[], directory: string): Ended {
  const [program = '', ...args] = command
  const ended = spawnSync(findProgram(program) ?? program, args, {
    cwd: directory,
    encoding: 'utf8',
  })
  return { code: ended.status, text: `${ended.stdout}${ended.stderr}` }
}

/** Some eight seconds where nothing else runs: promtool opens a database for each test. */
const storyMs = 180_000

scenario('generated rules pass promtool, test by test', { needs: ['promtool'] }, tested, storyMs)

function tested(): void {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-rules-'))
  try {
    const generate = (...more: string[]): Ended =>
      run([binary, 'generate', 'prometheus', '--scrape', 'a:9300', 'b:9300', ...more], directory)
    expect(generate('--job', 'door "x"', '--out', '.')).toMatchObject({ code: 0 })
    expect(generate('--job', 'door "x"', '--out', '.', '--check').code).toBe(0)

    const checked = run(['promtool', 'check', 'rules', 'gatehouse-rules.yaml'], directory)
    expect(checked).toMatchObject({ code: 0, text: expect.stringContaining('rules found') })
    const config = run(['promtool', 'check', 'config', 'gatehouse-scrape.yaml'], directory)
    expect(config).toMatchObject({ code: 0, text: expect.stringContaining('is valid') })
    const tested = run(['promtool', 'test', 'rules', 'gatehouse-rules-test.yaml'], directory)
    expect(tested).toMatchObject({ code: 0, text: expect.stringContaining('SUCCESS') })

    // A rule that has lost its meaning does not pass: the tests are tests.
    const file = join(directory, 'gatehouse-rules.yaml')
    const rules = readFileSync(file, 'utf8')
    const spoilt: readonly (readonly [alert: string, from: string, to: string])[] = [
      [
        'GatehouseLayerDown',
        'gatehouse_watch_layer_state == 2',
        'gatehouse_watch_layer_state >= 1',
      ],
      ['GatehouseStrangersRefused', 'GATE_4XX|GATE_5XX', 'GATE_400'],
      ['GatehouseStoreStructural', '{bound="low"} > 0.8', '{bound="high"} > 0.8'],
      ['GatehouseSessionStoreDown', 'gatehouse_session_store_up == 0', 'session_store_up == 0'],
    ]
    const other = spoilt.reduce((text, [, from, to]) => {
      expect(text).toContain(from)
      return text.replace(from, to)
    }, rules)
    writeFileSync(file, other)
    const failed = run(['promtool', 'test', 'rules', 'gatehouse-rules-test.yaml'], directory)
    expect(failed.code).toBe(1)
    for (const [alert] of spoilt) expect(failed.text).toContain(`alertname: ${alert},`)

    // What was changed by hand is not written over, unless somebody says so.
    expect(generate('--out', '.')).toMatchObject({
      code: 1,
      text: expect.stringContaining('changed by hand'),
    })
    expect(generate('--out', '.', '--force').code).toBe(0)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
