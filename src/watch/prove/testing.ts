// For tests: exporters written down as text, and a Prometheus that has scraped them, as an HTTP client.
import { must } from '../../std/assert.ts'
import { toUtf8 } from '../../std/bytes.ts'
import { ok } from '../../std/result.ts'
import type { HttpClient, OutgoingRequest } from '../../world/http-client.ts'
import { type Labels, compileMatchers, isMatch } from './labels.ts'
import { readExpression, selectorsOf } from './promql/need.ts'
import { relabel } from './relabel.ts'
import type { ScrapeJob } from './scrape-file.ts'

/** Exposition by metrics path, from `== /path` headings. */
export function exportersOf(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^== (.*)$/m).slice(1)
  const pages = new Map<string, string>()
  for (let i = 0; i < parts.length; i += 2)
    pages.set(parts[i] ?? '', (parts[i + 1] ?? '').trimStart())
  return pages
}

/** Every series that `jobs` let in from the exporters that they scrape. */
export function scraped(
  exporters: ReadonlyMap<string, string>,
  jobs: readonly ScrapeJob[],
): readonly Labels[] {
  return jobs.flatMap((job) =>
    linesOf(exporters.get(job.metricsPath) ?? '').flatMap((line): Labels[] => {
      const labels = new Map<string, string | null>([...labelsOf(line), ['job', job.name]])
      const outcome = relabel(labels, job.metricRules, true)
      if (outcome.kind !== 'kept') return []
      return [Object.fromEntries([...outcome.labels].map(([name, value]) => [name, value ?? '']))]
    }),
  )
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

function labelsOf(line: string): readonly (readonly [string, string])[] {
  const [name = ''] = /^[\w:]+/.exec(line) ?? []
  const pairs = [...line.matchAll(/(\w+)="([^"]*)"/g)]
  return [['__name__', name], ...pairs.map(([, label = '', value = '']) => [label, value] as const)]
}

/** Answers the questions of `prometheus-api.ts` from `series`, and counts them. */
export function fakePrometheus(
  series: readonly Labels[],
): HttpClient & { readonly asked: readonly string[] } {
  const asked: string[] = []
  return {
    asked,
    send: async (request: OutgoingRequest) => {
      asked.push(request.url)
      return ok({
        status: 200,
        headers: new Headers(),
        body: toUtf8(JSON.stringify({ status: 'success', data: answerTo(request.url, series) })),
      })
    },
  }
}

function answerTo(address: string, series: readonly Labels[]): readonly unknown[] {
  const url = new URL(address)
  if (url.pathname.endsWith('/values'))
    return [...new Set(series.map((labels) => labels['__name__'] ?? ''))]
  const read = readExpression(url.searchParams.get('match[]') ?? '')
  const [selector] = selectorsOf(must(read.ok ? read.value.need : null, address))
  const { metric, matchers } = must(selector, address)
  const conditions = compileMatchers(matchers)
  return series.filter(
    (labels) =>
      (metric === null || labels['__name__'] === metric) &&
      conditions.ok &&
      isMatch(conditions.value, labels),
  )
}
