// What a command loads, read off processes that load it: what it does not use costs it neither time nor memory.
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'

const root = join(import.meta.dir, '..')

/** Paths below the repository of everything that loading `module` brings in. */
function loadedWith(module: string): readonly string[] {
  const path = JSON.stringify(join(root, module))
  const code = `await import(${path}); console.log(JSON.stringify(Object.keys(require.cache)))`
  const { stdout, exitCode } = Bun.spawnSync([process.execPath, '-e', code], { cwd: root })
  expect(exitCode).toBe(0)
  return (JSON.parse(stdout.toString()) as readonly string[]).map((file) =>
    file.replace(`${root}/`, '').replace(/^.*\/node_modules\//, 'node_modules/'),
  )
}

/** Libraries that only some configurations need, or nobody. */
const rare = [
  'nodemailer',
  '@simplewebauthn/',
  '@opentelemetry/',
  '@lezer/',
  '@prometheus-io/',
].map((name) => `node_modules/${name}`)

const cases: readonly (readonly [module: string, wanted: string, unwanted: readonly string[]])[] = [
  ['src/cli.ts', 'src/cli/registry.ts', ['src/gate', 'src/watch', 'src/estate', 'src/config']],
  ['src/cli/version.ts', 'package.json', ['src/gate', 'src/config', 'node_modules/zod']],
  ['src/cli/serve.ts', 'src/gate/auth-endpoint.ts', ['src/watch', 'src/estate/areas', ...rare]],
  ['src/cli/serve.ts', 'src/gate/policy/compile.ts', ['src/estate/check', 'src/estate/render']],
  ['src/cli/watch.ts', 'src/watch/run/run.ts', ['src/watch/drill', 'src/watch/prove', ...rare]],
  ['src/cli/watch.ts', 'src/watch/core/create.ts', ['src/gate/gate.ts', 'src/estate/areas']],
  [
    'src/cli/check.ts',
    'src/estate/check/registry.ts',
    ['src/gate/gate.ts', 'src/watch/run/run.ts'],
  ],
  ['src/config.ts', 'src/config/load.ts', ['src/estate/areas', 'src/watch/config-schema.ts']],
]

describe('loading', () => {
  test.each(cases)('%s brings in %s and not %j', (module, wanted, unwanted) => {
    const loaded = loadedWith(module)
    expect(loaded).toContain(wanted)
    expect(loaded.filter((file) => unwanted.some((start) => file.startsWith(start)))).toEqual([])
  })
})
