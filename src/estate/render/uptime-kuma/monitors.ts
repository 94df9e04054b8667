// Monitors for Uptime Kuma whose accepted answers are the contract of the auth tier. Pure.
import { type AuthTier } from '../../../model/service.ts'
import type { Estate, EstateService } from '../../estate.ts'
import { ruleAt } from '../../tiers.ts'
import type { DocsFile } from '../docs/page.ts'

const second = 1000

/** What a stranger is answered where the contract holds. A redirect is looked at, not followed. */
const accepted: Readonly<Record<AuthTier, readonly string[]>> = {
  required: ['302'],
  public: ['200-299', '301-303', '401'],
  app: ['200-299', '301-303', '401'],
  none: ['200-299'],
}

/** One JSON file: the monitors in the form of Uptime Kuma's export. */
export function renderMonitors(estate: Estate): readonly DocsFile[] {
  const { monitors } = estate.areas.monitoring
  const declared = estate.services.flatMap((service) => monitorOf(service, monitors) ?? [])
  const guards = estate.areas.monitoring.guards.map(({ host, path }) => ({
    ...httpMonitor({ name: `[Guard] ${host}${path}`, url: `https://${host}${path}` }, monitors),
    accepted_statuscodes: ['200-299', '400-401', '404-405'],
    maxredirects: 0,
  }))
  const document = { version: 'gatehouse', monitorList: [...declared, ...guards] }
  return [{ path: 'uptime-kuma-monitors.json', text: `${JSON.stringify(document, null, 2)}\n` }]
}

type Monitors = Estate['areas']['monitoring']['monitors']

function monitorOf(service: EstateService, usual: Monitors): object | null {
  const { facts, host } = service
  const { monitor } = facts
  if (monitor?.enabled !== true || host.startsWith('*.')) return null
  const tier = ruleAt(service, monitor.path)?.auth ?? 'none'
  const interval = monitor.interval ?? usual.interval
  return {
    ...httpMonitor(
      { name: `[External] ${host}`, url: `https://${host}${monitor.path}` },
      { ...usual, interval },
    ),
    accepted_statuscodes:
      monitor.accepts === undefined
        ? accepted[tier]
        : monitor.accepts.split(',').map((part) => part.trim()),
    maxredirects: 0,
  }
}

function httpMonitor(
  { name, url }: { readonly name: string; readonly url: string },
  { interval, retries }: Pick<Monitors, 'interval' | 'retries'>,
): object {
  return {
    name,
    url,
    type: 'http',
    method: 'GET',
    interval: Math.round(interval / second),
    retryInterval: Math.round(interval / second),
    maxretries: retries,
    ignoreTls: false,
    expiryNotification: true,
    upsideDown: false,
    active: true,
  }
}
