// Monitors that stay green while what they watch is broken: accepted statuses against what a door promises.
import type { Door } from '../door.ts'
import type { WatchWarning } from '../plan/findings.ts'
import type { WatchConfig } from '../config.ts'
import { type KumaMonitor, readKumaMonitors } from './kuma-monitors.ts'

/** What is wrong with the statuses that a monitor accepts. */
export interface AcceptedCodesFinding {
  readonly monitor: string
  /** Statuses of a failure that it takes for health. */
  readonly statuses: readonly number[]
  /** When it stays green, as a sentence. */
  readonly text: string
}

/** Monitors that a message names before it counts the rest. */
const namedMax = 3

/** A status that is a failure behind a door, and what fails with it. */
interface Failure {
  readonly status: number
  readonly when: string
}

const gateFailures: readonly Failure[] = [
  { status: 400, when: 'the gate refuses everybody with 400, as on a full session store' },
  { status: 401, when: 'the gate falls back to another sign-in with 401' },
]
const routeFailures: readonly Failure[] = [
  { status: 404, when: 'the reverse proxy has lost the route and answers 404' },
]
const anyFailures: readonly Failure[] = [
  { status: 500, when: 'something answers 500' },
  { status: 502, when: 'the reverse proxy reaches nobody and answers 502' },
]

/**
 * Failures of a door that the monitor would not see. A stranger at a door of tier `required` or `public` is
 * sent to sign in, and a monitor follows him there: nothing but 2xx and 3xx is health. Where the service
 * answers itself, what it is declared to answer is health too. Null: the monitor sees them all.
 */
export function acceptedCodesFinding(
  monitor: KumaMonitor,
  door: Pick<Door, 'statuses' | 'tier'>,
): AcceptedCodesFinding | null {
  const isGuarded = door.tier === 'required' || door.tier === 'public'
  const failures = [...(isGuarded ? gateFailures : []), ...routeFailures, ...anyFailures]
  const missed = failures.filter(
    ({ status }) => accepts(monitor, status) && (isGuarded || !door.statuses.includes(status)),
  )
  if (missed.length === 0) return null
  const ranges = monitor.accepted.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`))
  return {
    monitor: monitor.name,
    statuses: missed.map(({ status }) => status),
    text: `It accepts "${ranges.join(', ')}" and stays green when ${missed[0]?.when ?? ''}`,
  }
}

function accepts({ accepted }: KumaMonitor, status: number): boolean {
  return accepted.some(({ from, to }) => status >= from && status <= to)
}

/**
 * Findings about the monitors of every witness that names a file of them: one for each witness, since
 * monitors share their mistakes. `readText` gives null for a file that cannot be read.
 */
export function monitorFindings(
  config: Pick<WatchConfig, 'doors' | 'witnesses'>,
  readText: (path: string) => string | null,
): readonly WatchWarning[] {
  return config.witnesses.flatMap((witness, i): readonly WatchWarning[] => {
    if (witness.kind !== 'uptime-kuma' || witness.monitorsFile === undefined) return []
    const path = ['witnesses', i, 'monitors_file']
    const text = readText(witness.monitorsFile)
    const read = text === null ? null : readKumaMonitors(text)
    if (read === null || !read.ok)
      return [
        {
          id: 'monitors-unreadable',
          path,
          message: `Reading the monitors of "${witness.name}" failed: ${read === null ? 'the file cannot be read' : read.error}`,
          fix: 'Name a file with monitors as JSON, each with "name", "url" and "accepted_statuscodes"',
        },
      ]
    return lenientFinding({ path, witness: witness.name }, read.value, config.doors)
  })
}

function lenientFinding(
  at: { readonly path: WatchWarning['path']; readonly witness: string },
  monitors: readonly KumaMonitor[],
  doors: readonly Door[],
): readonly WatchWarning[] {
  const judged = monitors.flatMap((monitor) => {
    const door = doorOf(monitor, doors)
    return door === null ? [] : [acceptedCodesFinding(monitor, door)]
  })
  const lenient = judged.filter((finding) => finding !== null)
  const [first] = lenient
  if (first === undefined) return []
  const named = lenient.slice(0, namedMax).map(({ monitor }) => `"${monitor}"`)
  const rest = lenient.length - named.length
  return [
    {
      id: 'monitor-accepts-failure',
      path: at.path,
      message:
        `${lenient.length} of ${judged.length} monitors of "${at.witness}" take failures for health: ` +
        `${named.join(', ')}${rest === 0 ? '' : ` and ${rest} more`}. ${first.text}`,
      fix: 'Accept "200-299" only; where a service itself answers otherwise, exactly what it answers',
    },
  ]
}

/** The door that a monitor knocks at: same host and path, else the root of the host. */
function doorOf(monitor: KumaMonitor, doors: readonly Door[]): Door | null {
  if (monitor.host === null || monitor.path === null) return null
  const own = doors.filter(({ host }) => host === monitor.host)
  return (
    own.find(({ path }) => path === monitor.path) ?? own.find(({ path }) => path === '/') ?? null
  )
}
