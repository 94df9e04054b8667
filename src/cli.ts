// Front door of the command line: re-exports only.
export { type RegisterCommand, runCli } from './cli/cli.ts'
export type { CliContext, ExitCode } from './cli/context.ts'
