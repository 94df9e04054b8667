// What is known beside files and series: where usual metrics are blind, and what they are really called.
import { describe, expect, test } from 'bun:test'
import { must } from '../../std/assert.ts'
import {
  hidesSharedMemory,
  isSetOnce,
  isSharedMemory,
  realName,
  refusalsBesideTheService,
  seesSharedMemory,
} from './knowledge.ts'
import { type Selector, readExpression, selectorsOf } from './promql/need.ts'
import { readScrapeJobs } from './scrape-file.ts'
import { dropReason, labelReason } from './scraping.ts'

function selector(text: string): Selector {
  const read = readExpression(text)
  return must(read.ok ? selectorsOf(read.value.need)[0] : null, text)
}

test('refusalsBesideTheService() knows counters that forward auth does not reach', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['traefik_service_requests_total{service=~".*outpost.*",code="400"}', true],
    ['traefik_service_requests_total{service="authelia@docker",code=~"4.."}', true],
    ['haproxy_backend_http_responses_total{backend="oauth2-proxy",code="4xx"}', true],
    ['traefik_router_requests_total{service=~".*outpost.*",code="400"}', false],
    ['traefik_service_requests_total{service="notes",code="400"}', false],
    ['traefik_service_requests_total{service=~".*outpost.*",code="502"}', false],
    ['traefik_service_requests_total{service!~".*outpost.*",code="400"}', false],
  ]
  for (const [text, isBlind] of cases)
    expect([text, refusalsBesideTheService(selector(text)) !== null]).toEqual([text, isBlind])
})

describe('memory file systems', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['node_filesystem_avail_bytes{fstype!="tmpfs"}', 'fstype', false],
    ['node_filesystem_avail_bytes{fstype!~"tmpfs|fuse.*"}', 'fstype', false],
    ['node_filesystem_files_free{device!="shm"}', 'device', false],
    ['node_filesystem_avail_bytes{mountpoint!~"/run/.*"}', 'mountpoint', false],
    // One that asks for a file system by name is about that one.
    ['node_filesystem_avail_bytes{mountpoint="/"}', '', false],
    ['node_filesystem_avail_bytes{fstype!="fuse"}', '', true],
    ['node_filesystem_avail_bytes{instance="a"}', '', true],
    ['kubelet_volume_stats_used_bytes{fstype!="tmpfs"}', '', false],
  ]
  for (const [text, hiding, isSeen] of cases)
    test(text, () => {
      expect(
        hidesSharedMemory(selector(text))
          .map(({ label }) => label)
          .join(),
      ).toBe(hiding)
      expect(seesSharedMemory(selector(text))).toBe(isSeen)
    })

  test('isSharedMemory() knows them by device or place', () => {
    expect(isSharedMemory({ device: 'shm' })).toBe(true)
    expect(isSharedMemory({ device: 'tmpfs', mountpoint: '/dev/shm' })).toBe(true)
    expect(isSharedMemory({ device: 'tmpfs', mountpoint: '/run/lock' })).toBe(false)
    expect(isSharedMemory({})).toBe(false)
  })
})

test('realName() knows usual slips and prefixes that an exporter does not write', () => {
  const names = new Set(['monitor_status', 'up', 'http_requests_total'])
  expect(realName('uptime_kuma_monitor_status', names)).toBe('monitor_status')
  expect(realName('myapp_http_requests_total', names)).toBe('http_requests_total')
  expect(realName('warm_up', names)).toBeNull()
  expect(realName('else', names)).toBeNull()
})

test('isSetOnce() is true of objects that are made once', () => {
  expect(isSetOnce('kube_job_status_start_time')).toBe(true)
  expect(isSetOnce('kube_pod_created')).toBe(true)
  expect(isSetOnce('process_start_time_seconds')).toBe(false)
})

const scrape = `scrape_configs:
  - job_name: node-exporter
    metric_relabel_configs:
      - { source_labels: [__name__], regex: node_cpu_.*, action: keep }
      - { regex: room, action: labeldrop }
  - job_name: other
`

describe('dropReason() and labelReason()', () => {
  const read = readScrapeJobs('p.yaml', scrape)
  const jobs = must(read.ok ? read.value : null, 'jobs')
  const reason = (text: string): string | null => dropReason(selector(text), jobs)

  test('the job that usually has a metric is to blame', () => {
    expect(reason('node_load1')).toBe(
      'Job "node-exporter" keeps a list of names without it (p.yaml:4)',
    )
    expect(reason('node_cpu_seconds_total')).toBeNull()
  })

  test('where nothing is known of a metric, one job that lets it in is enough', () => {
    expect(reason('house_power')).toBeNull()
    expect(dropReason(selector('house_power'), jobs.slice(0, 1))).toStartWith('Job "node-exporter"')
    expect(dropReason(selector('house_power'), [])).toBeNull()
  })

  test('a job that is named is the one, and one that is not there is none', () => {
    expect(reason('node_load1{job="other"}')).toBeNull()
    expect(reason('node_load1{job="gone"}')).toBe('No scrape job is called "gone"')
    expect(reason('node_load1{job=~"gone"}')).toStartWith('Job "node-exporter"')
  })

  test('jobs that keep the labels of others may be called anything', () => {
    const pushed = readScrapeJobs('p.yaml', `${scrape}    honor_labels: true\n`)
    const all = must(pushed.ok ? pushed.value : null, 'jobs')
    expect(dropReason(selector('house_power{job="gone"}'), all)).toBeNull()
  })

  test('a label that is taken away is named', () => {
    const power = selector('node_cpu_seconds_total{room="a"}')
    const [matcher] = power.matchers
    expect(labelReason(power, must(matcher, 'matcher'), jobs)).toBe(
      'Job "node-exporter" takes the label "room" away (p.yaml:5)',
    )
    expect(labelReason(power, { label: 'cpu', op: '=', value: '0' }, jobs)).toBeNull()
  })

  test('a metric that is renamed is not there under its old name', () => {
    const renaming = readScrapeJobs(
      'p.yaml',
      'scrape_configs: [{ job_name: a, metric_relabel_configs: [{ source_labels: [__name__], regex: old_(.*), target_label: __name__, replacement: new_$1 }] }]',
    )
    expect(dropReason(selector('old_x'), must(renaming.ok ? renaming.value : null, 'jobs'))).toBe(
      'Job "a" renames it to "new_x" (p.yaml:1)',
    )
  })
})
