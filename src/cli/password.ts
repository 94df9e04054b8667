// Reads a new password: twice from a terminal without showing it, or one line of standard input.
import { passwordBytesMax, passwordLengthMin } from '../gate-people.ts'
import { type Result, err, ok } from '../std/result.ts'
import type { Process } from '../world/process.ts'

/** The password, or a sentence that says why there is none. Never taken from arguments. */
export async function readNewPassword(process: Process): Promise<Result<string, string>> {
  const password = process.stdinIsTerminal
    ? await askTwice(process)
    : ok((await process.readStdin(passwordBytesMax + 2)).replace(/\r?\n$/, ''))
  return password.ok ? checkNewPassword(password.value) : password
}

async function askTwice(process: Process): Promise<Result<string, string>> {
  const first = await process.readHidden('Password: ', passwordBytesMax)
  if (first === null) return err('No password was given')
  const second = await process.readHidden('Again: ', passwordBytesMax)
  if (second === null) return err('No password was given')
  return first === second ? ok(first) : err('The two passwords differ')
}

function checkNewPassword(password: string): Result<string, string> {
  if (/[\r\n]/.test(password)) return err('Found more than one line, wanted the password alone')
  const length = [...password].length
  if (length < passwordLengthMin)
    return err(`The password has "${length}" characters, wanted "${passwordLengthMin}" or more`)
  if (Buffer.byteLength(password, 'utf8') > passwordBytesMax)
    return err(`The password has more than "${passwordBytesMax}" bytes`)
  return ok(password)
}
