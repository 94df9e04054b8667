// Part `gate`: what a check costs, beside nginx that does nothing and beside the fastest peer.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DialectName, dialectNames } from '../../src/gate/dialect/dialect.ts'
import { findProgram } from '../../test/needs.ts'
import { type RawAnswer, rawRequest } from '../../test/peers/raw-client.ts'
import { type GroupResult, rowsOf } from '../measure/report.ts'
import { type Candidate, interleave, median } from '../measure/series.ts'
import { type Push, type Round, type Target, runWrk } from '../measure/wrk.ts'
import { startCeiling } from '../subjects/ceiling.ts'
import {
  type RequestAbout,
  linesOf,
  oauth2ProxyTexts,
  requestTexts,
  servicesUsual,
  sessionsUsual,
  writeRequests,
} from '../subjects/estate.ts'
import { type BenchGate, decisions, startBenchGate } from '../subjects/gate.ts'
import { findOauth2Proxy, startOauth2Proxy } from '../subjects/oauth2-proxy.ts'
import { type MadeSessions, makeSessions } from '../subjects/sessions.ts'
import { startTransport } from '../subjects/transport.ts'

/** How much is measured. */
export interface GateBenchOptions {
  readonly rounds: number
  readonly seconds: number
  /** Only groups whose name contains this. */
  readonly only: string
  say(line: string): void
}

/** Figures that are no series. */
export interface SingleFigure {
  readonly name: string
  readonly value: number
  readonly unit: string
}

/** All that part `gate` found out. */
export interface GateBenchResult {
  readonly groups: readonly GroupResult[]
  readonly figures: readonly SingleFigure[]
  /** What was left out, and why. */
  readonly skipped: readonly string[]
}

const requestsInRotation = 10_000
const connections = 64
const warmUpSeconds = 4
const pacedConnections = 200
const startsMeasured = 5

/** Measures everything. Every process that it starts is ended, whatever happens. */
export async function benchGate(options: GateBenchOptions): Promise<GateBenchResult> {
  const bench = new GateBench(options)
  const interrupted = (): void => bench.interrupt()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted)
  try {
    return await bench.run()
  } finally {
    await bench.stop()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted)
  }
}

class GateBench {
  readonly #options: GateBenchOptions
  readonly #directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  readonly #running: { stop(): Promise<void> }[] = []
  readonly #groups: GroupResult[] = []
  readonly #figures: SingleFigure[] = []
  readonly #skipped: string[] = []
  readonly #warm = new Set<string>()
  #files = 0
  #interrupted = false

  constructor(options: GateBenchOptions) {
    this.#options = options
  }

  async run(): Promise<GateBenchResult> {
    const made = await this.#signIns()
    await this.#starts()
    const gate = await this.#use(
      startBenchGate({ services: servicesUsual, sessionsFrom: this.#directory }),
    )
    if (findProgram('nginx') === null)
      this.#skipped.push('Everything beside the ceiling: nginx is not installed')
    else await this.#besideCeiling(gate, made)
    await this.#group('What changes a check (traefik, let in)', 'changes', () =>
      this.#changes(gate, made),
    )
    await this.#besidePeer(gate, made)
    await this.#halfLoad(gate, made)
    this.#figure('memory with 10,000 sessions in the cache', gate.memoryBytes() / 2 ** 20, 'MiB')
    return { groups: this.#groups, figures: this.#figures, skipped: this.#skipped }
  }

  /** Ends the run at the next step: what is being started then is ended like the rest. */
  interrupt(): void {
    this.#interrupted = true
  }

  #goOn(): void {
    if (this.#interrupted) throw new Error('The measurement was interrupted')
  }

  async stop(): Promise<void> {
    for (const each of this.#running.toReversed()) await each.stop()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async #use<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const started = await starting
    this.#running.push(started)
    this.#goOn()
    return started
  }

  #figure(name: string, value: number, unit: string): void {
    this.#figures.push({ name, value: Math.round(value * 100) / 100, unit })
  }

  async #signIns(): Promise<MadeSessions> {
    const made = await makeSessions(this.#directory, sessionsUsual, 500)
    this.#figure('sign-ins into SQLite, 500 at once', made.signInsPerSecond, '1/s')
    const alone = await makeSessions(join(this.#directory, 'alone'), 1000, 1)
    this.#figure('sign-ins into SQLite, one after the other', alone.signInsPerSecond, '1/s')
    return made
  }

  async #starts(): Promise<void> {
    const times: number[] = []
    let memory = 0
    for (let i = 0; i < startsMeasured; i++) {
      const gate = await startBenchGate({ services: servicesUsual, sessionsFrom: null })
      times.push(gate.readyMs)
      memory = gate.memoryBytes()
      await gate.stop()
    }
    this.#figure('start to ready, median of 5', median(times), 'ms')
    this.#figure('start to ready, fastest of 5', Math.min(...times), 'ms')
    this.#figure('memory right after the start', memory / 2 ** 20, 'MiB')
  }

  async #group(
    title: string,
    key: string,
    candidates: () => Promise<readonly Candidate[]>,
  ): Promise<void> {
    const { only, rounds, say } = this.#options
    if (!key.includes(only)) return
    const own = this.#running.length
    const list = await candidates()
    for (const candidate of list) {
      if (this.#warm.has(candidate.name)) continue
      this.#warm.add(candidate.name)
      // The runtime compiles on the way: what is measured is a server that has run for a while.
      for (let second = 0; second < warmUpSeconds; second += this.#options.seconds)
        await candidate.run()
    }
    const rows = rowsOf(await interleave(list, rounds))
    this.#groups.push({ title, rows })
    say(`${title}: ${rows.map((row) => `${row.name} ${row.ratio.toFixed(2)}`).join(', ')}`)
    for (const each of this.#running.splice(own).toReversed()) await each.stop()
  }

  #push(): Push {
    this.#goOn()
    return { connections, seconds: this.#options.seconds, pauseMs: 0 }
  }

  #write(texts: readonly string[]): string {
    return writeRequests(join(this.#directory, `requests-${this.#files++}`), texts)
  }

  #requests(dialect: DialectName, about: RequestAbout): string {
    return this.#write(requestTexts(requestsInRotation, { ...about, dialect }))
  }

  #plain(name: string, target: Target): Candidate {
    return { name, run: () => runWrk(target, this.#push()) }
  }

  /** A candidate whose every answer is counted by the gate as the decision that it should be. */
  #gate(name: string, gate: BenchGate, about: { file: string; decision: string }): Candidate {
    const target = { port: gate.port, pid: gate.pid, requestsFile: about.file }
    return {
      name,
      run: async () => {
        // While others were measured all sessions grew older than the cache trusts: a second under way,
        // only as many are read again as in any other second.
        if (about.decision === 'allow') await runWrk(target, { ...this.#push(), seconds: 1 })
        return this.#checked(gate, about.decision, () => runWrk(target, this.#push()))
      },
    }
  }

  async #checked(gate: BenchGate, decision: string, run: () => Promise<Round>): Promise<Round> {
    const before = await decisions(gate, decision)
    const round = await run()
    const made = (await decisions(gate, decision)) - before
    if (made < round.requests || round.socketErrors > 0)
      throw new Error(`Of ${round.requests} answers the gate counted ${made} as "${decision}"`)
    return round
  }

  async #ceiling(name: string, like: RawAnswer, file: string): Promise<Candidate> {
    const nginx = await this.#use(startCeiling(like))
    return this.#plain(name, { port: nginx.port, pid: nginx.pid, requestsFile: file })
  }

  async #besideCeiling(gate: BenchGate, { cookies }: MadeSessions): Promise<void> {
    const about = { services: servicesUsual, cookies }
    await this.#group('Let in, 10,000 sessions, 163 services', 'let-in', async () => [
      ...(await this.#eachDialect(gate, { ...about, kind: 'image' }, 'allow')),
      ...(await this.#transports(gate, { ...about, kind: 'image' })),
    ])
    await this.#group('A stranger opens a page', 'page', () =>
      this.#eachDialect(gate, { ...about, cookies: [], kind: 'page' }, 'sign-in'),
    )
    await this.#group('A stranger calls from a script', 'call', () =>
      this.#eachDialect(gate, { ...about, cookies: [], kind: 'call' }, 'sign-in'),
    )
  }

  /** nginx first, with what the gate answers to Traefik, then the gate in each dialect. */
  async #eachDialect(
    gate: BenchGate,
    about: RequestAbout,
    decision: string,
  ): Promise<readonly Candidate[]> {
    const files = dialectNames.map((dialect) => this.#requests(dialect, about))
    const [first = ''] = files
    const like = await askOnce(gate.port, first)
    const gates = dialectNames.map((dialect, i) =>
      this.#gate(`gate, ${dialect}, ${about.kind}`, gate, { file: files[i] ?? '', decision }),
    )
    return [await this.#ceiling(`nginx, ${about.kind}`, like, first), ...gates]
  }

  async #transports(gate: BenchGate, about: RequestAbout): Promise<readonly Candidate[]> {
    const requestsFile = this.#requests('traefik', about)
    const names = {
      'bun-serve': 'Bun.serve, same endpoint, traefik',
      'listener-bare': 'our listener, no work',
      'bun-serve-bare': 'Bun.serve, no work',
    } as const
    const candidates: Candidate[] = []
    for (const kind of ['bun-serve', 'listener-bare', 'bun-serve-bare'] as const) {
      const { pid, port } = await this.#use(startTransport(kind, gate.configFile))
      candidates.push(this.#plain(names[kind], { pid, port, requestsFile }))
    }
    return candidates
  }

  async #changes(gate: BenchGate, { cookies }: MadeSessions): Promise<readonly Candidate[]> {
    const about = { services: servicesUsual, cookies, kind: 'image' } as const
    const usual = this.#requests('traefik', about)
    // Twice as many requests as sessions: each person asks for one service, then for another.
    const other = this.#write(
      requestTexts(2 * requestsInRotation, { ...about, dialect: 'traefik' }),
    )
    const few = this.#requests('traefik', { ...about, services: 10 })
    const many = this.#requests('traefik', { ...about, services: 10_000 })
    const from = { sessionsFrom: this.#directory }
    const uncached = await this.#use(
      startBenchGate({
        ...from,
        services: servicesUsual,
        more: 'sessions: { cache_entries: 100 }',
      }),
    )
    const small = await this.#use(startBenchGate({ ...from, services: 10 }))
    const large = await this.#use(startBenchGate({ ...from, services: 10_000 }))
    const decision = 'allow'
    return [
      this.#gate('163 services, sessions cached', gate, { file: usual, decision }),
      this.#gate('another service each time', gate, { file: other, decision }),
      this.#gate('10 services', small, { file: few, decision }),
      this.#gate('10,000 services', large, { file: many, decision }),
      this.#gate('every session read from SQLite', uncached, { file: usual, decision }),
    ]
  }

  async #besidePeer(gate: BenchGate, { cookies }: MadeSessions): Promise<void> {
    const found = findOauth2Proxy()
    if ('missing' in found) {
      this.#skipped.push(`oauth2-proxy: ${found.missing}`)
      return
    }
    await this.#group('Beside oauth2-proxy', 'peer', async () => {
      const peer = await this.#use(startOauth2Proxy(found.path))
      const { pid, port, version } = peer
      const people = this.#write(oauth2ProxyTexts(requestsInRotation, peer.cookies))
      const strangers = this.#write(oauth2ProxyTexts(requestsInRotation, []))
      await mustAnswer(port, people, 202)
      await mustAnswer(port, strangers, 401)
      const own = { services: servicesUsual, kind: 'image' } as const
      const letIn = this.#requests('traefik', { ...own, cookies })
      const refused = this.#requests('traefik', { ...own, cookies: [] })
      return [
        this.#plain(`oauth2-proxy ${version}, cookie store, let in`, {
          pid,
          port,
          requestsFile: people,
        }),
        this.#plain(`oauth2-proxy ${version}, stranger`, { pid, port, requestsFile: strangers }),
        this.#gate('gate, let in', gate, { file: letIn, decision: 'allow' }),
        this.#gate('gate, stranger', gate, { file: refused, decision: 'sign-in' }),
      ]
    })
  }

  /** Latency while the server is at about half of what it can do. */
  async #halfLoad(gate: BenchGate, { cookies }: MadeSessions): Promise<void> {
    const about = { services: servicesUsual, cookies, kind: 'image' } as const
    const requestsFile = this.#requests('traefik', about)
    const target = { port: gate.port, pid: gate.pid, requestsFile }
    const rounds: Round[] = []
    const full = await runWrk(target, this.#push())
    const pauseMs = Math.max(1, Math.round((pacedConnections / (full.perSecond / 2)) * 1000))
    const seconds = this.#options.seconds
    for (let round = 0; round < this.#options.rounds; round++)
      rounds.push(await runWrk(target, { connections: pacedConnections, seconds, pauseMs }))
    const of = (pick: (round: Round) => number): number => median(rounds.map(pick))
    const share = Math.round(of(({ busy }) => busy) * 100)
    this.#figure(
      `p99 with the server ${share} % busy`,
      of(({ p99 }) => p99),
      'ms',
    )
    this.#figure(
      'median latency then',
      of(({ p50 }) => p50),
      'ms',
    )
    this.#figure(
      'requests then',
      of(({ perSecond }) => perSecond),
      '1/s',
    )
  }
}

function askOnce(port: number, file: string): Promise<RawAnswer> {
  const [first = ''] = readFileSync(file, 'latin1').split('\0')
  return rawRequest({ port, lines: linesOf(first) })
}

async function mustAnswer(port: number, file: string, status: number): Promise<void> {
  const answer = await askOnce(port, file)
  if (answer.status !== status)
    throw new Error(`The peer answered ${answer.status} where ${status} was to be measured`)
}
