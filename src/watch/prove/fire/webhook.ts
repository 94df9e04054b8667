// What arrives at the receiver of the drill: Alertmanager's webhook, version 4.

/** One alert of a notification. */
export interface ArrivedAlert {
  readonly alertname: string
  readonly summary: string
}

/** Firing alerts of one webhook body; empty for anything that is none. */
export function arrivedAlerts(body: string): readonly ArrivedAlert[] {
  const alerts = fieldOf(parsed(body), 'alerts')
  if (!Array.isArray(alerts)) return []
  return alerts.flatMap((alert: unknown): ArrivedAlert[] => {
    const alertname = fieldOf(fieldOf(alert, 'labels'), 'alertname')
    const summary = fieldOf(fieldOf(alert, 'annotations'), 'summary')
    if (fieldOf(alert, 'status') !== 'firing' || typeof alertname !== 'string') return []
    return [{ alertname, summary: typeof summary === 'string' ? summary : '' }]
  })
}

/** Names of firing alerts in an answer of `/api/v1/alerts`. */
export function firingAlerts(body: string): readonly string[] {
  const alerts = fieldOf(fieldOf(parsed(body), 'data'), 'alerts')
  if (!Array.isArray(alerts)) return []
  return alerts.flatMap((alert: unknown): string[] => {
    const alertname = fieldOf(fieldOf(alert, 'labels'), 'alertname')
    return fieldOf(alert, 'state') === 'firing' && typeof alertname === 'string' ? [alertname] : []
  })
}

/** One alert as Alertmanager holds it. */
export interface HeldAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly summary: string
}

/** Alerts in an answer of Alertmanager's `GET /api/v2/alerts`; empty for anything that is none. */
export function heldAlerts(body: string): readonly HeldAlert[] {
  const alerts = parsed(body)
  if (!Array.isArray(alerts)) return []
  return alerts.flatMap((alert: unknown): HeldAlert[] => {
    const labels = fieldOf(alert, 'labels')
    const summary = fieldOf(fieldOf(alert, 'annotations'), 'summary')
    if (typeof labels !== 'object' || labels === null) return []
    const texts = Object.entries(labels).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    )
    return [
      { labels: Object.fromEntries(texts), summary: typeof summary === 'string' ? summary : '' },
    ]
  })
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined
}
