// The page of the eyes: tools, what monitors do, guards, and alerts that cannot fire.
import { mermaid, mermaidId, mermaidLabel } from '../../../std/markdown.ts'
import { formatDuration } from '../../../std/units.ts'
import type { Estate } from '../../estate.ts'
import { chapter } from '../../render/docs/page.ts'
import { code, docsTable, prose, sentence } from '../../render/docs/markup.ts'
import { monitorsPerMs } from '../../stores.ts'

const minuteMs = 60_000

/** Blocks of `architecture/monitoring.md`. */
export function monitoringPage(estate: Estate): readonly string[] {
  const { about, alerts, guards, monitors, tools } = estate.areas.monitoring
  const monitored = estate.services.filter(({ facts }) => facts.monitor?.enabled === true)
  const strangers = (monitorsPerMs(estate, 'required') * minuteMs).toFixed(1)
  return [
    prose(about),
    chapter('Who looks at what', diagram(estate)),
    chapter(
      'Tools',
      docsTable(
        ['tool', 'kind', 'host', 'replicas', 'needs', 'outside'],
        tools.map((tool) => [
          ...[tool.name, tool.kind, tool.host ?? '', String(tool.replicas)],
          ...[tool.database ?? tool.volume ?? '', tool.outside ? 'yes' : 'no'],
        ]),
      ),
    ),
    monitored.length === 0
      ? ''
      : chapter(
          'Monitors',
          `${monitored.length} hosts are tried every ${formatDuration(monitors.interval)}; ${code(monitors.accepts).markdown} counts as up, ${monitors.retries} failures before it is said. Protected front pages get ${strangers} knocks a minute without a session from them.`,
        ),
    chapter(
      'Guards: paths that must not ask for a sign-in',
      docsTable(
        ['host', 'path', 'tried by'],
        guards.map(({ by, host, path }) => [host, code(path), by]),
      ),
    ),
    chapter(
      'Alerts about shared layers',
      docsTable(
        ['alert', 'layer', 'state', 'why'],
        alerts.map(({ layer, name, state, why }) => [
          name,
          layer ?? '',
          state,
          sentence(why ?? ''),
        ]),
      ),
    ),
  ]
}

/** Kinds of tools that ask hosts, or what runs behind them. */
const lookers: ReadonlySet<string> = new Set(['prometheus', 'uptime-kuma', 'gatus', 'blackbox'])

function diagram({ areas }: Estate): string {
  const { channels, tools } = areas.monitoring
  if (tools.length === 0) return ''
  const manager = tools.find(({ kind }) => kind === 'alertmanager')
  const node = (id: string, label: string): string => `${mermaidId(id)}[${mermaidLabel(label)}]`
  const lines = tools.flatMap(({ kind, name }) => {
    const tool = node(name, `${name} (${kind})`)
    if (lookers.has(kind)) return [`  ${tool} --> hosts[${mermaidLabel('hosts')}]`]
    // What is told by Prometheus, or shows what it has, looks at no host by itself.
    const sources = tools.filter((one) => one.kind === 'prometheus')
    const arrows = sources.map((source) =>
      kind === 'alertmanager'
        ? `  ${mermaidId(source.name)} -- ${mermaidLabel('alerts')} --> ${mermaidId(name)}`
        : `  ${mermaidId(name)} -- ${mermaidLabel('asks')} --> ${mermaidId(source.name)}`,
    )
    return [`  ${tool}`, ...(kind === 'loki' ? [] : arrows)]
  })
  const out =
    manager === undefined
      ? []
      : channels.map(
          (channel) =>
            `  ${mermaidId(manager.name)} --> ${mermaidId(`channel ${channel}`)}[${mermaidLabel(channel)}]`,
        )
  return mermaid(['flowchart LR', ...lines, ...out])
}
