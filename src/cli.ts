// Front door of the command line: re-exports only.
export { runCli } from './cli/cli.ts'
export type { CommandEntry, RegisterCommand } from './cli/command-entry.ts'
export type { CliContext, ExitCode } from './cli/context.ts'
