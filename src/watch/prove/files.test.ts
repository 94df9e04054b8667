// Rule files and scrape files as people have them: wrapped, templated, broken.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { readRules } from './rule-file.ts'
import { readScrapeJobs } from './scrape-file.ts'
import { fileLengthMax, readYaml } from './yaml-tree.ts'

const group = `groups:
  - name: a
    rules:
      - alert: One
        expr: up == 0
        for: 5m
      - record: two:three
        expr: 1
`
const indented = (text: string, by: number): string => text.replace(/^(?=.)/gm, ' '.repeat(by))

/** Places of the rules of a file, or what is wrong with it. */
function rules(text: string): string {
  const read = readRules('r.yaml', text)
  return read.ok
    ? read.value.map(({ kind, name, line, forMs }) => `${kind} ${name}:${line} ${forMs}`).join(', ')
    : read.error
}

describe('readRules()', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['a plain file', group, 'alert One:4 300000, record two:three:7 0'],
    [
      'a PrometheusRule',
      `kind: PrometheusRule\nspec:\n${indented(group, 2)}`,
      'alert One:6 300000, record two:three:9 0',
    ],
    [
      'Helm values',
      `serverFiles:\n  alerting_rules.yml:\n${indented(group, 4)}`,
      'alert One:6 300000, record two:three:9 0',
    ],
    [
      'a ConfigMap with a file in a block',
      `data:\n  rules.yml: |\n${indented(group, 4)}`,
      'alert One:6 300000, record two:three:9 0',
    ],
    [
      'two documents',
      `${group}---\n${group}`,
      'alert One:4 300000, record two:three:7 0, alert One:13 300000, record two:three:16 0',
    ],
    [
      'an alias',
      'groups:\n  - &g { name: a, rules: [{ alert: One, expr: up }] }\n  - *g\n',
      'alert One:2 0, alert One:2 0',
    ],
    [
      'templates of a chart in strings',
      'groups: [{ name: a, rules: [{ alert: One, expr: "up{x=\\"${x}\\"}", annotations: { s: "{{ $value }}" } }] }]',
      'alert One:1 0',
    ],
    [
      'nothing',
      '',
      'Cannot read the rules of "r.yaml": Found no group with rules, wanted "groups"',
    ],
    [
      'another file',
      'scrape_configs: []',
      'Cannot read the rules of "r.yaml": Found no group with rules, wanted "groups"',
    ],
    [
      'a rule without a name',
      'groups: [{ rules: [{ expr: up }] }]',
      'Cannot read the rule at "r.yaml:1": Found neither "alert" nor "record"',
    ],
    [
      'a rule without an expression',
      'groups:\n  - rules:\n      - alert: One\n',
      'Cannot read the rule at "r.yaml:3": Found no "expr"',
    ],
    [
      'a rule with another time',
      'groups: [{ rules: [{ alert: One, expr: up, for: soon }] }]',
      'Cannot read the rule at "r.yaml:1": Found "for: soon", wanted a duration such as "5m"',
    ],
  ]
  for (const [name, text, wanted] of cases)
    test(name, () => {
      expect(rules(text)).toBe(wanted)
    })

  test('says in which line it is no YAML', () => {
    expect(rules('groups:\n  - name: a\n   rules: []\n')).toMatch(
      /^Cannot read the rules of "r\.yaml": Line [23]: \S/,
    )
    expect(rules('groups: [\n')).toMatch(/^Cannot read the rules of "r\.yaml": Line \d: \S/)
  })

  test('keeps a rule whose expression cannot be read, with the reason', () => {
    const read = readRules('r.yaml', 'groups: [{ rules: [{ alert: One, expr: "sum(" }] }]')
    expect(read.ok && read.value[0]?.expression).toEqual({
      ok: false,
      error: 'cannot be read at character 5, where it ends',
    })
  })
})

describe('readYaml()', () => {
  test('ends at its bounds', () => {
    expect(readYaml('x'.repeat(fileLengthMax + 1))).toMatchObject({ ok: false })
    // Nine levels of nine aliases are some hundred million values.
    const bomb = Array.from({ length: 9 }, (_, i) =>
      i === 0
        ? 'a0: &a0 [x]'
        : `a${i}: &a${i} [${Array(9)
            .fill(`*a${i - 1}`)
            .join(', ')}]`,
    )
    expect(readYaml(bomb.join('\n'))).toEqual({
      ok: false,
      error: 'The file holds more than 1000000 values',
    })
    expect(readYaml(`a: ${'['.repeat(500)}${']'.repeat(500)}`).ok).toBe(true)
  })

  test('an alias of what it stands in ends too', () => {
    expect(readYaml('a: &a [*a]').ok).toBe(true)
  })

  test('no text makes it throw', () => {
    const pieces = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '  ',
      '- ',
      '|',
      '[',
      '{',
      '&a ',
      '*a',
      '"',
      '---\n',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        expect(typeof readYaml(parts.join('')).ok).toBe('boolean')
      }),
    )
  })
})

const job = `- job_name: one
  metrics_path: /m
  honor_labels: true
  relabel_configs:
    - { action: labelmap, regex: "x_(.+)" }
  metric_relabel_configs:
    - source_labels: [__name__, a]
      separator: "-"
      regex: "b|c"
      action: Drop
    - target_label: d
`

/** Jobs of a file in short, or what is wrong with it. */
function jobs(text: string): string {
  const read = readScrapeJobs('p.yaml', text)
  if (!read.ok) return read.error
  return read.value
    .map(({ name, line, metricRules, targetRules }) =>
      [
        `${name}:${line}`,
        ...[...targetRules, ...metricRules].map((rule) => `${rule.action}:${rule.line}`),
      ].join(' '),
    )
    .join(', ')
}

describe('readScrapeJobs()', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'prometheus.yml',
      `scrape_configs:\n${indented(job, 2)}`,
      'one:2 labelmap:6 drop:8 replace:12',
    ],
    [
      'Helm values with jobs in a block',
      `extraScrapeConfigs: |\n${indented(job, 2)}`,
      'one:2 labelmap:6 drop:8 replace:12',
    ],
    [
      'none',
      'groups: []',
      'Cannot read the scrape jobs of "p.yaml": Found none, wanted "scrape_configs"',
    ],
    [
      'an action that does not exist',
      'scrape_configs: [{ job_name: a, relabel_configs: [{ action: dorp }] }]',
      'Cannot read the relabelling at "p.yaml:1": Found the action "dorp", wanted one of "replace", "keep", "drop", "keepequal", "dropequal", "hashmod", "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase"',
    ],
    [
      'a broken line',
      'scrape_configs:\n - job_name: "a\n',
      'Cannot read the scrape jobs of "p.yaml": Line 3: Missing closing "quote',
    ],
  ]
  for (const [name, text, wanted] of cases)
    test(name, () => {
      expect(jobs(text)).toStartWith(wanted)
    })

  test('says which pattern is no RE2', () => {
    expect(
      jobs('scrape_configs: [{ job_name: a, metric_relabel_configs: [{ regex: "(?=a)" }] }]'),
    ).toMatch(/^Cannot read the relabelling at "p\.yaml:1": The pattern is not RE2: /)
  })
})
