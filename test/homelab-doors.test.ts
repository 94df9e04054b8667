// One thing changed in the complete example: exactly what comes of it is found, and nothing else.
import { describe, expect, test } from 'bun:test'
import { type Mutation, difference, findingsOf, house, known } from './support/homelab.ts'

const mutations: readonly Mutation[] = [
  {
    what: 'a reason is taken away',
    change: (it) => {
      const [path] = it.service('chrome').paths ?? []
      if (path) delete path.reason
    },
    comes: [
      'tier-without-reason: The host "chrome.viktorbarzin.me" has the tier "none" at "/api/snapshot/**" without a reason',
    ],
  },
  {
    what: 'a host is declared twice',
    change: (it) => {
      it.services.push(structuredClone(it.service('hackmd')))
    },
    comes: [
      'duplicate-host: The host "hackmd.viktorbarzin.me" is already declared at "services[19]"',
      'outside-is-inside: Names of "viktorbarzin.me" lead somewhere else inside, where the "137" monitors are',
      'outpost-falls-back: The outpost "embedded" would come to "2.52GiB" of session files from monitors alone, in a volume of "2GiB", with a memory limit of "2.5GiB"',
      'monitor-accepts-failure: Monitors accept "200-499": a "400" from the gate leaves "alertmanager.viktorbarzin.me", "audiblez.viktorbarzin.me", "beadboard.viktorbarzin.me" and 79 more green',
    ],
    goes: [
      'wildcard-bypass: The rule "*.viktorbarzin.me /**" asks nobody to sign in, for every name below "viktorbarzin.me", declared or not: "https://anything.viktorbarzin.me/"',
      'outside-is-inside: Names of "viktorbarzin.me" lead somewhere else inside, where the "136" monitors are',
      'outpost-falls-back: The outpost "embedded" would come to "2.49GiB" of session files from monitors alone, in a volume of "2GiB", with a memory limit of "2.5GiB"',
      'monitor-accepts-failure: Monitors accept "200-499": a "400" from the gate leaves "alertmanager.viktorbarzin.me", "audiblez.viktorbarzin.me", "beadboard.viktorbarzin.me" and 78 more green',
    ],
  },
  {
    what: 'a token stands where its place belongs',
    change: (it) => {
      const [secret] = it.area('secrets').secrets ?? []
      if (secret) secret.ref = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'
    },
    comes: ['secret-as-value: The place of "gatehouse-oidc" looks like the secret itself'],
  },
  {
    what: 'a network grows over another',
    change: (it) => {
      const [, , net] = it.area('networking').networks ?? []
      if (net) net.cidr = '10.0.0.0/19'
    },
    comes: [
      'networks-overlap: The network "kubernetes" ("10.0.0.0/19") overlaps with "management" ("10.0.10.0/24")',
    ],
  },
  {
    what: 'an overlay takes the range of the house',
    change: (it) => {
      const [overlay] = it.area('vpn').overlays ?? []
      if (overlay) overlay.cidr = '192.168.0.0/16'
    },
    comes: [
      'networks-overlap: The network "headscale" ("192.168.0.0/16") overlaps with "physical" ("192.168.1.0/24")',
    ],
  },
  {
    what: 'any key opens Grafana',
    change: (it) => {
      it.service('grafana').bypasses = [{ header: 'X-Api-Key', value: '*', reason: 'Scripts' }]
    },
    comes: [
      'header-opens-door: Every page of "grafana.viktorbarzin.me" is open to whoever sends "X-Api-Key: *"',
    ],
  },
  {
    what: 'a key that one has to know opens Grafana',
    change: (it) => {
      it.service('grafana').bypasses = [{ header: 'X-Api-Key', value: 'abc', reason: 'Scripts' }]
    },
  },
  {
    what: 'a path is declared twice',
    change: (it) => {
      const { paths = [] } = it.service('chrome')
      const [path] = paths
      if (path) paths.push({ ...path, auth: 'required' })
    },
    comes: [
      'duplicate-rule: The rule "chrome.viktorbarzin.me /api/snapshot/**" covers exactly what "chrome.viktorbarzin.me /api/snapshot/**" covers',
    ],
    goes: [
      'wildcard-bypass: The rule "*.viktorbarzin.me /**" asks nobody to sign in, for every name below "viktorbarzin.me", declared or not: "https://anything.viktorbarzin.me/"',
    ],
  },
  {
    what: 'two paths are as specific as each other',
    change: (it) => {
      it.service('hackmd').paths = [
        { path: '/*', methods: ['GET'] },
        { path: '/a', auth: 'none', reason: 'Said', methods: ['GET'] },
        { path: '/a', methods: ['GET', 'POST'] },
      ]
    },
    comes: [
      'tied-rules: The rules "hackmd.viktorbarzin.me /a GET" and "hackmd.viktorbarzin.me /a GET,POST" cover some of the same requests, and neither is more specific',
      'guard-missing: The host "hackmd.viktorbarzin.me" is open at "/a" and protected elsewhere, and no guard tries it',
    ],
    goes: [
      'wildcard-bypass: The rule "*.viktorbarzin.me /**" asks nobody to sign in, for every name below "viktorbarzin.me", declared or not: "https://anything.viktorbarzin.me/"',
    ],
  },
  {
    what: 'a group has a slip',
    change: (it) => {
      it.service('k8s').groups = ['kubernetes-admin']
    },
    comes: [
      'unknown-group: The host "k8s.viktorbarzin.me" lets in the group "kubernetes-admin", which is not declared',
    ],
  },
  {
    what: 'who may enter is named where everybody may',
    change: (it) => {
      it.service('pb').groups = ['Home Server Admins']
    },
    comes: ['names-without-sign-in: Found "groups" beside auth "none", which lets everyone in'],
  },
  {
    what: 'a public host loses its name',
    change: (it) => {
      it.service('send').exposure = 'internal'
    },
    goes: [
      'host-without-monitor: The host "send.viktorbarzin.me" has no monitor, and its name is "direct"',
    ],
  },
  {
    what: 'operators reach Prometheus from their network',
    change: (it) => {
      it.service('prometheus').paths = [
        { path: '/**', auth: 'app', networks: ['10.0.10.0/24'], reason: 'When the gate fails' },
      ]
    },
    goes: [
      'monitor-behind-own-door: The pages of "prometheus" at "prometheus.viktorbarzin.me" ask the gate that it watches',
    ],
  },
  {
    what: 'the break-glass groups are forgotten',
    change: (it) => {
      it.area('authentication').break_glass = []
    },
    comes: ['no-break-glass: There are "9" groups, and none is a break-glass group'],
  },
  {
    what: 'a break-glass group has a slip',
    change: (it) => {
      it.area('authentication').break_glass = ['authentik Admin']
    },
    comes: ['unknown-reference: Found the group "authentik Admin", which is not declared'],
  },
  {
    what: 'the library is in no backup',
    change: (it) => {
      for (const job of it.area('backup').jobs ?? [])
        job.of = job.of?.filter((name) => name !== 'immich-library')
    },
    comes: ['state-without-backup: The volume "immich-library" holds state and is in no backup'],
  },
  {
    what: 'a restore was tried',
    change: (it) => {
      const [job] = it.area('backup').jobs ?? []
      if (job) job.restored = '2026-05-01'
    },
    goes: [
      'restore-untested: The backup "postgresql-nightly" to "nfs-truenas" names no day on which a restore was tried',
    ],
  },
  {
    what: 'a database of state comes',
    change: (it) => {
      it.area('databases').databases?.push({ name: 'mongo', engine: 'mongodb' })
    },
    comes: ['state-without-backup: The database "mongo" is in no backup'],
  },
  {
    what: 'a volume is of a class with a slip',
    change: (it) => {
      it.volume('immich-library').class = 'nfs-truenass'
    },
    comes: ['unknown-reference: Found the storage class "nfs-truenass", which is not declared'],
  },
  {
    what: 'a machine runs on one that is not there',
    change: (it) => {
      it.area('compute').machines?.push({
        name: 'n9',
        kind: 'vm',
        on: 'proxmox2',
        role: 'other',
        cpus: 1,
        memory: '1GiB',
      })
    },
    comes: ['unknown-reference: Found the machine "proxmox2", which is not declared'],
  },
  {
    what: 'a tier may ask for more than all nodes have',
    change: (it) => {
      const [tier] = it.area('tenancy').tiers ?? []
      if (tier) tier.memory = '200GiB'
    },
    comes: [
      'quota-above-machines: The tier "0-core" may ask for "200GiB" in each namespace, and "4" workers have "96GiB"',
    ],
  },
  {
    what: 'a namespace is of a tier that is not there',
    change: (it) => {
      it.area('tenancy').namespaces?.push({ name: 'x', tier: '5-none' })
    },
    comes: ['unknown-reference: Found the tier "5-none", which is not declared'],
  },
  {
    what: 'the wildcard asks for a sign-in',
    change: (it) => {
      const all = it.service('*')
      all.auth = 'required'
      all.groups = ['Home Server Admins']
    },
    comes: [
      'wildcard-exception: "*.viktorbarzin.me" asks for sign-in, but 64 hosts below it let people in without: "https://authentik.viktorbarzin.me/outpost.goauthentik.io", "https://book-search.viktorbarzin.me/api/download-url", "https://chrome.viktorbarzin.me/api/snapshot"',
    ],
    goes: [
      'wildcard-bypass: The rule "*.viktorbarzin.me /**" asks nobody to sign in, for every name below "viktorbarzin.me", declared or not: "https://anything.viktorbarzin.me/"',
    ],
  },
  {
    what: 'a path can never be reached',
    change: (it) => {
      it.service('hackmd').paths = [{ path: '/x/**' }, { path: '/x' }, { path: '/x/*/**' }]
    },
    comes: [
      'unreachable-rule: The rule "hackmd.viktorbarzin.me /x/**" never applies: all that it covers falls under "hackmd.viktorbarzin.me /x", "hackmd.viktorbarzin.me /x/*/**"',
    ],
  },
  {
    what: 'a wildcard below opens what is protected above',
    change: (it) => {
      it.services.push({
        host: '*.apps.viktorbarzin.me',
        auth: 'none',
        reason: 'Said',
        exposure: 'none',
      })
    },
    comes: [
      'wildcard-bypass: The rule "*.apps.viktorbarzin.me /**" asks nobody to sign in, for every name below "apps.viktorbarzin.me", declared or not: "https://anything.apps.viktorbarzin.me/"',
    ],
  },
]

describe('the example', () => {
  test.each(mutations.map((mutation) => [mutation.what, mutation] as const))(
    'after %s',
    (_, { change, comes = [], goes = [] }) => {
      expect(difference(change)).toEqual({ comes: [...comes], goes: [...goes] })
    },
  )

  test('says the same of the same house', () => {
    expect(findingsOf(house())).toEqual([...known])
  })

  test('says the same whatever order hosts, volumes and groups are declared in', () => {
    const turned = house()
    turned.services.reverse()
    for (const list of [turned.area('authentication').groups, turned.area('backup').jobs])
      list?.reverse()
    const sorted = (all: readonly string[]): readonly string[] => all.toSorted()
    // A list of the first three hosts names other three.
    const without = (all: readonly string[]) =>
      all.filter((one) => !/^(monitor-accepts-failure)/.test(one))
    expect(sorted(without(findingsOf(turned)))).toEqual([...sorted(without(known))])
  })
})
