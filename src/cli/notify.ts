// `gatehouse notify test`: one test notice through every channel, and what each of them answered.
import type { Command } from 'commander'
import { toBase64Url } from '../std/bytes.ts'
import { suggest } from '../std/suggest.ts'
import { textTable } from '../std/text-table.ts'
import { createNotifier, trialNotice } from '../watch-run.ts'
import type { ChannelConfig } from '../watch.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'

interface NotifyOptions extends ConfigOptions {
  readonly channel?: string
}

/** Adds `gatehouse notify`. */
export function registerNotify(program: Command, context: CliContext): void {
  const notify = program.command('notify').description('The channels of the watch')
  withExamples(notify, [['gatehouse notify test', 'Whether every channel takes a message']])
  const test = notify
    .command('test')
    .description('Send a test notice through every channel: exit 0 all took it, 1 one did not')
    .option('--channel <name>', 'Through this one alone')
    .action(context.action((options: NotifyOptions) => notifyTest(context, options)))
  withConfigOption(test)
  withExamples(test, [
    ['gatehouse notify test', 'After every change of "notify"'],
    ['gatehouse notify test --channel on-call', 'One channel, by its name'],
  ])
}

async function notifyTest(context: CliContext, options: NotifyOptions): Promise<ExitCode> {
  const { world } = context
  const loaded = await loadOrReport(context, options, { withSecrets: true })
  if (loaded === null) return 2
  const channels = loaded.watch?.channels ?? []
  if (channels.length === 0) {
    const missing = loaded.watch === null ? 'section "watch"' : 'channel under "notify"'
    world.process.error(`gatehouse: There is no ${missing} in "${loaded.file}"\n`)
    return 1
  }
  const chosen = channels.filter(
    ({ name }) => options.channel === undefined || name === options.channel,
  )
  if (chosen.length === 0) {
    world.process.error(`gatehouse: ${unknownChannel(options.channel ?? '', channels)}\n`)
    return 2
  }
  return sendTrials(context, chosen)
}

async function sendTrials(
  context: CliContext,
  channels: readonly ChannelConfig[],
): Promise<ExitCode> {
  const { clock, http, process, random } = context.world
  const id = toBase64Url(random.bytes(6))
  const notice = trialNotice(clock.now(), process.hostname(), id)
  const answers = await Promise.all(
    channels.map(async (channel) => {
      const answer = await createNotifier(channel, { clock, http, link: null }).send(notice)
      return { channel, answer }
    }),
  )
  const rows = answers.map(({ answer, channel: { kind, name } }) => [
    name,
    kind,
    answer.ok ? 'taken' : 'failed',
    answer.ok ? '' : answer.error.detail,
  ])
  process.out(textTable([['CHANNEL', 'KIND', 'TEST', 'ANSWER'], ...rows]))
  return answers.every(({ answer }) => answer.ok) ? 0 : 1
}

function unknownChannel(found: string, channels: readonly ChannelConfig[]): string {
  const names = channels.map(({ name }) => name)
  const meant = suggest(found, names)
  const wanted =
    meant === null ? `one of ${names.map((name) => `"${name}"`).join(', ')}` : `"${meant}"`
  return `Found the channel "${found}", wanted ${wanted}`
}
