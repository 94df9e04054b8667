// Configuration of the Prometheus and the Alertmanager of the drill.
import { stringify } from 'yaml'
import { renderRules } from '../../rules/render.ts'

/** Names of the files in the directory of the drill. */
export const drillFiles = {
  rules: 'rules.yaml',
  prometheus: 'prometheus.yaml',
  alertmanager: 'alertmanager.yaml',
  targets: 'targets.json',
} as const

const job = 'gatehouse'
/** So often that even the shortest range, five minutes made short, holds several samples. */
const interval = '250ms'

/** The generated rules with their durations made short. */
export function rulesFile(speed: number): string {
  return renderRules({ job }, speed)
}

/** Scrapes what {@link targetsFile} says and tells the Alertmanager on that port of loopback. */
export function prometheusConfig(alertmanagerPort: number): string {
  return stringify({
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: [drillFiles.rules],
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }],
    },
    scrape_configs: [
      {
        job_name: job,
        honor_labels: true,
        file_sd_configs: [{ files: [drillFiles.targets], refresh_interval: '1s' }],
      },
    ],
  })
}

/** One target on that port of loopback, or none: as when discovery finds nothing any more. */
export function targetsFile(port: number | null): string {
  return JSON.stringify(port === null ? [] : [{ targets: [`127.0.0.1:${port}`] }])
}

/**
 * Every alert is a notification of its own, at once, to a webhook on loopback. The generated inhibitions
 * are left out on purpose: with them, of a cause only its first alert would arrive.
 */
export function alertmanagerConfig(port: number): string {
  return stringify({
    route: {
      receiver: 'drill',
      group_by: ['...'],
      group_wait: '0s',
      group_interval: '1s',
      repeat_interval: '1h',
    },
    receivers: [
      {
        name: 'drill',
        webhook_configs: [{ url: `http://127.0.0.1:${port}/`, send_resolved: false }],
      },
    ],
  })
}
