// The configuration of the drill: loopback alone, nothing inhibited, the generated rules made fast.
import { expect, test } from 'bun:test'
import { parse } from 'yaml'
import { renderRules } from '../../rules/render.ts'
import { alertmanagerConfig, prometheusConfig, rulesFile, targetsFile } from './drill-files.ts'

test('rulesFile() has every generated rule, with durations made short', () => {
  const names = (text: string): unknown[] =>
    parse(text).groups.flatMap((group: { rules: { alert?: string; record?: string }[] }) =>
      group.rules.map(({ alert, record }) => alert ?? record),
    )
  const job = { job: 'gatehouse' }
  expect(names(rulesFile(240))).toEqual(names(renderRules(job)))
  expect(rulesFile(240)).toContain('for: 3s750ms')
  expect(rulesFile(1)).toBe(renderRules(job))
})

test('prometheusConfig() scrapes what the file of targets says, and tells one Alertmanager', () => {
  const config = parse(prometheusConfig(9093))
  expect(config.scrape_configs).toHaveLength(1)
  expect(config.scrape_configs[0]).toMatchObject({
    job_name: 'gatehouse',
    honor_labels: true,
    file_sd_configs: [{ files: ['targets.json'] }],
  })
  expect(config.alerting.alertmanagers).toEqual([
    { static_configs: [{ targets: ['127.0.0.1:9093'] }] },
  ])
  expect(JSON.parse(targetsFile(8080))).toEqual([{ targets: ['127.0.0.1:8080'] }])
  expect(JSON.parse(targetsFile(null))).toEqual([])
})

test('alertmanagerConfig() tells each alert by itself, at once, and inhibits none', () => {
  const config = parse(alertmanagerConfig(8081))
  expect(config.inhibit_rules).toBeUndefined()
  expect(config.route).toMatchObject({ group_by: ['...'], group_wait: '0s' })
  expect(config.receivers).toEqual([
    {
      name: 'drill',
      webhook_configs: [{ url: 'http://127.0.0.1:8081/', send_resolved: false }],
    },
  ])
})
