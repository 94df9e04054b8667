// A house of hostile names before the programs that read what is generated of it: they take it, whatever it says.
import { expect } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { estateOf } from '../../src/config/estate.fixture.ts'
import { hostileHouse, hostileText, hostileTexts } from '../../src/config/estate-hostile.fixture.ts'
import { renderDeclaredTerraform } from '../../src/estate-authentik.ts'
import { renderPrometheusFiles } from '../../src/watch-alerts.ts'
import { findProgram } from '../needs.ts'
import { scenario } from '../scenario.ts'

const seed = 20260418

/** What a program says of files, and how it ends. */
function judged(
  files: readonly { readonly path: string; readonly text: string }[],
  [program, ...args]: readonly [string, ...string[]],
): readonly [number | null, string] {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-hostile-'))
  try {
    for (const { path, text } of files) writeFileSync(join(directory, path), text)
    const ended = spawnSync(findProgram(program) ?? program, args, {
      ...{ cwd: directory, encoding: 'utf8' },
      env: { PATH: process.env['PATH'] ?? '', HOME: directory, CHECKPOINT_DISABLE: '1' },
    })
    return [ended.status, `${ended.stdout}${ended.stderr}`]
  } finally {
    rmSync(directory, { recursive: true })
  }
}

scenario(
  'Terraform reads a house of hostile names, and formats it as it is',
  { needs: ['terraform'] },
  () => {
    const format = ['terraform', 'fmt', '-no-color', '-check', '-diff'] as const
    for (const texts of fc.sample(hostileTexts, { numRuns: 6, seed })) {
      const files = renderDeclaredTerraform(estateOf(hostileHouse(texts), { withRules: false }))
      expect(judged(files, format)).toEqual([0, ''])
      // The names of groups and policies stand in it letter by letter, as texts of HCL.
      const whole = files.map(({ text }) => text).join('\n')
      expect(whole.match(/^resource "authentik_group"/gm)).toHaveLength(1)
    }
    const [code] = judged([{ path: 'main.tf', text: 'a {\n' }], format)
    expect(code).not.toBe(0)
  },
)

scenario('promtool reads the rules of a job of any name', { needs: ['promtool'] }, () => {
  const check = ['promtool', 'check', 'rules', 'gatehouse-rules.yaml'] as const
  for (const job of fc.sample(hostileText, { numRuns: 12, seed })) {
    const [code, said] = judged(renderPrometheusFiles({ job, targets: ['gate:9300'] }), check)
    expect([job, code, code === 0 ? '' : said]).toEqual([job, 0, ''])
  }
})
