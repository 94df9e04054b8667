// `gatehouse codify`: what a live authentik has, written down and read back, is no difference; as Terraform it
// is what the real Terraform reads and formats alike; as a blueprint it names what it refers to.
import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { parse, parseDocument } from 'yaml'
import { hclFile } from '../../src/estate/render/terraform/hcl.ts'
import { scenario } from '../scenario.ts'
import { run } from '../support/run-program.ts'
import { findProgram } from '../needs.ts'
import { type Drifting, frame, withDrifting } from '../support/drifting.ts'
import { liveArbitrary } from '../support/live-arbitrary.ts'

let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-codify-'))
})

afterAll(() => rmSync(directory, { recursive: true }))

/** Writes down, loads, compares. */
async function roundTrip({ authentik, drift, files, run }: Drifting): Promise<string> {
  const { code, out, error } = await run('codify', 'estate', '--url', authentik.url)
  // Applications whose bindings are no groups have no service, and are named.
  expect([0, 2]).toContain(code)
  expect(
    error.replaceAll(/.*: (Its bindings are not groups alone|Another application).*\n/g, ''),
  ).toBe('')
  files.writeAtomic('/gatehouse.yaml', `${frame}${out}`, 0o644)
  const drifted = await drift()
  expect([drifted.code, drifted.error, drifted.out, out]).toEqual([0, '', drifted.out, out])
  return drifted.out
}

describe('gatehouse codify', () => {
  scenario('"authentik" is another word for "estate"', {}, () =>
    withDrifting({ house: {} }, async ({ authentik, run }) => {
      const [one, other] = [
        await run('codify', 'estate', '--url', authentik.url),
        await run('codify', 'authentik', '--url', authentik.url),
      ]
      expect(other).toEqual(one)
      expect(one.out).toStartWith('# Written by "gatehouse codify estate"')
    }),
  )

  scenario('codify → load → drift is empty, for any authentik', {}, () =>
    fc.assert(
      fc.asyncProperty(liveArbitrary, (house) =>
        withDrifting({ house }, async (drifting) => {
          const out = await roundTrip(drifting)
          expect(out).toContain('Plan: 0 to add, 0 to change, 0 to destroy.')
          expect(out).toContain(' 0 unmanaged, 0 skipped, 0 not understood')
          expect(drifting.authentik.control.violations()).toEqual([])
        }),
      ),
      { numRuns: 40 },
    ),
  )

  scenario('a secret in an attribute is named, hidden and no difference', {}, () => {
    const groups = { staff: { attributes: { api_token: 'hunter2hunter2', floor: 3 } } }
    return withDrifting(
      { house: { managed: { groups } } },
      async ({ authentik, drift, files, run }) => {
        const { code, out, error } = await run('codify', 'estate', '--url', authentik.url)
        expect(code).toBe(2)
        expect(error).toContain(
          'group "staff": "attributes.api_token" is a secret, never written down',
        )
        const terraform = await run('codify', 'terraform', '--url', authentik.url)
        expect(terraform.out).toContain('api_token = var.group_staff_api_token')
        files.writeAtomic('/gatehouse.yaml', `${frame}${out}`, 0o644)
        const drifted = await drift()
        expect(drifted.code).toBe(0)
        expect(drifted.out).toContain('A secret is declared nowhere')
        for (const text of [out, error, drifted.out, terraform.out])
          expect(text).not.toContain('hunter2')
      },
    )
  })

  scenario('what was changed by hand is not written over', {}, () =>
    withDrifting({ house: {} }, async ({ authentik, files, run }) => {
      const line = ['codify', 'blueprint', '--url', authentik.url, '--out', '/out']
      expect((await run(...line)).code).toBe(0)
      expect((await run(...line, '--check')).code).toBe(0)
      files.writeAtomic('/out/authentik-blueprint.yaml', 'mine\n', 0o644)
      const { code, error } = await run(...line)
      expect([code, error]).toEqual([
        1,
        'gatehouse: Found "/out/authentik-blueprint.yaml" changed by hand, wanted it as generated; move it away or use --force\n',
      ])
      expect((await run(...line, '--force')).code).toBe(0)
    }),
  )

  scenario('an authentik that is away writes nothing', {}, () =>
    withDrifting({ house: {} }, async ({ authentik, files, run }) => {
      await authentik.down()
      const ran = await run('codify', 'terraform', '--url', authentik.url, '--out', '/out')
      expect([ran.code, ran.out]).toEqual([1, ''])
      expect(ran.error).toContain('nothing was written')
      expect(files.exists('/out')).toBe(false)
    }),
  )

  scenario('a blueprint names every object once and finds all it refers to', {}, () =>
    fc.assert(
      fc.asyncProperty(liveArbitrary, (house) =>
        withDrifting({ house }, async ({ authentik, run }) => {
          const { code, out } = await run('codify', 'blueprint', '--url', authentik.url)
          expect(code).toBe(0)
          expect(parseDocument(out).errors).toEqual([])
          const { entries }: { entries: { id: string }[] } = parse(out, { logLevel: 'silent' })
          const ids = entries.map(({ id }) => id)
          expect(new Set(ids).size).toBe(ids.length)
          for (const [, id = ''] of out.matchAll(/!KeyOf (.*)$/gm)) expect(ids).toContain(parse(id))
        }),
      ),
      { numRuns: 15 },
    ),
  )
})

describe('gatehouse codify terraform', () => {
  scenario('the real Terraform formats it as it is', { needs: ['terraform'] }, () =>
    fc.assert(
      fc.asyncProperty(liveArbitrary, (house) =>
        withDrifting({ house }, async ({ authentik, files, run }) => {
          const out = mkdtempSync(join(directory, 'fmt-'))
          const { code } = await run('codify', 'terraform', '--url', authentik.url, '--out', '/tf')
          expect(code).toBe(0)
          for (const name of [
            'main',
            'data',
            'variables',
            'groups',
            'policies',
            'providers',
            'applications',
            'bindings',
            'outposts',
            'imports',
          ]) {
            const text = files.readText(`/tf/${name}.tf`)
            if (text.ok) writeFileSync(join(out, `${name}.tf`), text.value)
          }
          expect(await terraform(out, 'fmt', '-no-color', '-check', '-diff')).toEqual([0, ''])
        }),
      ),
      { numRuns: 12 },
    ),
  )
})

describe('hclFile()', () => {
  scenario('the real Terraform reads every text as it was', { needs: ['terraform'] }, async () => {
    const piece = fc.constantFrom(
      '$',
      '%',
      '{',
      '}',
      '\\',
      '"',
      '\n',
      '\t',
      '\r',
      ' ',
      'EOT',
      'ü',
      '\u0007',
    )
    const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''))
    const texts = fc.sample(text, { numRuns: 300, seed: 7 })
    const blocks = texts.map((value, index) => ({
      type: 'output',
      labels: [`o${index}`],
      attributes: { value: index % 2 === 0 ? value : { inner: [value], other: value } },
    }))
    const out = mkdtempSync(join(directory, 'read-'))
    writeFileSync(join(out, 'main.tf'), hclFile('Texts', blocks))
    expect(await terraform(out, 'fmt', '-no-color', '-check', '-diff')).toEqual([0, ''])
    const [code, error] = await terraform(out, 'apply', '-auto-approve', '-no-color')
    expect([code, code === 0 ? '' : error]).toEqual([0, ''])
    const [, json] = await terraform(out, 'output', '-json')
    const outputs: Record<string, { value: unknown }> = JSON.parse(json)
    for (const [index, wanted] of texts.entries())
      expect(outputs[`o${index}`]?.value).toEqual(
        index % 2 === 0 ? wanted : { inner: [wanted], other: wanted },
      )
  })
})

async function terraform(cwd: string, ...args: readonly string[]): Promise<[number, string]> {
  const env = { PATH: process.env['PATH'] ?? '', CHECKPOINT_DISABLE: '1', HOME: cwd }
  const command = [findProgram('terraform') ?? 'terraform', ...args]
  const { code, out, error } = await run(command, { cwd, env, bare: true })
  return [code, out + error]
}
