// The command line as a person meets it: help, examples, usage errors, exit codes, colour.
import { describe, expect, test } from 'bun:test'
import { createProgram, runCli } from './cli.ts'
import { type CommandEntry, type RegisterCommand, loadAll, loadNamed } from './command-entry.ts'
import { colorWanted, createPaint } from './context.ts'
import { commands } from './registry.ts'
import { type FakeWorld, fakeWorld } from '../world/fake-world.ts'

async function run(args: readonly string[], entries?: readonly CommandEntry[]) {
  const world = fakeWorld({ args })
  const code = await runCli(world, entries)
  return { code, out: world.output(), error: world.errors() }
}

/** A command that fails by throwing, as a defect would. */
const registerBroken: RegisterCommand = (program, context) => {
  program.command('broken').action(
    context.action(() => {
      throw new TypeError('x is not a function')
    }),
  )
}

function entry(usage: string, register: RegisterCommand | Error): CommandEntry {
  const load = async (): Promise<RegisterCommand> =>
    register instanceof Error ? Promise.reject(register) : Promise.resolve(register)
  return { usage, description: 'For a test', load }
}

describe('runCli', () => {
  const usage: readonly (readonly [name: string, args: readonly string[], message: string])[] = [
    ['an unknown command', ['versoin'], 'Unknown command "versoin"\n(Did you mean version?)'],
    ['an unknown option', ['version', '--jsn'], 'Unknown option "--jsn"\n(Did you mean --json?)'],
    ['an argument too many', ['version', 'now'], 'Too many arguments for "version"'],
    [
      'a command behind a flag',
      ['--no-color', 'chekc'],
      'Unknown command "chekc"\n(Did you mean check?)',
    ],
    ['a command of a group', ['incident', 'shw'], 'Unknown command "shw"\n(Did you mean show?)'],
    ['a missing argument', ['why'], 'Missing required argument "host"'],
    ['an unknown option of a group', ['users', '--al'], 'Unknown option "--al"'],
    ['an unknown option of the program', ['--colour'], 'Unknown option "--colour"'],
  ]
  for (const [name, args, message] of usage)
    test(`answers ${name} with exit code 2, on standard error only`, async () => {
      const result = await run(args)
      expect(result.code).toBe(2)
      expect(result.out).toBe('')
      expect(result.error).toStartWith(`gatehouse: ${message}`)
    })

  test('prints help on standard error and exits 2 when no command is given', async () => {
    const result = await run([])
    expect(result.code).toBe(2)
    expect(result.out).toBe('')
    expect(result.error).toContain('Usage: gatehouse')
  })

  test('prints help on standard output and exits 0 when asked for it', async () => {
    const result = await run(['--help'])
    expect(result.code).toBe(0)
    expect(result.error).toBe('')
    expect(result.out).toContain('Commands:')
  })

  test('says that a throwing command is a defect and exits 1', async () => {
    const result = await run(['broken'], [entry('broken', registerBroken)])
    expect(result.code).toBe(1)
    expect(result.error).toContain('defect of its own: TypeError: x is not a function')
  })

  test('passes the exit code of a command on', async () => {
    const two: RegisterCommand = (program, context) =>
      program.command('two').action(context.action(() => 2))
    expect((await run(['two'], [entry('two', two)])).code).toBe(2)
  })

  test('loads no command but the one that is named', async () => {
    const broken = entry('broken [options] [name]', new TypeError('Loaded'))
    const two = entry('two', (program, context) =>
      program.command('two').action(context.action(() => 2)),
    )
    for (const args of [[], ['--help'], ['--version'], ['help'], ['two'], ['--no-color', 'two']])
      expect((await run(args, [broken, two])).error).not.toContain('Loaded')
    for (const args of [['broken'], ['help', 'broken'], ['--no-color', 'broken', '--help']])
      expect(await run(args, [broken, two])).toMatchObject({
        code: 1,
        error: expect.stringContaining('defect of its own: TypeError: Loaded'),
      })
  })

  test('prints the version as a line and as data', async () => {
    expect((await run(['version'])).out).toMatch(/^gatehouse \d+\.\d+\.\d+ \(bun /)
    expect(JSON.parse((await run(['version', '--json'])).out)).toHaveProperty('version')
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

const loaded = await loadAll(commands)

describe('every command', () => {
  const world = fakeWorld({ args: [] })
  const program = createProgram(world, loaded, () => {})
  const all = program.commands.flatMap((command) => [command, ...command.commands])

  test('is listed before it is loaded as it is afterwards', async () => {
    program.outputHelp()
    expect((await run(['--help'])).out).toBe(world.output())
  })

  test('that is only listed never runs', async () => {
    const listed = createProgram(fakeWorld({ args: [] }), await loadNamed(commands, []), () => {})
    await expect(listed.parseAsync(['serve'], { from: 'user' })).rejects.toThrow(
      'A command is loaded before it runs',
    )
  })

  for (const command of all) {
    const words = [command.name()]
    for (let parent = command.parent; parent !== null && parent !== program; parent = parent.parent)
      words.unshift(parent.name())
    test(`${words.join(' ')} has a help text with an example and no side effect`, async () => {
      const result = await run([...words, '--help'])
      expect(await run(['help', ...words.slice(0, 1)])).toMatchObject({ code: 0, error: '' })
      expect(result.code).toBe(0)
      expect(result.error).toBe('')
      expect(result.out).toContain('Examples:')
      expect(result.out).toContain(`$ gatehouse ${words.join(' ')}`)
      expect(command.description()).not.toBe('')
      expect(command.description()).not.toEndWith('.')
    })
  }
})

describe('colorWanted', () => {
  const cases: readonly (readonly [boolean, boolean, FakeWorld['process']['env'], boolean])[] = [
    [true, false, {}, true],
    [false, false, {}, false],
    [true, true, {}, false],
    [true, false, { NO_COLOR: '1' }, false],
    [true, false, { NO_COLOR: '' }, true],
    [true, false, { TERM: 'dumb' }, false],
  ]
  for (const [terminal, flag, env, wanted] of cases)
    test(`is ${wanted} for terminal ${terminal}, --no-color ${flag}, ${JSON.stringify(env)}`, () => {
      expect(colorWanted(flag, env, terminal)).toBe(wanted)
    })
})

describe('createPaint', () => {
  test('adds nothing when off and resets what it set when on', () => {
    expect(createPaint(false).red('x')).toBe('x')
    expect(createPaint(true).red('x')).toBe('\u001b[31mx\u001b[39m')
  })
})
