// `gatehouse sessions`: who is signed in, and ending sessions, beside a running gate.
import { type Command, InvalidArgumentError } from 'commander'
import {
  type ListedSession,
  type SessionAdministration,
  administerSessions,
} from '../gate-people.ts'
import { textTable } from '../std/text-table.ts'
import { formatDuration } from '../std/units.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'

interface SelectOptions extends ConfigOptions {
  readonly user?: string
  readonly provider?: string
  readonly json?: boolean
}

interface ListOptions extends SelectOptions {
  readonly limit: number
}

interface RevokeOptions extends SelectOptions {
  readonly key?: string
  readonly all?: boolean
}

/** Sessions listed when no limit is given. */
const limitDefault = 1000
/** Shortest part of a key that is taken for it, and as much of it as a table shows. */
const keyPrefixMin = 8
const keyShown = 12
/** As much of a user agent as a table shows. */
const userAgentShown = 40

/** Adds `gatehouse sessions list|revoke`. */
export function registerSessions(program: Command, context: CliContext): void {
  const sessions = program.command('sessions').description('Who is signed in; end sessions')
  withExamples(sessions, [['gatehouse sessions revoke --user alice', 'Sign alice out everywhere']])
  registerList(sessions, context)
  registerRevoke(sessions, context)
}

function registerList(sessions: Command, context: CliContext): void {
  const command = sessions
    .command('list')
    .description('List who is signed in, newest sign-in first')
    .option('--user <name>', 'Only this person')
    .option('--provider <id>', 'Only those who signed in there; "accounts" are the built-in ones')
    .option('--limit <count>', 'At most so many', positiveCount, limitDefault)
    .option('--json', 'Print an array instead of a table')
    .action(
      context.action((options: ListOptions) =>
        withSessions(context, options, (sessions) => list(context, sessions, options)),
      ),
    )
  withConfigOption(command)
  withExamples(command, [
    ['gatehouse sessions list --user alice', 'Where alice is signed in'],
    ['gatehouse sessions list --json --limit 100000', 'For a script'],
  ])
}

function registerRevoke(sessions: Command, context: CliContext): void {
  const command = sessions
    .command('revoke')
    .description('End sessions; a running gate refuses them within a second')
    .option('--user <name>', 'Those of this person')
    .option('--provider <id>', 'Those who signed in there; "accounts" are the built-in ones')
    .option('--key <key>', `One session: its key, or the first ${keyPrefixMin} characters or more`)
    .option('--all', 'Every session there is')
    .option('--json', 'Print {"ended": N}')
    .action(context.action((options: RevokeOptions) => revokeOrRefuse(context, options)))
  withConfigOption(command)
  withExamples(command, [
    ['gatehouse sessions revoke --user alice', 'Sign alice out everywhere'],
    ['gatehouse sessions revoke --key iNq3aXk0P_v2', 'One session, as "sessions list" shows it'],
    ['gatehouse sessions revoke --all', 'Sign everyone out'],
  ])
}

async function withSessions(
  context: CliContext,
  options: ConfigOptions,
  body: (sessions: SessionAdministration) => Promise<ExitCode>,
): Promise<ExitCode> {
  const loaded = await loadOrReport(context, options, { withEstate: false })
  if (loaded === null) return 2
  const { files, clock, log } = context.world
  // The log goes to standard output, which is for the list; a fault is said as the error it leads to.
  const quiet: typeof log = { write: () => {} }
  const sessions = administerSessions({ config: loaded.gate, files, clock, log: quiet })
  if (!sessions.ok) return fail(context, sessions.error)
  try {
    return await body(sessions.value)
  } finally {
    await sessions.value.close()
  }
}

async function list(
  context: CliContext,
  sessions: SessionAdministration,
  options: ListOptions,
): Promise<ExitCode> {
  const { clock, process } = context.world
  const listed = await sessions.list(selectorOf(options), options.limit)
  if (!listed.ok) return fail(context, listed.error)
  if (options.json === true) {
    process.out(`${JSON.stringify(listed.value.map(asData), null, 2)}\n`)
  } else if (listed.value.length === 0) {
    process.out('Nobody is signed in\n')
  } else {
    process.out(textTable([heading, ...listed.value.map((each) => asRow(each, clock.now()))]))
    if (listed.value.length === options.limit)
      process.error(`gatehouse: Shown are the first ${options.limit}; see --limit\n`)
  }
  return 0
}

async function revokeOrRefuse(context: CliContext, options: RevokeOptions): Promise<ExitCode> {
  const { user, provider, key, all } = options
  const narrowed = [user, provider, key].some((value) => value !== undefined)
  const { process } = context.world
  if (narrowed && all === true) {
    process.error('gatehouse: Found "--all" beside an option that narrows it, wanted one of them\n')
    return 2
  }
  if (!narrowed && all !== true) {
    process.error('gatehouse: Found no sessions named, wanted --user, --provider, --key or --all\n')
    return 2
  }
  if (key !== undefined && !new RegExp(`^[A-Za-z0-9_-]{${keyPrefixMin},43}$`).test(key)) {
    process.error(
      `gatehouse: Found --key "${key}", wanted ${keyPrefixMin} to 43 characters of one\n`,
    )
    return 2
  }
  return withSessions(context, options, (sessions) => revoke(context, sessions, options))
}

async function revoke(
  context: CliContext,
  sessions: SessionAdministration,
  options: RevokeOptions,
): Promise<ExitCode> {
  const { out } = context.world.process
  const key = options.key === undefined ? null : await sessions.findKey(options.key)
  if (key !== null && !key.ok) return fail(context, key.error)
  const narrowedToKey = key === null ? {} : { key: key.value }
  const revoked = await sessions.revoke({ ...selectorOf(options), ...narrowedToKey })
  if (!revoked.ok) return fail(context, revoked.error)
  if (options.json === true) out(`${JSON.stringify({ ended: revoked.value })}\n`)
  else out(`Ended ${revoked.value} ${revoked.value === 1 ? 'session' : 'sessions'}\n`)
  return 0
}

function selectorOf({ user, provider }: SelectOptions): {
  readonly user?: string
  readonly provider?: string
} {
  return {
    ...(user === undefined ? {} : { user }),
    ...(provider === undefined ? {} : { provider }),
  }
}

/** A session as `--json` prints it; times as in RFC 3339. */
function asData(session: ListedSession): Readonly<Record<string, unknown>> {
  return {
    key: session.key,
    ...session.identity,
    domain: session.domain,
    created: isoTime(session.createdAt),
    seen: isoTime(session.seenAt),
    expires: isoTime(session.expiresAt),
    address: session.address,
    user_agent: session.userAgent,
  }
}

const heading = ['KEY', 'USER', 'PROVIDER', 'SIGNED IN', 'SEEN', 'ENDS IN', 'ADDRESS', 'BROWSER']

function asRow(session: ListedSession, now: number): readonly string[] {
  const endsAt = Math.min(session.expiresAt, session.seenAt + session.idleMs)
  return [
    session.key.slice(0, keyShown),
    session.identity.user,
    session.identity.provider,
    isoTime(session.createdAt).slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' '),
    `${formatDuration(now - session.seenAt)} ago`,
    formatDuration(endsAt - now),
    session.address,
    session.userAgent.slice(0, userAgentShown),
  ]
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

function positiveCount(text: string): number {
  const count = Number(text)
  if (!/^\d{1,7}$/.test(text) || count === 0)
    throw new InvalidArgumentError('Wanted a count of 1 or more')
  return count
}

function fail(context: CliContext, message: string): ExitCode {
  context.world.process.error(`gatehouse: ${message}\n`)
  return 1
}
