// What holds for each command there is: usage errors, values that cannot be, configurations that cannot be read.
import { describe, expect, test } from 'bun:test'
import type { Command, Option } from 'commander'
import { fakeWorld } from '../world/fake-world.ts'
import { createProgram, runCli } from './cli.ts'
import { loadAll } from './command-entry.ts'
import { commands } from './registry.ts'

interface Leaf {
  readonly path: readonly string[]
  readonly command: Command
}

const program = createProgram(fakeWorld({ args: [] }), await loadAll(commands), () => {})

function leavesBelow(command: Command, path: readonly string[]): readonly Leaf[] {
  const children = command.commands.filter((child) => child.name() !== 'help')
  return children.length === 0
    ? [{ path, command }]
    : children.flatMap((child) => leavesBelow(child, [...path, child.name()]))
}

const leaves = leavesBelow(program, []).map((leaf) => [leaf.path.join(' '), leaf] as const)

/** Arguments and options without which a command does not get as far as its configuration. */
const needed: Readonly<Record<string, readonly string[]>> = {
  discover: ['traefik', '--url', 'http://127.0.0.1:1'],
  codify: ['estate'],
  why: ['app.example.com'],
  'incident show': ['x'],
  'incident export': ['x'],
  'incident note': ['x', 'y', '--kind', 'report'],
  explain: ['--url', 'https://app.example.com/'],
  'policy test': ['/cases.yaml'],
  snippet: ['nginx'],
  generate: ['prometheus'],
  'users add': ['alice'],
  'users remove': ['alice'],
  'sessions revoke': ['--all'],
  plan: ['/a.yaml', '/b.yaml'],
  'import authentik': ['--url', 'http://127.0.0.1:1'],
}

/** Exit code for a configuration that cannot be read where it is not 2: the contract has 2 for differences. */
const cannotRun: Readonly<Record<string, { readonly missing: number; readonly wrong: number }>> = {
  check: { missing: 1, wrong: 2 },
  discover: { missing: 1, wrong: 1 },
  drift: { missing: 1, wrong: 1 },
  codify: { missing: 1, wrong: 1 },
}

async function run(args: readonly string[], files: Record<string, string> = {}) {
  const world = fakeWorld({ args, files })
  const code = await runCli(world)
  return { code, out: world.output(), error: world.errors() }
}

/** The last argument of a command may be one of a few words, given as choices. */
function placesOf(command: Command): readonly string[] {
  return command.registeredArguments.map(({ argChoices }) => argChoices?.[0] ?? 'x')
}

/** The options without which a command is not understood at all. */
function mandatoryOf(command: Command): readonly string[] {
  const values: Readonly<Record<string, string>> = {
    '--kind': 'report',
    '--url': 'http://127.0.0.1:1',
  }
  return command.options.flatMap(({ long, mandatory }) =>
    mandatory && typeof long === 'string' ? [`${long}=${values[long] ?? ''}`] : [],
  )
}

const takesValue = (option: Option): boolean => option.required

describe.each(leaves)('gatehouse %s', (name, { path, command }) => {
  test('refuses an option that it does not have, and names it', async () => {
    const { code, out, error } = await run([...path, ...mandatoryOf(command), '--no-such-option'])
    expect([code, out]).toEqual([2, ''])
    expect(error).toStartWith('gatehouse: Unknown option "--no-such-option"')
  })

  test('refuses an argument more than it has', async () => {
    const args = [...path, ...mandatoryOf(command), ...placesOf(command), 'one', 'more']
    const { code, out, error } = await run(args)
    expect([code, out]).toEqual([2, ''])
    expect(error).toMatch(/^gatehouse: Too many arguments/)
  })

  const required = command.registeredArguments.filter((argument) => argument.required)
  if (required.length > 0)
    test('says which argument is missing', async () => {
      const given = placesOf(command).slice(0, required.length - 1)
      const { code, out, error } = await run([...path, ...mandatoryOf(command), ...given])
      expect([code, out]).toEqual([2, ''])
      expect(error).toStartWith(
        `gatehouse: Missing required argument "${required.at(-1)?.name() ?? ''}"`,
      )
    })

  for (const argument of command.registeredArguments)
    if (argument.argChoices !== undefined)
      test(`takes no ${argument.name()} that is not one of its words`, async () => {
        const { code, out, error } = await run([...path, 'no-such-word'])
        expect([code, out]).toEqual([2, ''])
        expect(error).toContain('no-such-word')
        for (const word of argument.argChoices ?? []) expect(error).toContain(word)
      })

  const valued = command.options.filter(takesValue)
  if (valued.length > 0)
    test('says of each option that takes a value when it is missing', async () => {
      for (const option of valued) {
        const { code, out, error } = await run([...path, option.long ?? ''])
        expect([option.long, code, out]).toEqual([option.long, 2, ''])
        expect(error).toContain(`${option.long ?? ''} `)
        expect(error).toContain('argument missing')
      }
    })

  const parsed = valued.filter((option) => option.parseArg !== undefined && !option.variadic)
  // Groups are names of anybody's making.
  const strict = parsed.filter(({ long }) => long !== '--groups' && long !== '--prometheus')
  if (strict.length > 0)
    test('takes no value that cannot be, and says of which option', async () => {
      for (const option of strict)
        for (const value of ['', 'no such value', '-1', '\u0000', '9'.repeat(40)]) {
          const args = [...path, ...placesOf(command), `${option.long ?? ''}=${value}`]
          const { code, out, error } = await run(args)
          expect([option.long, value, code, out]).toEqual([option.long, value, 2, ''])
          expect(error).toStartWith('gatehouse: ')
          expect(error).toContain(option.long ?? '')
        }
    })

  if (command.options.some(({ long }) => long === '--config')) {
    const files = {
      missing: {},
      broken: { '/c.yaml': 'url: [' },
      mistaken: { '/c.yaml': 'url: https://auth.example.com\ndomain: example.com\n' },
    }
    for (const [what, given] of Object.entries(files))
      test(`does nothing with a configuration that is ${what}, and says where it is`, async () => {
        const args = [...path, ...(needed[name] ?? []), '--config', '/c.yaml']
        const { code, out, error } = await run(args, given)
        const codes = cannotRun[name] ?? { missing: 2, wrong: 2 }
        expect(code).toBe(what === 'missing' ? codes.missing : codes.wrong)
        // The findings are what check is asked for; everything else says them beside its output.
        const said = name === 'check' ? out : error
        expect(name === 'check' ? error : out).toBe('')
        expect(said).toContain(what === 'missing' ? '"/c.yaml" does not exist' : '/c.yaml:1:')
        if (what === 'mistaken') expect(said).toContain('Unknown key "domain"')
      })
  }
})

describe('messages of the command line', () => {
  test('begin with the name of the program where a command refuses what it was given', async () => {
    const refused = [
      ['capacity'],
      ['capacity', '--store', 'x'],
      ['sessions', 'revoke', '--config', '/c.yaml'],
      ['sessions', 'revoke', '--all', '--user', 'x'],
      ['sessions', 'revoke', '--key', 'short'],
      ['explain'],
      ['alerts', 'prove'],
      ['drill'],
      ['drill', 'no-such-drill'],
      ['drill', '--file', '/no-such-file.yaml'],
    ]
    for (const args of refused) {
      const { code, error } = await run(args)
      expect([args.join(' '), code]).toEqual([args.join(' '), 2])
      expect([args.join(' '), error.slice(0, 11)]).toEqual([args.join(' '), 'gatehouse: '])
    }
  })
})
