// `gatehouse users`: people of the built-in accounts, added, listed and removed by an operator.
import { type Command, InvalidArgumentError } from 'commander'
import { type Administration, type ListedPerson, administerPeople } from '../gate-people.ts'
import type { GateConfig } from '../gate.ts'
import { textTable } from '../std/text-table.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'
import { readNewPassword } from './password.ts'

/** What `users add` was given. The password is no option: arguments show in every list of processes. */
interface AddOptions extends ConfigOptions {
  readonly displayName: string
  readonly email: string
  readonly groups: readonly string[]
  readonly replace?: boolean
}

interface ListOptions extends ConfigOptions {
  readonly json?: boolean
}

/** Adds `gatehouse users add|list|remove`. */
export function registerUsers(program: Command, context: CliContext): void {
  const users = program.command('users').description('People of the built-in accounts')
  withExamples(users, [['gatehouse users add alice --groups staff', 'Add a person']])
  registerAdd(users, context)
  registerList(users, context)
  registerRemove(users, context)
}

function registerAdd(users: Command, context: CliContext): void {
  const command = users
    .command('add')
    .description('Add a person; the password is typed, or is one line of standard input')
    .argument('<name>', 'Name to sign in with; case does not matter')
    .option('--display-name <text>', 'Name to show', '')
    .option('--email <address>', 'E-mail address', '')
    .option('--groups <list>', 'Groups, separated by commas', commaList, [])
    .option('--replace', 'Replace a person of that name; their passkeys and codes stay')
    .action(
      context.action((name: string, options: AddOptions) =>
        withPeople({ context, options, create: true }, (people, gate) =>
          add({ context, people, gate }, name, options),
        ),
      ),
    )
  withConfigOption(command)
  withExamples(command, [
    ['gatehouse users add alice --groups staff,admins', 'Asks for the password twice'],
    ['gatehouse users add alice --replace < password.txt', 'A new password, from a file'],
  ])
}

function registerList(users: Command, context: CliContext): void {
  const command = users
    .command('list')
    .description('List everyone, of the people file and added by command')
    .option('--json', 'Print an array instead of a table')
    .action(
      context.action((options: ListOptions) =>
        withPeople({ context, options, create: false }, (people) => list(context, people, options)),
      ),
    )
  withConfigOption(command)
  withExamples(command, [['gatehouse users list --json', 'For a script']])
}

function registerRemove(users: Command, context: CliContext): void {
  const command = users
    .command('remove')
    .description('Remove a person with their passkeys and codes; their sessions end')
    .argument('<name>', 'Name of the person')
    .action(
      context.action((name: string, options: ConfigOptions) =>
        withPeople({ context, options, create: false }, (people, gate) =>
          remove({ context, people, gate }, name),
        ),
      ),
    )
  withConfigOption(command)
  withExamples(command, [['gatehouse users remove alice', 'Alice is signed out within a second']])
}

/** What a body works with. */
interface Bench {
  readonly context: CliContext
  readonly people: Administration
  readonly gate: GateConfig
}

/** Loads the configuration, opens the people, runs `body`, closes. Failures are said on the way. */
async function withPeople(
  on: {
    readonly context: CliContext
    readonly options: ConfigOptions
    /** Whether the file may be made if there is none. */
    readonly create: boolean
  },
  body: (people: Administration, gate: GateConfig) => ExitCode | Promise<ExitCode>,
): Promise<ExitCode> {
  const { context, options, create } = on
  const loaded = await loadOrReport(context, options, { withEstate: false })
  if (loaded === null) return 2
  const { files, clock } = context.world
  const people = administerPeople({ config: loaded.gate, files, clock, create })
  if (!people.ok) return fail(context, people.error)
  try {
    return await body(people.value, loaded.gate)
  } finally {
    people.value.close()
  }
}

/** Asks for the password last: nobody types one twice for a name that is taken. */
async function add(bench: Bench, user: string, options: AddOptions): Promise<ExitCode> {
  const { context, people, gate } = bench
  const { displayName: name, email, groups } = options
  const person = { user, name, email, groups, replace: options.replace === true }
  // Known before anyone has typed a password twice.
  const allowed = people.checkNew(person)
  if (!allowed.ok) return fail(context, allowed.error)
  const password = await readNewPassword(context.world.process)
  if (!password.ok) return fail(context, password.error)
  const added = await people.add({ ...person, password: password.value })
  if (!added.ok) return fail(context, added.error)
  context.world.process.out(
    `Added "${user}"${groups.length === 0 ? '' : ` to ${groups.join(', ')}`}\n` +
      `Next: sign in at ${gate.origin}/_gatehouse/account to add a passkey or one-time codes\n` +
      'A gate that is running knows it already\n',
  )
  return 0
}

/** Never a hash or a secret, in the table or as JSON. */
function list(context: CliContext, people: Administration, options: ListOptions): ExitCode {
  const { out } = context.world.process
  const listed = people.list()
  if (!listed.ok) return fail(context, listed.error)
  if (options.json === true) out(`${JSON.stringify(listed.value, null, 2)}\n`)
  else if (listed.value.length === 0) out('Nobody yet; add someone with "gatehouse users add"\n')
  else out(table(listed.value))
  return 0
}

/** Exit 1 when the person still stands in the people file: a script must not believe they are gone. */
function remove({ context, people, gate }: Bench, user: string): ExitCode {
  const removed = people.remove(user)
  if (!removed.ok) return fail(context, removed.error)
  if (removed.value === 'removed') {
    context.world.process.out(`Removed "${user}" with all passkeys and codes\n`)
    return 0
  }
  const file = gate.identity.accounts?.file ?? ''
  return fail(
    context,
    `"${user}" stands in "${file}"; passkeys and codes are removed, the entry is yours to remove`,
  )
}

function fail(context: CliContext, message: string): ExitCode {
  context.world.process.error(`gatehouse: ${message}\n`)
  return 1
}

function commaList(text: string): readonly string[] {
  const entries = text.split(',').map((entry) => entry.trim())
  if (entries.includes('')) throw new InvalidArgumentError('Wanted names separated by commas')
  return entries
}

function table(people: readonly ListedPerson[]): string {
  return textTable([
    ['NAME', 'GROUPS', 'E-MAIL', 'FROM', 'CODES', 'PASSKEYS'],
    ...people.map((person) => [
      person.user,
      person.groups.join(','),
      person.email,
      person.source,
      person.codes ? 'on' : 'off',
      String(person.passkeys),
    ]),
  ])
}
