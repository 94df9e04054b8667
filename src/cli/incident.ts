// `gatehouse incident`: the incidents of a watch, what stands behind one, its post-mortem, and people's notes.
import { type Command, InvalidArgumentError } from 'commander'
import { type Result, err, ok } from '../std/result.ts'
import { suggest } from '../std/suggest.ts'
import { textTable } from '../std/text-table.ts'
import { formatDuration } from '../std/units.ts'
import {
  type BookFile,
  type Incident,
  type IncidentRecord,
  bookFile,
  exportPostMortem,
  sinceOf,
} from '../watch-incident.ts'
import { type CliContext, type ExitCode, withExamples } from './context.ts'
import { type ConfigOptions, loadOrReport, withConfigOption } from './load.ts'
import { version } from './version.ts'

interface ListOptions extends ConfigOptions {
  readonly open?: boolean
  readonly json?: boolean
}

interface ExportOptions extends ConfigOptions {
  readonly out?: string
  readonly redact: readonly string[]
}

interface NoteOptions extends ConfigOptions {
  readonly kind: 'report' | 'mitigation'
  readonly at?: number
}

/** Adds `gatehouse incident list|show|export|note`. */
export function registerIncident(program: Command, context: CliContext): void {
  const incident = program
    .command('incident')
    .description('What the watch of this configuration has told: incidents and post-mortems')
  withExamples(incident, [['gatehouse incident list', 'What is open, and what was']])
  registerList(incident, context)
  registerShow(incident, context)
  registerExport(incident, context)
  registerNote(incident, context)
}

function registerList(parent: Command, context: CliContext): void {
  const command = parent
    .command('list')
    .description('List incidents, open ones first: exit 0 none is open, 1 one is')
    .option('--open', 'Only open ones')
    .option('--json', 'Print an array instead of a table')
    .action(context.action((options: ListOptions) => list(context, options)))
  withConfigOption(command)
  withExamples(command, [['gatehouse incident list --open --json', 'For a script']])
}

function registerShow(parent: Command, context: CliContext): void {
  const command = parent
    .command('show')
    .description('Show one incident: verdict, timeline, changes, what to do next')
    .argument('<id>', 'As "incident list" names it, or the beginning of it')
    .option('--json', 'Print all that is on record as an object')
    .action(context.action((id: string, options: ListOptions) => show(context, id, options)))
  withConfigOption(command)
  withExamples(command, [['gatehouse incident show 2026-04-16-gate-new', 'What is known of it']])
}

function registerExport(parent: Command, context: CliContext): void {
  const command = parent
    .command('export')
    .description('Write the draft of a post-mortem: Markdown, people and addresses taken out')
    .argument('<id>', 'As "incident list" names it, or the beginning of it')
    .option('--out <file>', 'Write it there instead of to standard output')
    .option('--redact <names...>', "Further words to take out, such as users' names", [])
    .action(context.action((id: string, options: ExportOptions) => exportOne(context, id, options)))
  withConfigOption(command)
  withExamples(command, [
    ['gatehouse incident export 2026-04-16-gate-new --out 2026-04-16-gate-new.md', 'The draft'],
    ['gatehouse incident export 2026-04-16-gate-new --redact alice bob', 'Without these names'],
  ])
}

function registerNote(parent: Command, context: CliContext): void {
  const command = parent
    .command('note')
    .description('Enter what only people know: that it was reported, or what was done about it')
    .argument('<id>', 'As "incident list" names it, or the beginning of it')
    .argument('<text>', 'A sentence; people by their role')
    .requiredOption('--kind <kind>', '"report" or "mitigation"', noteKind)
    .option('--at <time>', 'When it was, such as 2026-04-17T10:30Z; without it, now', time)
    .action(
      context.action((id: string, text: string, options: NoteOptions) =>
        note(context, { id, text }, options),
      ),
    )
  withConfigOption(command)
  withExamples(command, [
    [
      'gatehouse incident note 2026-04-16 "A member cannot sign in" --kind report --at 2026-04-17T10:30Z',
      'A report',
    ],
    ['gatehouse incident note 2026-04-16 "Enlarged the store" --kind mitigation', 'What was done'],
  ])
}

function noteKind(text: string): NoteOptions['kind'] {
  if (text === 'report' || text === 'mitigation') return text
  throw new InvalidArgumentError(`Found "${text}", wanted "report" or "mitigation"`)
}

function time(text: string): number {
  const wellFormed = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text)
  const at = wellFormed ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at))
    throw new InvalidArgumentError(`Found "${text}", wanted a time such as "2026-04-17T10:30Z"`)
  return at
}

interface Book {
  readonly file: BookFile
  readonly records: readonly IncidentRecord[]
}

async function open(context: CliContext, options: ConfigOptions): Promise<Book | ExitCode> {
  const { files, process } = context.world
  const loaded = await loadOrReport(context, options, { withEstate: false })
  if (loaded === null) return 2
  if (loaded.watch === null) {
    process.error(`gatehouse: There is no section "watch" in "${loaded.file}"\n`)
    return 2
  }
  const file = bookFile(files, loaded.watch.dataDir)
  const { records, trouble } = file.records()
  if (trouble !== null) process.error(`gatehouse: ${trouble}\n`)
  return { file, records }
}

async function list(context: CliContext, options: ListOptions): Promise<ExitCode> {
  const book = await open(context, options)
  if (typeof book === 'number') return book
  const { clock, process } = context.world
  const all = book.records.map(({ incident }) => incident)
  const shown = options.open === true ? all.filter(({ closedAt }) => closedAt === null) : all
  if (options.json === true) process.out(`${JSON.stringify(shown.map(asData), null, 2)}\n`)
  else if (shown.length === 0) process.out('No incidents\n')
  else process.out(textTable([heading, ...shown.map((each) => asRow(each, clock.now()))]))
  return all.some(({ closedAt }) => closedAt === null) ? 1 : 0
}

const heading = ['ID', 'STATE', 'URGENCY', 'SINCE', 'LASTED', 'TITLE']

function asRow(incident: Incident, now: number): readonly string[] {
  const { closedAt, id, title, urgency } = incident
  const since = sinceOf(incident)
  return [
    id,
    stateOf(incident),
    urgency,
    timeText(since),
    formatDuration((closedAt ?? now) - since),
    title,
  ]
}

/** An open incident of which nothing fails yet, or any more, is told apart. */
function stateOf({ closedAt, phase }: Incident): string {
  if (closedAt !== null) return 'closed'
  return phase === 'failing' ? 'open' : phase
}

function asData(incident: Incident): object {
  const { cause, closedAt, elements, firstSymptomAt, id, openedAt, phase, title } = incident
  const { urgency, verdict } = incident
  return {
    id,
    cause,
    phase,
    elements,
    title,
    urgency,
    first_symptom: isoTime(firstSymptomAt),
    opened: isoTime(openedAt),
    closed: closedAt === null ? null : isoTime(closedAt),
    confidence: verdict?.leader.probability ?? null,
  }
}

async function withOne(
  context: CliContext,
  { id, options }: { readonly id: string; readonly options: ConfigOptions },
  body: (record: IncidentRecord, book: Book) => ExitCode,
): Promise<ExitCode> {
  const book = await open(context, options)
  if (typeof book === 'number') return book
  const found = find(book.records, id)
  if (found.ok) return body(found.value, book)
  context.world.process.error(`gatehouse: ${found.error}\n`)
  return 1
}

/** The incident of an id, or of the only one that begins with it. */
function find(records: readonly IncidentRecord[], id: string): Result<IncidentRecord, string> {
  const ids = records.map(({ incident }) => incident.id)
  const exact = records.find(({ incident }) => incident.id === id)
  if (exact !== undefined) return ok(exact)
  const [first, ...more] = records.filter(({ incident }) => incident.id.startsWith(id))
  if (first !== undefined && more.length === 0) return ok(first)
  const likely = suggest(id, ids)
  const hint = likely === null ? '' : `; did you mean "${likely}"`
  return first === undefined
    ? err(`Found no incident "${id}", wanted one that "gatehouse incident list" names${hint}`)
    : err(`Found "${more.length + 1}" incidents that begin with "${id}", wanted one`)
}

async function show(context: CliContext, id: string, options: ListOptions): Promise<ExitCode> {
  return withOne(context, { id, options }, (record) => {
    const { out } = context.world.process
    if (options.json === true) out(`${JSON.stringify(record, null, 2)}\n`)
    else out(showText(record, context))
    return 0
  })
}

function showText({ incident }: IncidentRecord, { paint, world }: CliContext): string {
  const { bold } = paint()
  const { changes, closedAt, id, timeline, title, verdict } = incident
  const since = sinceOf(incident)
  const lasted = formatDuration((closedAt ?? world.clock.now()) - since)
  // Never surer than it is: 0.9999 is 99.9 %.
  const share = Math.floor((verdict?.leader.probability ?? 0) * 1000) / 10
  const sure = verdict === null ? '' : `, ${share.toFixed(1)} % sure`
  const section = (name: string, text: string): string =>
    text === '' ? '' : `\n${bold(name)}\n${text}`
  const lines = (texts: readonly string[]): string =>
    texts.map((text) => `- ${printable(text)}\n`).join('')
  return [
    `${bold(printable(title))}\n`,
    `${id}: ${stateOf(incident)} after ${lasted}, since ${timeText(since)} UTC${sure}\n`,
    section('Who notices', lines(incident.masking)),
    section(
      'Timeline (UTC)',
      textTable(
        timeline.map(({ at, evidence, kind, text }) => [timeText(at), kind, text, evidence]),
      ),
    ),
    section(
      'Changes',
      textTable(
        changes.map(({ change, judgement, why }) => [
          timeText(change.at),
          judgement,
          change.title,
          why,
        ]),
      ),
    ),
    section('Next', closedAt === null ? lines(incident.advice) : ''),
  ].join('')
}

/** Titles come from outside: nothing in them moves the cursor. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?')
}

async function exportOne(
  context: CliContext,
  id: string,
  options: ExportOptions,
): Promise<ExitCode> {
  const { clock, files, process } = context.world
  return withOne(context, { id, options }, (record, { records }) => {
    const markdown = exportPostMortem(record, {
      generator: `gatehouse ${version}`,
      at: clock.now(),
      linked: records.filter(({ incident }) => record.evidence.linked.includes(incident.id)),
      names: options.redact,
      notObservable: [],
      caught: [],
    })
    if (options.out === undefined) {
      process.out(markdown)
      return 0
    }
    const written = files.writeAtomic(options.out, markdown, 0o644)
    if (written.ok) return 0
    process.error(`gatehouse: Writing "${options.out}" failed: "${written.error.code}"\n`)
    return 1
  })
}

async function note(
  context: CliContext,
  { id, text }: { readonly id: string; readonly text: string },
  options: NoteOptions,
): Promise<ExitCode> {
  const { clock, process } = context.world
  return withOne(context, { id, options }, ({ incident }, { file }) => {
    const at = options.at ?? clock.now()
    const added = file.addNote({ incident: incident.id, at, kind: options.kind, text })
    if (added.ok) {
      process.out(`Noted in ${incident.id}\n`)
      return 0
    }
    process.error(`gatehouse: ${added.error}\n`)
    return 1
  })
}

/** `2026-04-16 16:57`. */
function timeText(at: number): string {
  return isoTime(at).slice(0, 16).replace('T', ' ')
}

function isoTime(at: number): string {
  return new Date(at).toISOString()
}
