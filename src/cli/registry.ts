// Every command there is, in the order of `gatehouse --help`: a new one is one file and one line here.
import type { RegisterCommand } from './cli.ts'
import { registerVersion } from './version.ts'

/** Registrars of all commands. */
export const commands: readonly RegisterCommand[] = [registerVersion]
