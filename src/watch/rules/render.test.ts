// The rules as files: golden pairs, and what depends on the job.
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ruleGroups, renderPrometheusFiles, renderRules } from './render.ts'

const input = { job: 'gatehouse', targets: ['gatehouse:9300'] }

test('renderPrometheusFiles() writes the golden files', () => {
  for (const { path, text } of renderPrometheusFiles(input)) {
    const golden = readFileSync(join(import.meta.dir, 'golden', path), 'utf8')
    expect(text).toBe(golden)
  }
})

test('renderPrometheusFiles() writes the same bytes for the same input', () => {
  expect(renderPrometheusFiles({ ...input })).toEqual(renderPrometheusFiles(input))
})

test('the job is the one that is asked for, everywhere, and cannot break out of its string', () => {
  const job = 'door$&"} or vector(1) #'
  const files = renderPrometheusFiles({ job, targets: ['[::1]:9300'] })
  const rules = files.find(({ path }) => path === 'gatehouse-rules.yaml')?.text ?? ''
  expect(rules).not.toContain('$job')
  expect(rules).not.toContain('job="gatehouse"')
  const { groups }: { groups: { rules: { alert?: string; expr: string }[] }[] } = parse(rules)
  const down = groups[0]?.rules.find(({ alert }) => alert === 'GatehouseDown')
  expect(down?.expr).toBe(String.raw`up{job="door$&\"} or vector(1) #"} == 0`)
  const scrape = parse(files.find(({ path }) => path === 'gatehouse-scrape.yaml')?.text ?? '')
  expect(scrape.scrape_configs[0]).toMatchObject({
    job_name: job,
    honor_labels: true,
    static_configs: [{ targets: ['[::1]:9300'] }],
  })
})

test('renderRules() at speed shortens every duration and nothing else', () => {
  const plain = renderRules(input)
  const fast = renderRules(input, 60)
  expect(fast).toContain('[5s]')
  expect(fast).toContain('for: 15s')
  expect(fast).toContain('gatehouse:decisions:rate5m')
  expect(fast).toContain('< 86400')
  expect(fast).not.toMatch(/\[\d+m\]|for: \d+m\b/)
  expect(renderRules(input, 1)).toBe(plain)
})

test('every alert says how grave it is, what causes it, what it means and where to look', () => {
  const { groups }: { groups: { rules: Record<string, Record<string, string>>[] }[] } = parse(
    renderRules(input),
  )
  const alerts = groups.flatMap(({ rules }) => rules).filter((rule) => 'alert' in rule)
  expect(alerts.length).toBe(ruleGroups.flatMap((group) => group.alerts).length)
  for (const { labels, annotations } of alerts) {
    expect(labels?.['severity']).toMatch(/^(critical|warning)$/)
    expect(labels?.['cause_id']).toMatch(/^(blind|[a-z]+:.+)$/)
    expect(annotations?.['runbook']).toBe('gatehouse doctor')
    expect(annotations?.['summary']?.length).toBeGreaterThan(10)
    expect(annotations?.['description']?.length).toBeGreaterThan(10)
  }
})

test('every inhibition asks on both sides for the label that must be equal', () => {
  const text = renderPrometheusFiles(input).at(-1)?.text ?? ''
  const rules: {
    source_matchers: string[]
    target_matchers: string[]
    equal?: string[]
  }[] = parse(text).inhibit_rules
  expect(rules.length).toBeGreaterThan(0)
  for (const { source_matchers, target_matchers, equal = [] } of rules)
    for (const label of equal) {
      expect(source_matchers).toContain(`${label}=~".+"`)
      expect(target_matchers).toContain(`${label}=~".+"`)
    }
})
