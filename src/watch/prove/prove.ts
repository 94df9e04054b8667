// `gatehouse alerts prove`, the first half: files and a live Prometheus in, judgements out.
import { type Result, ok } from '../../std/result.ts'
import type { Files } from '../../world/files.ts'
import type { HttpClient } from '../../world/http-client.ts'
import { type Evidence, gatherEvidence } from './evidence.ts'
import { type Judgement, judgeRules, selectorsOfRules } from './judge.ts'
import type { PrometheusAddress } from './prometheus-api.ts'
import { type ProvedRule, readRules } from './rule-file.ts'
import { type ScrapeJob, readScrapeJobs } from './scrape-file.ts'

/** What to prove, and against what. */
export interface ProofRequest {
  readonly ruleFiles: readonly string[]
  readonly scrapeFiles: readonly string[]
  /** Null: only files are looked at. */
  readonly prometheus: PrometheusAddress | null
  /** Epoch seconds from which on a series counts as there. */
  readonly since: number
}

/** What a proof takes of the world. */
export interface ProofWorld {
  readonly files: Files
  readonly http: HttpClient
}

/** Every rule judged, or each thing that could not be read, as sentences: then nothing is proven. */
export async function proveAlerts(
  { files, http }: ProofWorld,
  request: ProofRequest,
): Promise<Result<readonly Judgement[], readonly string[]>> {
  const rules = readAll(files, request.ruleFiles, readRules)
  const jobs = readAll(files, request.scrapeFiles, readScrapeJobs)
  const faults = [...rules.faults, ...jobs.faults]
  if (faults.length > 0) return { ok: false, error: faults }
  const evidence = await evidenceFor(http, request, rules.found)
  if (!evidence.ok) return { ok: false, error: [evidence.error] }
  return ok(judgeRules({ rules: rules.found, jobs: jobs.found, evidence: evidence.value }))
}

async function evidenceFor(
  http: HttpClient,
  { prometheus, since }: ProofRequest,
  rules: readonly ProvedRule[],
): Promise<Result<Evidence | null, string>> {
  return prometheus === null
    ? ok(null)
    : gatherEvidence({ http, address: prometheus, since }, selectorsOfRules(rules))
}

type Reader<T> = (file: string, text: string) => Result<readonly T[], string>

function readAll<T extends ProvedRule | ScrapeJob>(
  files: Files,
  paths: readonly string[],
  read: Reader<T>,
): { readonly found: readonly T[]; readonly faults: readonly string[] } {
  const found: T[] = []
  const faults: string[] = []
  for (const path of paths) {
    const text = files.readText(path)
    const parsed = text.ok
      ? read(path, text.value)
      : { ok: false as const, error: `Cannot read "${path}" (${text.error.code})` }
    if (parsed.ok) found.push(...parsed.value)
    else faults.push(parsed.error)
  }
  return { found, faults }
}
