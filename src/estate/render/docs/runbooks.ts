// Runbooks: alerts, then looking without changing anything, then recovering, then preventing.
import { docsTable, link, plain, sentence } from './markup.ts'
import type { Layer } from '../../../model/layer.ts'
import { formatDuration } from '../../../std/units.ts'
import type { Estate } from '../../estate.ts'
import { ratioText, storeOutlooks } from '../../stores.ts'
import { type DocsFile, chapter, docsPage } from './page.ts'

/** What a runbook is about. */
interface Runbook {
  readonly name: string
  readonly title: string
  readonly layers: readonly Layer[]
  readonly blocks: (estate: Estate) => readonly string[]
}

const runbooks: readonly Runbook[] = [
  {
    name: 'sign-in-broken',
    title: 'Nobody who is new gets in',
    layers: ['gate_new', 'gate_check', 'idp'],
    blocks: (estate) => [
      lookFirst(exampleHost(estate)),
      steps('Look', [
        'The verdict names the layer. `gate_new` alone: people with a session notice nothing, so few will call; believe the probes.',
        'One person or everyone? One request without a cookie decides it: `gatehouse why` makes it over every vantage.',
        'Read the log of the gate or outpost before anything else: the reason of each refusal stands there.',
        ...estate.areas.authentication.outposts.map(
          ({ name, sessions }) =>
            `The outpost "${plain(name)}" keeps sessions in ${sessions}${sessions === 'filesystem' ? ': look at [a full session store](session-store-full.md)' : ''}.`,
        ),
      ]),
      steps('Recover', [
        'Undo the last change of the layer that is blamed; `gatehouse incident show` lists the changes of the 72 hours before, and which of them the evidence exonerates.',
        'A provider that is down: wait for it, or let the break-glass group in by the way that the [authentication page](../architecture/authentication.md) names.',
      ]),
      steps('Prevent', [
        '`gatehouse drill --all` on the configuration as it is; `gatehouse alerts prove` on the rules.',
      ]),
    ],
  },
  {
    name: 'session-store-full',
    title: 'A session store is full, or will be',
    layers: ['gate_new'],
    blocks: (estate) => [
      lookFirst(exampleHost(estate)),
      chapter('How full the stores become', storeTable(estate)),
      steps('Look', [
        ...estate.areas.authentication.outposts.flatMap(({ name, volume }) =>
          lookAtVolume(estate, name, volume),
        ),
        '`gatehouse capacity` says what arrives, who causes it, and what each lever would do.',
        'Files of no length in the store are writes that failed: it is full already, whatever `ls | wc -l` says.',
      ]),
      steps('Recover', [
        'Restart the outpost: a memory volume is empty afterwards, and everyone signs in again. That gains the time of one fill, no more.',
        'Pull the lever that `gatehouse capacity` names: fewer knocks without a session, a shorter life, or a larger volume. A memory volume counts against the memory limit.',
      ]),
      steps('Prevent', [
        'A store that takes nothing from strangers cannot be filled by them: let Gatehouse answer in place of the outpost.',
      ]),
    ],
  },
  {
    name: 'one-host-down',
    title: 'One host does not answer',
    layers: ['upstream', 'ingress'],
    blocks: (estate) => [
      lookFirst(exampleHost(estate)),
      steps('Look', [
        '`gatehouse why` compares it with the others of its tier, and each vantage with the next.',
        'Its stack and what it depends on stand in [databases](../architecture/databases.md) and [storage](../architecture/storage.md).',
      ]),
      steps('Recover', ['Mend the service; the gate and its session are not part of it.']),
      steps('Prevent', [
        'A host of a tier that the gate decides about needs a probe with a session: without one, the gate answers for a service that is dead.',
      ]),
    ],
  },
  {
    name: 'edge-or-ingress',
    title: 'Everything is down, or a third of it',
    layers: ['dns', 'edge', 'ingress'],
    blocks: (estate) => [
      lookFirst(exampleHost(estate)),
      steps('Look', [
        'From outside and from inside: what the edge breaks is whole at the ingress. `gatehouse doctor` asks both.',
        ...estate.areas.networking.ingresses.map(({ name, replicas }) =>
          replicas === 1
            ? `"${plain(name)}" has one replica: what is wrong with it is wrong for everyone.`
            : `"${plain(name)}" has ${replicas} replicas: a share of failures near 1/${replicas} is one of them.`,
        ),
        ...estate.areas.networking.edge.workers.map(
          (worker) => `"${plain(worker)}" at the edge may answer by itself.`,
        ),
      ]),
      steps('Recover', [
        'Take the bad replica out, or restart it; undo the last change at the edge.',
      ]),
      steps('Prevent', [
        'Probe each replica by its address, and run a watch outside of the house.',
      ]),
    ],
  },
  {
    name: 'watch-blind',
    title: 'The watch cannot see',
    layers: ['prober'],
    blocks: () => [
      '`gatehouse doctor` is the first command here too; it says whether this machine reaches anything at all.',
      steps('Look', [
        'The control probe asks a place that has nothing to do with the house. While it fails, nothing is said about the house.',
        'The other watch says whether this one lives.',
      ]),
      steps('Recover', ['Mend the network of the machine that watches.']),
      steps('Prevent', ['Two watches in two places, each with its own channel.']),
    ],
  },
  {
    name: 'restore',
    title: 'Something must be restored',
    layers: [],
    blocks: (estate) => [
      'Stop what writes to it first; restore beside the old state, not over it.',
      docsTable(
        ['job', 'saves', 'copy is in', 'how', 'tried'],
        estate.areas.backup.jobs.map((job) => [
          ...[job.name, job.of.join(', '), job.to],
          ...[
            job.restore === undefined ? 'nobody wrote it down yet' : sentence(job.restore),
            job.restored ?? 'never',
          ],
        ]),
      ),
    ],
  },
]

/** The shelf of runbooks. */
export function runbookFiles(estate: Estate): readonly DocsFile[] {
  const { alerts } = estate.areas.monitoring
  const pages = runbooks.map(({ blocks, layers, name, title }) => {
    const about = alerts.filter(
      ({ layer }) => layer !== undefined && layers.some((mine) => mine === layer),
    )
    const table = docsTable(
      ['alert', 'layer', 'state'],
      about.map((alert) => [alert.name, alert.layer ?? '', alert.state]),
    )
    return docsPage(`runbooks/${name}.md`, title, [chapter('Alerts', table), ...blocks(estate)])
  })
  const index = docsPage('runbooks/README.md', 'Runbooks', [
    'The first command of every incident is `gatehouse doctor`.',
    docsTable(
      ['runbook', 'layers that a verdict names'],
      runbooks.map(({ layers, name, title }) => [link(title, `${name}.md`), layers.join(', ')]),
    ),
  ])
  return [index, ...pages]
}

function lookFirst(host: string): string {
  return `First, before anything is changed:\n\n\`\`\`sh\ngatehouse doctor\ngatehouse why ${host}\n\`\`\``
}

function steps(title: string, lines: readonly string[]): string {
  return chapter(title, lines.map((line, i) => `${i + 1}. ${line}`).join('\n'))
}

function exampleHost({ services }: Estate): string {
  const found = services.find(({ facts, host }) => !facts.paths_only && !host.startsWith('*.'))
  return found?.host ?? 'grafana.example.com'
}

function storeTable(estate: Estate): string {
  return docsTable(
    ['store', 'ratio', 'full'],
    storeOutlooks(estate).map(({ forecast, volume }) => [
      ...[volume.name, ratioText(forecast.ratioWithoutRestart.mid)],
      forecast.timeToFullMs.mid === null
        ? 'never'
        : `after ${formatDuration(forecast.timeToFullMs.mid)}`,
    ]),
  )
}

/** Namespace and name of a workload (RFC 1123 labels). */
const workloadName = /^([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\/([a-z0-9](?:[-.a-z0-9]*[a-z0-9])?)$/

function lookAtVolume(
  estate: Estate,
  outpost: string,
  volume: string | undefined,
): readonly string[] {
  const workload = estate.areas.storage.volumes.find(({ name }) => name === volume)?.workload
  if (workload === undefined) return []
  // A line that people paste into a shell is made of names that Kubernetes takes, or of none.
  const [, namespace, name] = workloadName.exec(workload) ?? []
  if (namespace === undefined || name === undefined)
    return [`The outpost "${plain(outpost)}": the volume of "${plain(workload)}".`]
  return [
    `The outpost "${plain(outpost)}": \`kubectl -n ${namespace} exec deploy/${name} -- df /dev/shm\`.`,
  ]
}
