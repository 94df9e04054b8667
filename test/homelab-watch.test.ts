// One thing changed in what the complete example watches and stores: exactly what comes of it is found.
import { describe, expect, test } from 'bun:test'
import { type Mutation, difference } from './support/homelab.ts'

const mutations: readonly Mutation[] = [
  {
    what: 'the memory disk is made smaller than three quarters of its limit',
    change: (it) => {
      it.volume('outpost-embedded-shm').size = '1GiB'
    },
    comes: [
      'outpost-falls-back: The outpost "embedded" would come to "2.49GiB" of session files from monitors alone, in a volume of "1GiB", with a memory limit of "2.5GiB"',
    ],
    goes: [
      'memory-volume-above-limit: The memory volume "outpost-embedded-shm" of "2GiB" counts against a memory limit of "2.5GiB": full, it leaves "512MiB" for the process',
      'outpost-falls-back: The outpost "embedded" would come to "2.49GiB" of session files from monitors alone, in a volume of "2GiB", with a memory limit of "2.5GiB"',
    ],
  },
  {
    what: 'the disk of the public outpost is doubled',
    change: (it) => {
      Object.assign(it.volume('outpost-public-shm'), { size: '128MiB' })
    },
    comes: [
      'accidental-default: The volume "outpost-public-shm" of "authentik/ak-outpost-public" has the default size "128MiB"',
    ],
    goes: [
      'store-overflows: The volume "outpost-public-shm" comes to a ratio of "0.98": "0.400/min" arrive (100 % from monitors) and are kept for 28d',
      'probes-overload-store: Monitors alone bring the volume "outpost-public-shm" to a ratio of "0.98"',
      'accidental-default: The volume "outpost-public-shm" of "authentik/ak-outpost-public" has the default size "64MiB"',
    ],
  },
  {
    what: 'somebody chooses a size',
    change: (it) => {
      it.volume('authentik-server-shm').default_size = false
    },
    goes: [
      'accidental-default: The volume "authentik-server-shm" of "authentik/authentik-server" has the default size "64MiB"',
    ],
  },
  {
    what: 'one monitor accepts what the gate refuses with',
    change: (it) => {
      it.service('hackmd').monitor = { accepts: '200-299, 400' }
    },
    comes: [
      'monitor-accepts-failure: Monitors accept "200-499": a "400" from the gate leaves "alertmanager.viktorbarzin.me", "audiblez.viktorbarzin.me", "beadboard.viktorbarzin.me" and 77 more green',
      'monitor-accepts-failure: The monitor of "hackmd.viktorbarzin.me" accepts "200-299, 400", and so a "400"',
    ],
    goes: [
      'monitor-accepts-failure: Monitors accept "200-499": a "400" from the gate leaves "alertmanager.viktorbarzin.me", "audiblez.viktorbarzin.me", "beadboard.viktorbarzin.me" and 78 more green',
    ],
  },
  {
    what: 'all monitors accept the redirect alone',
    change: (it) => {
      const { monitors } = it.area('monitoring')
      if (monitors) monitors.accepts = '302'
    },
    goes: [
      'monitor-accepts-failure: Monitors accept "200-499": a "400" from the gate leaves "alertmanager.viktorbarzin.me", "audiblez.viktorbarzin.me", "beadboard.viktorbarzin.me" and 78 more green',
    ],
  },
  {
    what: 'a public host loses its monitor',
    change: (it) => {
      delete it.service('hackmd').monitor
    },
    comes: [
      'outside-is-inside: Names of "viktorbarzin.me" lead somewhere else inside, where the "135" monitors are',
      'outpost-falls-back: The outpost "embedded" would come to "2.46GiB" of session files from monitors alone, in a volume of "2GiB", with a memory limit of "2.5GiB"',
      'host-without-monitor: The host "hackmd.viktorbarzin.me" has no monitor, and its name is "proxied"',
      'monitor-accepts-failure: Monitors accept "200-499": a "400" from the gate leaves "alertmanager.viktorbarzin.me", "audiblez.viktorbarzin.me", "beadboard.viktorbarzin.me" and 77 more green',
    ],
    goes: [
      'outside-is-inside: Names of "viktorbarzin.me" lead somewhere else inside, where the "136" monitors are',
      'outpost-falls-back: The outpost "embedded" would come to "2.49GiB" of session files from monitors alone, in a volume of "2GiB", with a memory limit of "2.5GiB"',
      'monitor-accepts-failure: Monitors accept "200-499": a "400" from the gate leaves "alertmanager.viktorbarzin.me", "audiblez.viktorbarzin.me", "beadboard.viktorbarzin.me" and 78 more green',
    ],
  },
  {
    what: 'a guard is taken away',
    change: (it) => {
      it.area('monitoring').guards?.shift()
    },
    comes: [
      'guard-missing: The host "vpn.viktorbarzin.me" is open at "/sub/**" and protected elsewhere, and no guard tries it',
    ],
  },
  {
    what: 'the guard of a mixed host is added',
    change: (it) => {
      it.area('monitoring').guards?.push({ host: 'tripit.viktorbarzin.me', path: '/api' })
    },
    goes: [
      'guard-missing: The host "tripit.viktorbarzin.me" is open at "/api/**" and protected elsewhere, and no guard tries it',
    ],
  },
  {
    what: 'an alert dies',
    change: (it) => {
      for (const alert of it.area('monitoring').alerts ?? [])
        if (alert.layer === 'idp') alert.state = 'dead'
    },
    comes: [
      'layer-without-alert: The layer "idp" has only alerts that cannot fire: "AuthentikDown" is dead',
    ],
  },
  {
    what: 'every layer has an alert',
    change: (it) => {
      for (const layer of ['dns', 'edge', 'gate_new', 'gate_check'] as const)
        it.area('monitoring').alerts?.push({ name: `Down_${layer}`, layer })
    },
    goes: [
      'layer-without-alert: The layer "dns" has no alert',
      'layer-without-alert: The layer "edge" has only alerts that cannot fire: "ExternalAccessDivergence" is dead',
      'layer-without-alert: The layer "gate_new" has only alerts that cannot fire: "AuthentikOutpostDevShmFull" is dead, "AuthentikOutpostForwardAuth400Spike" is blind',
      'layer-without-alert: The layer "gate_check" has no alert',
    ],
  },
  {
    what: 'alerts leave by two ways',
    change: (it) => {
      it.area('monitoring').channels?.push('email')
    },
    goes: ['one-way-out: Every alert leaves by the one "alertmanager" to "slack" alone'],
  },
  {
    what: 'a watch stands outside',
    change: (it) => {
      it.area('monitoring').tools?.push({ name: 'watch', kind: 'blackbox', outside: true })
    },
    goes: [
      'outside-is-inside: Names of "viktorbarzin.me" lead somewhere else inside, where the "136" monitors are',
    ],
  },
  {
    what: 'Uptime Kuma has a database of its own',
    change: (it) => {
      for (const tool of it.area('monitoring').tools ?? []) delete tool.database
    },
    goes: [
      'monitoring-shares-fate: The tool "uptime-kuma" needs the database "mysql", which "nextcloud" needs as well',
    ],
  },
  {
    what: 'monitors knock each minute',
    change: (it) => {
      const { monitors } = it.area('monitoring')
      if (monitors) monitors.interval = '1m'
    },
    comes: [
      'store-overflows: The volume "outpost-public-shm" comes to a ratio of "4.92": "2.00/min" arrive (100 % from monitors) and are kept for 28d, full after 5d 16h',
      'probes-overload-store: Monitors alone bring the volume "outpost-public-shm" to a ratio of "4.92"',
      'outpost-falls-back: The outpost "embedded" would come to "12.46GiB" of session files from monitors alone, in a volume of "2GiB", with a memory limit of "2.5GiB"',
    ],
    goes: [
      'store-overflows: The volume "outpost-public-shm" comes to a ratio of "0.98": "0.400/min" arrive (100 % from monitors) and are kept for 28d',
      'probes-overload-store: Monitors alone bring the volume "outpost-public-shm" to a ratio of "0.98"',
      'outpost-falls-back: The outpost "embedded" would come to "2.49GiB" of session files from monitors alone, in a volume of "2GiB", with a memory limit of "2.5GiB"',
    ],
  },
  {
    what: 'the public outpost keeps its sessions in PostgreSQL',
    change: (it) => {
      for (const outpost of it.area('authentication').outposts ?? [])
        outpost.sessions = 'postgresql'
    },
    goes: ['outpost-keeps-files: The outpost "public" of tier "public" keeps sessions as files'],
  },
  {
    what: 'sessions of the embedded outpost live for a week',
    change: (it) => {
      for (const outpost of it.area('authentication').outposts ?? []) outpost.validity = '7d'
    },
    goes: [
      'outpost-falls-back: The outpost "embedded" would come to "2.49GiB" of session files from monitors alone, in a volume of "2GiB", with a memory limit of "2.5GiB"',
    ],
  },
  {
    what: 'a monitor tries a path that leads somewhere',
    change: (it) => {
      it.service('xray-grpc').monitor = { path: '/grpc-vpn' }
    },
    goes: [
      'monitor-of-nothing: The monitor of "xray-grpc.viktorbarzin.me" tries "/", which is led nowhere',
    ],
  },
  {
    what: 'Alertmanager has a second replica',
    change: (it) => {
      for (const tool of it.area('monitoring').tools ?? [])
        if (tool.name === 'alertmanager') tool.replicas = 2
    },
    goes: ['one-way-out: Every alert leaves by the one "alertmanager" to "slack" alone'],
  },
]

describe('the example', () => {
  test.each(mutations.map((mutation) => [mutation.what, mutation] as const))(
    'after %s',
    (_, { change, comes = [], goes = [] }) => {
      expect(difference(change)).toEqual({ comes: [...comes], goes: [...goes] })
    },
  )
})
