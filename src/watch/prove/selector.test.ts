// One selector against evidence: lists that were cut, patterns for names, what was there long ago.
import { describe, expect, test } from 'bun:test'
import { must } from '../../std/assert.ts'
import type { Evidence } from './evidence.ts'
import type { Labels } from './labels.ts'
import type { SeriesList } from './prometheus-api.ts'
import { readExpression, selectorsOf } from './promql/need.ts'
import { readScrapeJobs } from './scrape-file.ts'
import { type JudgeInput, judgeSelector } from './selector.ts'

interface Known {
  readonly names?: readonly string[]
  readonly series?: Readonly<Record<string, readonly Labels[] | 'cut'>>
  readonly matches?: Readonly<Record<string, 'of late' | 'long ago' | 'never'>>
}

function evidenceOf({ names = [], series = {}, matches = {} }: Known): Evidence {
  const lists = Object.entries(series).map(([metric, list]): [string, SeriesList] => [
    metric,
    list === 'cut' ? { isWhole: false } : { isWhole: true, series: list },
  ])
  return {
    names: new Set([...names, ...Object.keys(series)]),
    series: new Map(lists),
    matches: new Map(Object.entries(matches)),
  }
}

function judged(text: string, known: Known, input: Partial<JudgeInput> = {}): string {
  const read = readExpression(text)
  const [selector] = read.ok ? selectorsOf(read.value.need) : []
  const { reason, status } = judgeSelector(must(selector, text), {
    rules: [],
    jobs: [],
    evidence: evidenceOf(known),
    ...input,
  })
  return `${status}: ${reason}`
}

describe('a list that was cut', () => {
  test('is there, and what matches in it was asked for', () => {
    const known = (when: 'of late' | 'long ago' | 'never'): Known => ({
      series: { a: 'cut' },
      matches: { 'a{x="1"}': when },
    })
    expect(judged('a{x="1"}', known('of late'))).toBe('alive: "a{x="1"}" is there')
    expect(judged('a{x="1"}', known('long ago'))).toBe(
      'unproven: "a{x="1"}" was there, but not of late',
    )
    expect(judged('a{x="1"}', known('never'))).toBe('blind: No series matches "a{x="1"}"')
  })

  test('leaves an event that has not come unproven', () => {
    const known: Known = { series: { a: 'cut' }, matches: { 'a{code="500"}': 'never' } }
    expect(judged('a{code="500"}', known)).toBe('unproven: No series matches "a{code="500"}"')
  })
})

describe('a pattern for the name', () => {
  test('is judged by what it matches', () => {
    const text = '{__name__=~"a|b"}'
    expect(judged(text, { matches: { [text]: 'of late' } })).toStartWith('alive: ')
    expect(judged(text, { matches: { [text]: 'long ago' } })).toStartWith('dead: ')
    expect(judged(text, {})).toStartWith('dead: ')
  })
})

describe('a metric that is not there', () => {
  test('was once, or never', () => {
    expect(judged('a', { series: { a: [] }, matches: { a: 'long ago' } })).toBe(
      'dead: "a" is no longer there; what is stored of it is old',
    )
    expect(judged('a', {})).toBe('dead: There is no series "a"')
  })

  test('is called otherwise', () => {
    expect(judged('kuma_monitor_status', { names: ['monitor_status'] })).toBe(
      'dead: There is no series "kuma_monitor_status"; it is called "monitor_status"',
    )
  })
})

describe('a matcher that nothing satisfies', () => {
  const series = {
    a: Array.from({ length: 8 }, (_, i) => ({ __name__: 'a', host: `h${i}`, code: `20${i}` })),
  }

  test('shows what there is, and how much more', () => {
    expect(judged('a{host="gone"}', { series })).toBe(
      'blind: No series of "a" has host="gone"; there it is "h0", "h1", "h2", "h3", "h4" and 3 more',
    )
  })

  test('of two that exclude one another, the event is the one that is missing', () => {
    expect(judged('a{host="h1",code="203"}', { series })).toBe(
      'unproven: No series of "a" has code="203" where host="h1"; there it is "201", which may only not have happened yet',
    )
  })

  test('of more, none can be named', () => {
    expect(judged('a{host="gone",code="500"}', { series })).toBe(
      'unproven: No series matches "a{host="gone",code="500"}"',
    )
    expect(judged('a{host="gone",zone="gone"}', { series })).toBe(
      'blind: No series matches "a{host="gone",zone="gone"}"',
    )
  })

  test('asks for a label that a scrape job takes away', () => {
    const read = readScrapeJobs(
      'p.yaml',
      'scrape_configs: [{ job_name: one, metric_relabel_configs: [{ action: labeldrop, regex: zone }] }]',
    )
    const jobs = must(read.ok ? read.value : null, 'jobs')
    expect(judged('a{zone="z"}', { series }, { jobs })).toBe(
      'blind: Job "one" takes the label "zone" away (p.yaml:1)',
    )
    expect(judged('a{zone="z"}', {}, { jobs, evidence: null })).toBe(
      'blind: Job "one" takes the label "zone" away (p.yaml:1)',
    )
    // An empty value is what a label has that is not there.
    expect(judged('a{zone=""}', { series }, { jobs })).toStartWith('alive: ')
  })
})

describe('a pattern that is no RE2', () => {
  test('is refused by Prometheus too', () => {
    expect(judged('a{x=~"(?=b)"}', { series: { a: [{ __name__: 'a' }] } })).toMatch(
      /^dead: The pattern "\(\?=b\)" of "x" is not RE2: /,
    )
  })
})

describe('refusals that a proxy counts elsewhere', () => {
  const text = 'traefik_service_requests_total{service="authelia",code="401"}'
  const metric = 'traefik_service_requests_total'
  test('are blind while they are not there, and alive when they are', () => {
    const other = { __name__: metric, service: 'notes', code: '401' }
    expect(judged(text, { series: { [metric]: [other] } })).toStartWith('blind: ')
    const own = { __name__: metric, service: 'authelia', code: '401' }
    expect(judged(text, { series: { [metric]: [own] } })).toStartWith('alive: ')
    expect(judged(text, {}, { evidence: null })).toStartWith('blind: ')
  })
})
