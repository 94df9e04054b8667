// The command line as a person meets it: help, examples, usage errors, exit codes, colour.
import { describe, expect, test } from 'bun:test'
import { type RegisterCommand, createProgram, runCli } from './cli.ts'
import { colorWanted, createPaint } from './context.ts'
import { commands } from './registry.ts'
import { type FakeWorld, fakeWorld } from '../world/fake-world.ts'

async function run(args: readonly string[], registry?: readonly RegisterCommand[]) {
  const world = fakeWorld({ args })
  const code = await runCli(world, registry)
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

describe('runCli', () => {
  const usage: readonly (readonly [name: string, args: readonly string[], message: string])[] = [
    ['an unknown command', ['versoin'], 'Unknown command "versoin"\n(Did you mean version?)'],
    ['an unknown option', ['version', '--jsn'], 'Unknown option "--jsn"\n(Did you mean --json?)'],
    ['an argument too many', ['version', 'now'], 'Too many arguments for "version"'],
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
    const result = await run(['broken'], [registerBroken])
    expect(result.code).toBe(1)
    expect(result.error).toContain('defect of its own: TypeError: x is not a function')
  })

  test('passes the exit code of a command on', async () => {
    const result = await run(
      ['two'],
      [(program, context) => program.command('two').action(context.action(() => 2))],
    )
    expect(result.code).toBe(2)
  })

  test('prints the version as a line and as data', async () => {
    expect((await run(['version'])).out).toMatch(/^gatehouse \d+\.\d+\.\d+ \(bun /)
    expect(JSON.parse((await run(['version', '--json'])).out)).toHaveProperty('version')
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('every command', () => {
  const program = createProgram(fakeWorld({ args: [] }), commands, () => {})
  const all = program.commands.flatMap((command) =>
    command.commands.length === 0 ? [command] : command.commands,
  )
  for (const command of all) {
    const words = [command.name()]
    for (let parent = command.parent; parent !== null && parent !== program; parent = parent.parent)
      words.unshift(parent.name())
    test(`${words.join(' ')} has a help text with an example and no side effect`, async () => {
      const result = await run([...words, '--help'])
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
