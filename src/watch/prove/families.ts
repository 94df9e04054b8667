// Which jobs usually scrape a metric, by its first word: needed where only files are looked at.
import type { ScrapeJob } from './scrape-file.ts'

interface Family {
  readonly metrics: RegExp
  readonly isHome: (job: ScrapeJob) => boolean
}

const isCadvisor = ({ name, metricsPath }: ScrapeJob): boolean =>
  /cadvisor/i.test(metricsPath) || /cadvisor/i.test(name)
const named =
  (pattern: RegExp) =>
  (job: ScrapeJob): boolean =>
    pattern.test(job.name) && !isCadvisor(job)

/** Exporters that most estates have, by the names of the jobs that the usual charts give them. */
const families: readonly Family[] = [
  { metrics: /^(container|machine|cadvisor)_/, isHome: isCadvisor },
  { metrics: /^(kubelet|storage_operation|volume_manager)_/, isHome: named(/kubelet|nodes?$/i) },
  { metrics: /^(apiserver|etcd)_/, isHome: named(/apiserver|api-server|etcd/i) },
  { metrics: /^node_/, isHome: named(/node[-_]?exporter|^nodes?$|service-endpoints/i) },
  { metrics: /^kube_/, isHome: named(/kube-state|service-endpoints/i) },
  { metrics: /^traefik_/, isHome: named(/traefik/i) },
  { metrics: /^authentik_/, isHome: named(/authentik/i) },
  { metrics: /^gatehouse_/, isHome: named(/gatehouse/i) },
]

/** Jobs of `jobs` that `metric` usually comes from; none where that is not known. */
export function usualJobs(metric: string, jobs: readonly ScrapeJob[]): readonly ScrapeJob[] {
  const family = families.find(({ metrics }) => metrics.test(metric))
  return family === undefined ? [] : jobs.filter(family.isHome)
}
