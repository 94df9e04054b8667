// Doors of services that a cluster has: bounded, without an upstream, and by the rules of the file.
import { describe, expect, test } from 'bun:test'
import type { HostPattern, Hostname } from '../../model/host.ts'
import type { Rule, Service } from '../../model/service.ts'
import { discoveredDoors, discoveredDoorsMax } from './discovered-doors.ts'
import type { DoorOverride } from './doors.ts'

function service(host: string): Service {
  const rule: Rule = {
    ...{ id: `${host} /**`, path: '/**', methods: [], networks: [], auth: 'required', groups: [] },
    ...{ users: [], emailDomains: [], providers: [] },
  }
  return {
    ...{ host: host as Hostname | HostPattern, name: host, rules: [rule] },
    ...{ caseInsensitivePaths: false, upstream: 'http://app.default:80' },
  }
}

function doorsOf(services: readonly Service[], overrides: readonly DoorOverride[] = []) {
  return discoveredDoors({
    services,
    rules: { overrides, clientAddress: null },
    ruleAt: (host) => services.find((one) => one.host === host)?.rules[0] ?? null,
  })
}

const nothingSpecial = {
  ...{
    probeHost: null,
    path: null,
    tier: null,
    headers: {},
    statuses: [],
    marker: null,
    skip: null,
  },
}

describe('discoveredDoors()', () => {
  test('knocks at each host, and at no address within the cluster', () => {
    const { doors, leftOut, unprobed } = doorsOf([
      service('a.example.com'),
      service('b.example.com'),
    ])
    expect(doors.map(({ id, tier, upstream }) => [id, tier, upstream])).toEqual([
      ['a.example.com/', 'required', null],
      ['b.example.com/', 'required', null],
    ])
    expect([leftOut, unprobed]).toEqual([0, []])
  })

  test('names the wildcards that nobody can knock at', () => {
    expect(doorsOf([service('*.example.com')])).toMatchObject({
      doors: [],
      unprobed: ['*.example.com'],
    })
  })

  test('follows what the file says of doors', () => {
    const services = [service('a.example.com'), service('b.example.com')]
    const skip = { ...nothingSpecial, host: services[0]?.host ?? ('' as Hostname), skip: 'Asleep' }
    const marked = { ...nothingSpecial, host: services[1]?.host ?? ('' as Hostname), marker: 'B' }
    expect(doorsOf(services, [skip, marked]).doors).toMatchObject([
      { id: 'b.example.com/', marker: 'B' },
    ])
  })

  test('has a bound, and says how many are above it', () => {
    const many = Array.from({ length: discoveredDoorsMax + 7 }, (_, i) =>
      service(`s${i}.example.com`),
    )
    const { doors, leftOut } = doorsOf(many)
    expect([doors.length, leftOut]).toEqual([discoveredDoorsMax, 7])
  })

  test('needs no rules at all', () => {
    const made = discoveredDoors({
      services: [service('a.example.com')],
      rules: undefined,
      ruleAt: () => null,
    })
    expect(made.doors).toEqual([])
  })
})
