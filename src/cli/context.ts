// What every command is given, and the few helpers that make all commands behave alike.
import type { Command } from 'commander'
import type { World } from '../world/world.ts'

/** 0 good · 1 something is wrong or failed · 2 usage or configuration mistakes, or findings. */
export type ExitCode = 0 | 1 | 2

/** What a command gets. */
export interface CliContext {
  readonly world: World
  /**
   * Wraps the body of a command for `command.action(...)`: the number it returns is the exit code.
   * `--no-color` and NO_COLOR are looked at before the body runs.
   */
  action<Arguments extends readonly unknown[]>(
    body: (...args: Arguments) => ExitCode | Promise<ExitCode>,
  ): (...args: Arguments) => Promise<void>
  /** Colours for standard output; plain text where it is no terminal or colour is off. */
  paint(): Paint
}

/** Wraps text in a colour, or leaves it as it is. */
export interface Paint {
  bold(text: string): string
  red(text: string): string
  yellow(text: string): string
  green(text: string): string
  dim(text: string): string
}

/** Escape sequences (ECMA-48 SGR) when `on`, otherwise the text alone. */
export function createPaint(on: boolean): Paint {
  const wrap =
    (open: number, close: number) =>
    (text: string): string =>
      on ? `\u001b[${open}m${text}\u001b[${close}m` : text
  return {
    bold: wrap(1, 22),
    red: wrap(31, 39),
    yellow: wrap(33, 39),
    green: wrap(32, 39),
    dim: wrap(2, 22),
  }
}

/** True unless the person or the place says no colour (https://no-color.org). */
export function colorWanted(
  noColorFlag: boolean,
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  const forbidden = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== ''
  return isTerminal && !noColorFlag && !forbidden && env['TERM'] !== 'dumb'
}

/** Adds the examples that every `--help` ends with; each is one command line and what it is for. */
export function withExamples(
  command: Command,
  examples: readonly (readonly [commandLine: string, purpose: string])[],
): Command {
  const lines = examples.map(([line, purpose]) => `  # ${purpose}\n  $ ${line}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}
