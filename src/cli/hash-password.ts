// `gatehouse hash-password`: the argon2id hash of a password, for a people file.
import type { Command } from 'commander'
import { hashPassword } from '../gate-people.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { readNewPassword } from './password.ts'

/** Adds `gatehouse hash-password`. */
export function registerHashPassword(program: Command, context: CliContext): void {
  const command = program
    .command('hash-password')
    .description('Print the argon2id hash of a password that is typed or comes on standard input')
    .action(context.action(() => printHash(context)))
  withExamples(command, [
    ['gatehouse hash-password', 'Asks twice and shows nothing'],
    ['gatehouse hash-password < password.txt', 'From a file; never from the command line'],
  ])
}

async function printHash(context: CliContext): Promise<ExitCode> {
  const { process } = context.world
  const password = await readNewPassword(process)
  if (!password.ok) {
    process.error(`gatehouse: ${password.error}\n`)
    return 1
  }
  process.out(`${await hashPassword(password.value)}\n`)
  return 0
}
