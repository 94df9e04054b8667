// `gatehouse import authentik` against the stand-in, over HTTP: the file that it writes is loaded, and
// decides for every person at every application as authentik's bindings do.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { runCli } from '../../src/cli/cli.ts'
import { loadConfig } from '../../src/config.ts'
import { type Explanation, explainRequest } from '../../src/gate-explain.ts'
import { type GateConfig, compilePolicy } from '../../src/gate.ts'
import { must } from '../../src/std/assert.ts'
import { fakeWorld } from '../../src/world/fake-world.ts'
import { realFiles } from '../../src/world/files.ts'
import { realHttpClient } from '../../src/world/http-client.ts'
import { type Authentik, startAuthentik } from '../peers/authentik/authentik.ts'
import { exampleOptions } from '../peers/authentik/example.ts'
import { type Binding, type Person, mayUse } from '../peers/authentik/model.ts'
import { type AuthentikOptions, newState } from '../peers/authentik/state.ts'
import { scenario } from '../scenario.ts'

let directory = ''
let count = 0

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-import-'))
})

afterAll(() => rmSync(directory, { recursive: true }))

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function run(args: readonly string[], token: string): Promise<Ran> {
  const world = {
    ...fakeWorld({ args: ['import', 'authentik', ...args], env: { AUTHENTIK_TOKEN: token } }),
    files: realFiles(),
    http: realHttpClient(),
  }
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors() }
}

interface ImportedFile extends Ran {
  readonly file: string
  readonly text: string
}

async function importInto(authentik: Authentik, ...more: string[]): Promise<ImportedFile> {
  const file = join(directory, `${count++}.yaml`)
  const ran = await run(['--url', authentik.url, '--out', file, ...more], authentik.adminToken)
  return { ...ran, file, text: existsSync(file) ? readFileSync(file, 'utf8') : '' }
}

async function load(file: string): Promise<GateConfig> {
  const loaded = await loadConfig({ files: realFiles(), file, withSecrets: false })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error))
  return loaded.value.gate
}

function asked(gate: GateConfig, url: string, person: Person | null): Explanation {
  const { username: user, groups, email } = person ?? { username: '', groups: [], email: '' }
  return explainRequest(
    { policy: compilePolicy(gate.services), gateHost: gate.host },
    { url, person: person === null ? null : { user, groups, email, provider: 'authentik' } },
  )
}

/** What differs between the file and authentik, for everybody at every application. */
function differences(options: AuthentikOptions, { text, error }: ImportedFile, gate: GateConfig) {
  const { people, providers } = newState(options)
  return providers.flatMap((provider) => {
    const application = must(provider.application, 'Every provider of the test has an application')
    const alone = error.includes(`application "${application.name}"`)
    const left = text.includes(`  # application "${application.name}": authentik alone decides`)
    const nobody = asked(gate, provider.external_host, null).decision
    return [
      ...(nobody === 'sign-in' ? [] : [`nobody at ${application.name}: ${nobody}`]),
      ...people.flatMap((person) => {
        const { decision, rule } = asked(gate, provider.external_host, person)
        const wanted = mayUse(person, application) ? 'allow' : 'forbid'
        // What has no word of ours is authentik's to decide, is named, and is open to nobody else.
        const isLeft = left && alone && rule?.providers.join() === 'authentik'
        if (isLeft ? decision === 'allow' : decision === wanted) return []
        return [`${person.username} at ${application.name}: ${decision}, wanted ${wanted}`]
      }),
    ]
  })
}

async function withAuthentik(
  options: AuthentikOptions,
  story: (authentik: Authentik) => Promise<void>,
): Promise<void> {
  const authentik = await startAuthentik(options)
  try {
    await story(authentik)
  } finally {
    await authentik.close()
  }
}

const groupNames = ['staff', 'admins', 'guests', 'a "b" # c', '*', 'Zoë: [x]', 'yes']
const userNames = ['ada', 'bob', 'jürgen', 'true', 'null']

const bindingArbitrary: fc.Arbitrary<Binding> = fc
  .record({
    who: fc.oneof(
      fc.record({ group: fc.constantFrom(...groupNames) }),
      fc.record({ user: fc.constantFrom(...userNames) }),
    ),
    negate: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    enabled: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
  })
  .map(({ who, negate, enabled }) => ({ ...who, negate, enabled }))

const estateArbitrary: fc.Arbitrary<AuthentikOptions> = fc.record({
  pageSizeMax: fc.constantFrom(1, 2, 100),
  people: fc
    .array(fc.uniqueArray(fc.constantFrom(...groupNames), { maxLength: 3 }), {
      minLength: userNames.length,
      maxLength: userNames.length,
    })
    .map((all) => userNames.map((username, i) => ({ username, groups: all[i] ?? [] }))),
  providers: fc
    .array(
      fc.record({
        bindings: fc.array(bindingArbitrary, { maxLength: 3 }),
        policy_engine_mode: fc.constantFrom('any' as const, 'any' as const, 'all' as const),
        mode: fc.constantFrom(
          'proxy' as const,
          'forward_single' as const,
          'forward_domain' as const,
        ),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((all) =>
      all.map(({ mode, ...application }, i) => ({
        ...{ name: `app${i}`, mode, external_host: `https://app${i}.zone${i}.example.com` },
        cookie_domain: mode === 'forward_domain' ? `zone${i}.example.com` : '',
        application: { ...application, name: `App ${i}` },
      })),
    ),
})

scenario('an imported estate decides like authentik, whatever the bindings', {}, () =>
  fc.assert(
    fc.asyncProperty(estateArbitrary, (options) =>
      withAuthentik(options, async (authentik) => {
        const imported = await importInto(authentik)
        expect(imported.code).toBe(imported.error.includes('left out: ') ? 2 : 0)
        const gate = await load(imported.file)
        expect(differences(options, imported, gate)).toEqual([])
        const again = await importInto(authentik)
        expect(again.text).toBe(imported.text)
      }),
    ),
    { numRuns: 25 },
  ),
)

describe('the example', () => {
  scenario('is written whole and decides like authentik', {}, () =>
    withAuthentik(exampleOptions, async (authentik) => {
      const imported = await importInto(authentik)
      expect(imported).toMatchObject({ code: 0, error: '' })
      expect(imported.text).not.toContain(authentik.adminToken)
      const gate = await load(imported.file)
      expect(differences(exampleOptions, imported, gate)).toEqual([])
      expect(gate.outpost?.address.baseUrl).toBe(authentik.url)
      const health = asked(gate, 'http://new.home.localhost/healthz', null)
      expect(health).toMatchObject({ decision: 'allow', reason: 'open' })
      expect(asked(gate, 'http://grafana.home.localhost/healthz', null).decision).toBe('sign-in')
    }),
  )
})

const troubled: AuthentikOptions = {
  people: [{ username: 'ada', groups: ['staff'] }],
  outpost: { providers: ['negated', 'listed', 'unsaid'] },
  providers: [
    {
      ...{ name: 'negated', external_host: 'https://negated.example.com' },
      application: { name: 'Negated', bindings: [{ group: 'staff', negate: true }] },
    },
    {
      ...{ name: 'listed', external_host: 'https://listed.example.org' },
      skip_path_regex: '^/open/\n\n^/api\n(?i)^/odd$\n^/favicon\\.ico$',
      application: {
        name: 'Listed',
        bindings: [{ user: 'ada' }, { group: 'old', enabled: false }],
      },
    },
    {
      ...{ name: 'unsaid', external_host: 'https://unsaid.example.com' },
      application: {
        ...{ name: 'Unsaid', policy_engine_mode: 'all' },
        bindings: [{ group: 'staff' }, { user: 'ada' }],
      },
    },
    { name: 'idle', external_host: 'https://idle.example.com' },
    { name: 'bare', external_host: 'https://bare.example.com', application: null },
  ],
}

scenario('what cannot be said is named on standard error and in the file', {}, () =>
  withAuthentik(troubled, async (authentik) => {
    const { code, error, text, file } = await importInto(authentik)
    expect(code).toBe(2)
    const lines = error.trimEnd().split('\n')
    expect(lines).toEqual([
      'note: application "Listed": Allowed paths: Line 2 is blank; it counts for nothing here',
      'left out: application "Listed": The allowed path "(?i)^/odd$" cannot be said as a path pattern: it asks for sign-in',
      'left out: application "Listed": The allowed path "^/api" opens more than "/api/**"',
      'note: application "Listed": The binding of group "old" is disabled and left out',
      'left out: application "Negated": The binding of group "staff" is negated; authentik alone decides',
      'left out: application "Unsaid": Policy engine mode "all" asks "2" bindings; authentik alone decides',
      'note: provider "bare": No outpost that is looked at has it; it is left out',
      'note: provider "idle": No outpost that is looked at has it; it is left out',
    ])
    for (const line of lines)
      expect(text).toContain(`# - ${line.replace(/^(note|left out): /, '')}`)
    const gate = await load(file)
    const open = (path: string): string =>
      asked(gate, `https://listed.example.org${path}`, null).decision
    expect(['/open/x', '/api/x', '/favicon.ico'].map(open)).toEqual(['allow', 'allow', 'allow'])
    expect(['/apix', '/odd', '/faviconXico'].map(open)).toEqual(['sign-in', 'sign-in', 'sign-in'])
  }),
)

scenario('a file that is there is replaced with --force alone', {}, () =>
  withAuthentik(exampleOptions, async (authentik) => {
    const file = join(directory, 'mine.yaml')
    writeFileSync(file, 'mine')
    const args = ['--url', authentik.url, '--out', file]
    const refused = await run(args, authentik.adminToken)
    expect(refused.code).toBe(1)
    expect(refused.error).toContain('it is there already')
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect((await run([...args, '--force'], authentik.adminToken)).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('services:')
  }),
)

scenario('one outpost of several can be asked for, by its name', {}, () =>
  withAuthentik(exampleOptions, async (authentik) => {
    expect((await importInto(authentik, '--outpost', 'test outpost')).code).toBe(0)
    const other = await importInto(authentik, '--outpost', 'other')
    expect(other).toMatchObject({ code: 1, text: '' })
    expect(other.error).toContain('wanted one of ["test outpost"]')
  }),
)

describe('nothing is written when', () => {
  scenario('the token is that of the outpost', {}, () =>
    withAuthentik(exampleOptions, async (authentik) => {
      const file = join(directory, 'never.yaml')
      const ran = await run(['--url', authentik.url, '--out', file], authentik.token)
      expect(ran.code).toBe(1)
      expect(ran.error).toContain('not one of a person who may read everything')
      expect(ran.error).not.toContain(authentik.token)
      expect(existsSync(file)).toBe(false)
    }),
  )

  scenario('authentik is down', {}, () =>
    withAuthentik(exampleOptions, async (authentik) => {
      await authentik.down()
      const ran = await importInto(authentik)
      expect(ran).toMatchObject({ code: 1, text: '' })
    }),
  )
})

describe('a mistake in the call', () => {
  test.each([
    [['--url', 'ftp://id.example.com'], 'token', 'wanted one such as'],
    [['--url', 'https://id.example.com'], '', 'Missing an API token'],
    [['--url', 'https://id.example.com', '--token-file', '/nowhere'], '', 'does not exist'],
    [['--url', 'https://id.example.com'], 'two words', 'without white space'],
  ])('%p ends with 2', async (args, token, said) => {
    const ran = await run(args, token)
    expect(ran.code).toBe(2)
    expect(ran.error).toContain(said)
    if (token !== '') expect(ran.error).not.toContain('two words')
  })
})
