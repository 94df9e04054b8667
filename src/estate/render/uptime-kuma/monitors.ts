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

/** A monitor as Uptime Kuma has it; times in seconds. */
export interface DeclaredMonitor {
  readonly name: string
  readonly url: string
  readonly type: 'http'
  readonly method: 'GET'
  readonly interval: number
  readonly retryInterval: number
  readonly maxretries: number
  readonly ignoreTls: boolean
  readonly expiryNotification: boolean
  readonly upsideDown: boolean
  readonly active: boolean
  readonly accepted_statuscodes: readonly string[]
  readonly maxredirects: number
}

/** One JSON file: the monitors in the form of Uptime Kuma's export. */
export function renderMonitors(estate: Estate): readonly DocsFile[] {
  const document = { version: 'gatehouse', monitorList: monitorsOf(estate) }
  return [{ path: 'uptime-kuma-monitors.json', text: `${JSON.stringify(document, null, 2)}\n` }]
}

/** Every monitor that is declared: of services, then the guards of open paths. */
export function monitorsOf(estate: Estate): readonly DeclaredMonitor[] {
  const { guards, monitors } = estate.areas.monitoring
  const declared = estate.services.flatMap((service) => monitorOf(service, monitors) ?? [])
  const guarding = guards.map(({ host, path }) => ({
    ...httpMonitor({ name: `[Guard] ${host}${path}`, url: `https://${host}${path}` }, monitors),
    accepted_statuscodes: ['200-299', '400-401', '404-405'],
    maxredirects: 0,
  }))
  return [...declared, ...guarding]
}

type Monitors = Estate['areas']['monitoring']['monitors']

function monitorOf(service: EstateService, usual: Monitors): DeclaredMonitor | null {
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
): Omit<DeclaredMonitor, 'accepted_statuscodes' | 'maxredirects'> {
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
