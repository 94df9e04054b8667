// One difference about hosts and who may enter, and every sentence of what it would do.
import { describe, expect, test } from 'bun:test'
import { type Row, consequences, service } from './estate-plan-consequences.fixture.ts'

const rows: readonly Row[] = [
  {
    what: 'a host that opens',
    change: (it) =>
      Object.assign(service(it, 0), { auth: 'none', reason: 'Said', groups: undefined }),
    lines: [
      '',
      'Doors, as a stranger meets them:',
      '  ! a.example.com/**: required -> none, open to everyone',
      '',
      'Monitors:',
      '    knocks without a session at protected hosts: 1.00/min -> 0.00/min',
      '',
      'Stores:',
      '    shm: the ratio goes from 0.68 to 0.06, never full',
      '',
      'Findings that vanish:',
      '    probes-overload-store: Monitors alone bring the volume "shm" to a ratio of "0.62"',
      '',
      'A door opens, or a store would fill: look twice.',
    ],
  },
  {
    what: 'a host that shuts',
    change: (it) => Object.assign(service(it, 1), { auth: 'required', reason: undefined }),
    lines: ['', 'Doors, as a stranger meets them:', '    b.example.com/**: app -> required'],
  },
  {
    what: 'a host that lets guests in',
    change: (it) => Object.assign(service(it, 0), { auth: 'public', groups: undefined }),
    lines: [
      '',
      'Doors, as a stranger meets them:',
      '  ! a.example.com/**: required -> public, open to everyone',
      '',
      'Monitors:',
      '    knocks without a session at protected hosts: 1.00/min -> 0.00/min',
      '',
      'Stores:',
      '    shm: the ratio goes from 0.68 to 0.06, never full',
      '',
      'Findings that vanish:',
      '    probes-overload-store: Monitors alone bring the volume "shm" to a ratio of "0.62"',
      '',
      'A door opens, or a store would fill: look twice.',
    ],
  },
  {
    what: 'a host that signs people in by itself',
    change: (it) =>
      Object.assign(service(it, 0), { auth: 'app', reason: 'Said', groups: undefined }),
    lines: [
      '',
      'Doors, as a stranger meets them:',
      '  ! a.example.com/**: required -> app, open to everyone',
      '',
      'Monitors:',
      '    knocks without a session at protected hosts: 1.00/min -> 0.00/min',
      '',
      'Stores:',
      '    shm: the ratio goes from 0.68 to 0.06, never full',
      '',
      'Findings that vanish:',
      '    probes-overload-store: Monitors alone bring the volume "shm" to a ratio of "0.62"',
      '',
      'A door opens, or a store would fill: look twice.',
    ],
  },
  {
    what: 'a host that comes',
    change: (it) => void it.services.push({ host: 'd.example.com' }),
    lines: [
      '',
      'Doors, as a stranger meets them:',
      '    d.example.com/**: no door -> required',
      '',
      'Findings that appear:',
      '  ! host-without-monitor: The host "d.example.com" has no monitor, and its name is "direct"',
    ],
  },
  {
    what: 'an open host that comes',
    change: (it) => void it.services.push({ host: 'd.example.com', auth: 'none', reason: 'Said' }),
    lines: [
      '',
      'Doors, as a stranger meets them:',
      '  ! d.example.com/**: no door -> none, open to everyone',
      '',
      'Findings that appear:',
      '  ! host-without-monitor: The host "d.example.com" has no monitor, and its name is "direct"',
      '',
      'A door opens, or a store would fill: look twice.',
    ],
  },
  {
    what: 'a host that goes',
    change: (it) => void it.services.shift(),
    lines: [
      '',
      'Doors, as a stranger meets them:',
      '    a.example.com/**: required -> no door',
      '',
      'Monitors:',
      '    you are removing 1 monitor: 1 -> 0',
      '    knocks without a session at protected hosts: 1.00/min -> 0.00/min',
      '',
      'Stores:',
      '    shm: the ratio goes from 0.68 to 0.06, never full',
      '',
      'Findings that vanish:',
      '    probes-overload-store: Monitors alone bring the volume "shm" to a ratio of "0.62"',
      '    host-without-monitor: The host "b.example.com" has no monitor, and its name is "direct"',
      '    host-without-monitor: The host "c.example.com" has no monitor, and its name is "direct"',
    ],
  },
  {
    what: 'a path that opens',
    change: (it) =>
      Object.assign(service(it, 0), {
        paths: [{ path: '/api/**', auth: 'none', reason: 'Programs' }],
      }),
    lines: [
      '',
      'Doors, as a stranger meets them:',
      '  ! a.example.com/api/**: required -> none, open to everyone',
      '',
      'Findings that appear:',
      '  ! guard-missing: The host "a.example.com" is open at "/api/**" and protected elsewhere, and no guard tries it',
      '',
      'A door opens, or a store would fill: look twice.',
    ],
  },
  {
    what: 'a path that shuts',
    change: (it) => Object.assign(service(it, 2), { paths: undefined }),
    lines: ['', 'Doors, as a stranger meets them:', '    c.example.com/hook/**: none -> required'],
  },
  {
    what: 'a header that opens a host',
    change: (it) =>
      Object.assign(service(it, 0), {
        bypasses: [{ header: 'X-Key', value: '*', reason: 'Programs' }],
      }),
    lines: [
      '',
      'Doors, as a stranger meets them:',
      '  ! a.example.com/ (X-Key: *): required -> none, open to everyone',
      '',
      'Findings that appear:',
      '  ! header-opens-door: Every page of "a.example.com" is open to whoever sends "X-Key: *"',
      '',
      'A door opens, or a store would fill: look twice.',
    ],
  },
  {
    what: 'other groups',
    change: (it) => Object.assign(service(it, 0), { groups: ['staff', 'family'] }),
    lines: [],
  },
  {
    what: 'a host of which only paths are led anywhere',
    change: (it) => Object.assign(service(it, 2), { paths_only: true }),
    lines: ['', 'Doors, as a stranger meets them:', '    c.example.com/**: required -> no door'],
  },
  {
    what: 'a protected part of an open host',
    change: (it) =>
      Object.assign(service(it, 1), { paths: [{ path: '/admin/**', auth: 'required' }] }),
    lines: [
      '',
      'Doors, as a stranger meets them:',
      '    b.example.com/admin/**: app -> required',
      '',
      'Findings that appear:',
      '  ! guard-missing: The host "b.example.com" is open at "/**" and protected elsewhere, and no guard tries it',
    ],
  },
  {
    what: 'an open part of an open host',
    change: (it) =>
      Object.assign(service(it, 1), {
        paths: [{ path: '/api/**', auth: 'none', reason: 'Programs' }],
      }),
    lines: ['', 'Doors, as a stranger meets them:', '    b.example.com/api/**: app -> none'],
  },
  {
    what: 'a wildcard that opens what nobody declared',
    change: (it) =>
      void it.services.push({
        host: '*.example.com',
        auth: 'none',
        reason: 'Said',
        exposure: 'wildcard',
      }),
    lines: [
      '',
      'Doors, as a stranger meets them:',
      '  ! *.example.com/**: no door -> none, open to everyone',
      '',
      'A door opens, or a store would fill: look twice.',
    ],
  },
  {
    what: 'a host that a wildcard takes over',
    change: (it) =>
      void it.services.splice(0, 1, {
        host: '*.example.com',
        auth: 'none',
        reason: 'Said',
        exposure: 'wildcard',
      }),
    lines: [
      '',
      'Doors, as a stranger meets them:',
      '  ! *.example.com/**: no door -> none, open to everyone',
      '  ! a.example.com/**: required -> none, open to everyone',
      '',
      'Monitors:',
      '    you are removing 1 monitor: 1 -> 0',
      '    knocks without a session at protected hosts: 1.00/min -> 0.00/min',
      '',
      'Stores:',
      '    shm: the ratio goes from 0.68 to 0.06, never full',
      '',
      'Findings that vanish:',
      '    probes-overload-store: Monitors alone bring the volume "shm" to a ratio of "0.62"',
      '    host-without-monitor: The host "b.example.com" has no monitor, and its name is "direct"',
      '    host-without-monitor: The host "c.example.com" has no monitor, and its name is "direct"',
      '',
      'A door opens, or a store would fill: look twice.',
    ],
  },
  {
    what: 'a way in by network',
    change: (it) =>
      Object.assign(service(it, 0), {
        paths: [{ path: '/**', auth: 'app', networks: ['10.0.0.0/8'], reason: 'Operators' }],
      }),
    lines: [
      '',
      'Doors, as a stranger meets them:',
      '  ! a.example.com/** (10.0.0.0/8): required -> app, open to everyone',
      '',
      'A door opens, or a store would fill: look twice.',
    ],
  },
]

describe('planText()', () => {
  test.each(rows.map((row) => [row.what, row] as const))('of %s', (_, { change, lines }) => {
    expect(consequences(change)).toEqual([...lines])
  })

  test('of the way back never says that a door opens where the way there shut none', () => {
    for (const { change } of rows) {
      const there = consequences(change)
      const back = consequences(change, true)
      const opens = (lines: readonly string[]) =>
        lines.some((line) => line.includes('open to everyone'))
      expect(opens(there) && opens(back)).toBe(false)
    }
  })

  test('of a protected part that goes says that it opens', () => {
    const back = consequences(
      (it) => Object.assign(service(it, 1), { paths: [{ path: '/admin/**', auth: 'required' }] }),
      true,
    )
    expect(back).toContain('  ! b.example.com/admin/**: required -> app, open to everyone')
    expect(back.at(-1)).toBe('A door opens, or a store would fill: look twice.')
  })

  test('cuts a chapter that is longer than a screen, and says how much is left out', () => {
    const many = consequences((it) => {
      for (let i = 0; i < 60; i++) it.services.push({ host: `n${i}.example.com` })
    })
    expect(many.filter((line) => line.includes('no door -> required'))).toHaveLength(40)
    expect(many).toContain('  and 20 more')
  })

  test('says nothing of what changes for people alone', () => {
    expect(consequences((it) => Object.assign(service(it, 0), { owner: 'family' }))).toEqual([])
  })
})
