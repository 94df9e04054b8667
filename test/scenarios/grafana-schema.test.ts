// The dashboard that `generate grafana` writes, judged by Grafana's own types: the compiler reads it as one.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { FieldColorModeId, MappingType, ThresholdsMode } from '@grafana/schema'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderDashboard } from '../../src/watch-alerts.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const modules = join(import.meta.dir, '../../node_modules')
let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-grafana-'))
  symlinkSync(modules, join(directory, 'node_modules'))
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Words of JSON that the types know as members of an enumeration, which no text is assignable to. */
const members: readonly (readonly [key: string, word: string, member: string])[] = [
  ['mode', ThresholdsMode.Absolute, 'ThresholdsMode.Absolute'],
  ['mode', FieldColorModeId.Thresholds, 'FieldColorModeId.Thresholds'],
  ['mode', FieldColorModeId.PaletteClassic, 'FieldColorModeId.PaletteClassic'],
  ['type', MappingType.ValueToText, 'MappingType.ValueToText'],
]

/** What the compiler says of a dashboard. */
function judged(json: string): string {
  const literal = members.reduce(
    (text, [key, word, member]) => text.replaceAll(`"${key}": "${word}"`, `"${key}": ${member}`),
    json,
  )
  const file = join(directory, 'dashboard.ts')
  writeFileSync(
    file,
    `import { type Dashboard, FieldColorModeId, MappingType, ThresholdsMode } from '@grafana/schema'
export const used = [FieldColorModeId, MappingType, ThresholdsMode]
export const dashboard: Partial<Dashboard> = ${literal}`,
  )
  const compiler = join(modules, '.bin/tsc')
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'esnext', '--types', '']
  const { stdout } = Bun.spawnSync(
    [compiler, ...options, '--moduleResolution', 'bundler', 'dashboard.ts'],
    { cwd: directory },
  )
  return stdout.toString()
}

describe('the dashboard', () => {
  const dashboard = renderDashboard({ job: 'gatehouse' })

  test('is one by the types of Grafana', () => {
    expect(judged(dashboard)).toBe('')
  })

  test('would not be with a panel that has no type, or a place that is a text', () => {
    expect(judged(dashboard.replace('"type": "stat",', ''))).toContain('error TS')
    expect(judged(dashboard.replace('"h": 5', '"h": "5"'))).toContain('error TS')
  })
})
