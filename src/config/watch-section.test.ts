// The section watch: what follows from the rest of the file, what is said about mistakes.
import { describe, expect, test } from 'bun:test'
import { memoryFiles } from '../world/files.ts'
import { loadConfig } from './load.ts'
import {
  file,
  findings,
  load,
  right,
  secrets,
  watchOf,
  withWatch,
} from './watch-section.fixture.ts'

describe('a section watch', () => {
  test('is not there where nobody wrote one, and nothing else changes', async () => {
    const loaded = await load(right.slice(0, right.indexOf('watch:')))
    expect(loaded.ok && loaded.value.watch).toBeNull()
    expect(loaded.ok && loaded.value.warnings).toEqual([])
  })

  test('knows where others measure a store, and what monitors take for health', async () => {
    const text = withWatch(
      'stores: [{ name: shm, layer: gate_new, series: \'device="shm"\', volume: a/b-*/c }]',
      'witnesses: [{ kind: uptime-kuma, name: kuma, url: "http://kuma:3001", monitors_file: kuma.json }]',
    )
    const monitors = (accepted: string): Record<string, string> => ({
      ...secrets,
      '/etc/gatehouse/kuma.json': JSON.stringify([
        { name: 'app', url: 'https://app.example.com/', accepted_statuscodes: [accepted] },
      ]),
    })
    const watch = await watchOf(text, monitors('200-299'))
    expect(watch.stores[0]).toMatchObject({ series: 'device="shm"', volume: 'a/b-*/c' })
    expect(watch.witnesses[0]).toMatchObject({ monitorsFile: '/etc/gatehouse/kuma.json' })
    expect(await findings(text, monitors('200-299'))).toEqual([])
    const path = 'watch.witnesses[0].monitors_file'
    expect(await findings(text, monitors('200-499'))).toEqual([`${path} monitor-accepts-failure`])
    expect(await findings(text, secrets)).toEqual([`${path} monitors-unreadable`])
    const foreign = withWatch(
      'witnesses: [{ kind: gate, name: g, url: "http://g:9001", monitors_file: x }]',
    )
    expect(await findings(foreign, secrets)).toEqual([`${path} foreign-key`])
  })

  test('takes what it needs from the rest of the file', async () => {
    const watch = await watchOf(right, secrets)
    expect(watch).toMatchObject({
      intervalMs: 60_000,
      doorIntervalMs: 300_000,
      timeoutMs: 10_000,
      scheme: 'https',
      port: 443,
      edge: true,
      openAsksGate: true,
      verifyTls: true,
      gatePath: '/_gatehouse/auth/traefik',
      signInOrigins: ['https://auth.example.com/_gatehouse/sign-in'],
      identityProvider: {
        url: 'https://id.example.com/.well-known/openid-configuration',
        jwksUrl: null,
      },
      probeKey: '',
      dataDir: '/etc/gatehouse/data/watch',
      robot: { user: 'robot', password: 'of the robot', method: 'accounts', path: '/' },
    })
    expect(watch.doors.map(({ id, tier }) => `${tier} ${id}`)).toEqual([
      'none status.example.com/',
      'none app.example.com/api/health',
      'required app.example.com/',
    ])
    expect(watch.canaries.open?.id).toBe('status.example.com/')
    expect(watch.canaries.protected?.id).toBe('app.example.com/')
    expect(await findings(right, secrets)).toEqual([])
  })

  test('sees rules for networks from its own address', async () => {
    const watch = await watchOf(withWatch('address: 10.1.2.3'), secrets)
    expect(watch.doors.map(({ id, tier }) => `${tier} ${id}`)).toContain('none app.example.com/lan')
  })

  test('follows a gate on plain HTTP and another port', async () => {
    const local = right
      .replace('https://auth.example.com', 'http://auth.home.localhost:8080')
      .replace('[example.com]', '[home.localhost]')
      .replaceAll('.example.com, auth', '.home.localhost, auth')
      .replace('host: app.example.com', 'host: app.home.localhost')
    expect(await watchOf(local, secrets)).toMatchObject({ scheme: 'http', port: 8080 })
    const other = await watchOf(`${local}  scheme: https\n`, secrets)
    expect(other).toMatchObject({ scheme: 'https', port: 8080 })
  })

  test('knows how strangers are sent to authentik where it drives the gate', async () => {
    const authentik = right.replace(
      / {2}oidc: .*\n/,
      '  authentik: { host: https://authentik.example.com/, token: abc }\n',
    )
    const watch = await watchOf(authentik, secrets)
    expect(watch.signInOrigins).toEqual([
      '/outpost.goauthentik.io/start',
      'https://authentik.example.com',
    ])
    expect(watch.openAsksGate).toBe(false)
    expect(watch.identityProvider).toBeNull()
  })

  test('gives the gate a declared key by which probes are told', async () => {
    const loaded = await load(withWatch('probe_key_file: /run/secrets/key'), {
      ...secrets,
      '/run/secrets/key': 'shared\n',
    })
    expect(loaded.ok && [loaded.value.watch?.probeKey, loaded.value.gate.probeKey]).toEqual([
      'shared',
      'shared',
    ])
    const none = await load(right, secrets)
    expect(none.ok && none.value.gate.probeKey).toBeUndefined()
  })

  test('takes what is special about doors, canaries by name, and changes', async () => {
    const watch = await watchOf(
      withWatch(
        'canaries: { open: app.example.com/api/health, protected: app.example.com }',
        'doors:',
        '  - { host: app.example.com, path: /login, marker: Welcome }',
        '  - { host: app.example.com, path: /, auth: none, headers: ["User-Agent: native"] }',
        '  - { host: status.example.com, skip: Wakes a machine }',
        'changes: [{ at: "2026-04-17T10:00:00Z", title: New worker, touches: [edge] }]',
      ),
      secrets,
    )
    expect(watch.doors.map(({ id }) => id)).toEqual([
      'app.example.com/api/health',
      'app.example.com/login',
      'app.example.com/ User-Agent',
    ])
    expect(watch.canaries.open?.id).toBe('app.example.com/api/health')
    expect(watch.canaries.protected?.marker).toBe('Welcome')
    expect(watch.changes).toEqual([
      {
        id: 'declared-1-1776420000000',
        at: Date.UTC(2026, 3, 17, 10),
        source: 'declared',
        title: 'New worker',
        touches: ['edge'],
        actor: 'operator',
      },
    ])
  })

  test('takes stores, witnesses and peers, paths from the directory of the file', async () => {
    const watch = await watchOf(
      withWatch(
        'stores: [{ name: shm, layer: gate_new, size: 64MiB, retention: 7d, rate: 0.5/min, path: shm }]',
        'witnesses:',
        '  - { kind: uptime-kuma, name: kuma, url: "http://kuma:3001", status_page: all }',
        '  - { kind: prometheus, name: prom, url: "http://prometheus:9090", token: t }',
        '  - { kind: gate, name: other, url: "http://10.0.20.9:9300" }',
        'peers: [{ name: outside, url: "http://10.8.0.2:9300" }]',
      ),
      secrets,
    )
    expect(watch.stores[0]).toMatchObject({
      name: 'shm',
      sizeBytes: 64 * 1024 ** 2,
      blockBytes: 4096,
      retentionMs: 7 * 86_400_000,
      declaredPerMs: 0.5 / 60_000,
      path: '/etc/gatehouse/shm',
      files: 'session_*',
      probesLeaveEntries: false,
    })
    expect(watch.witnesses.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'uptime-kuma kuma',
      'prometheus prom',
      'gate other',
    ])
    expect(watch.witnesses[1]).toMatchObject({ bearer: 't' })
    expect(watch.peers).toEqual([{ name: 'outside', url: 'http://10.8.0.2:9300' }])
  })

  const mistakes: readonly [what: string, lines: readonly string[], found: string][] = [
    ['a key that is none', ['intervl: 5m'], 'watch.intervl unknown-key'],
    ['an interval that is too short', ['interval: 10ms'], 'watch.interval wrong-value'],
    [
      'a host that nobody declared',
      ['doors: [{ host: ap.example.com }]'],
      'watch.doors[0].host unknown-host',
    ],
    [
      'a probe_host beside a plain name',
      ['doors: [{ host: app.example.com, probe_host: x.example.com }]'],
      'watch.doors[0].probe_host wrong-probe-host',
    ],
    [
      'a canary of another tier',
      ['canaries: { open: app.example.com/ }'],
      'watch.canaries.open unknown-door',
    ],
    ['an address that is none', ['address: gate.internal'], 'watch.address wrong-value'],
    ['an ingress by name', ['resolvers: [dns.example.com]'], 'watch.resolvers[0] wrong-value'],
    [
      'two stores of one name',
      ['stores: [{ name: a, layer: idp }, { name: a, layer: idp }]'],
      'watch.stores[1].name duplicate-name',
    ],
    [
      'a setting of another kind of witness',
      ['witnesses: [{ kind: gate, name: g, url: "http://g:9300", token: t }]'],
      'watch.witnesses[0].token foreign-key',
    ],
    [
      'a key in two places',
      ['probe_key: a', 'probe_key_file: /run/secrets/robot'],
      'watch.probe_key both-set',
    ],
    [
      'a layer that is none',
      ['stores: [{ name: a, layer: gate }]'],
      'watch.stores[0].layer wrong-value',
    ],
    [
      'an element that is none',
      ['changes: [{ at: "2026-04-17T10:00:00Z", title: x, touches: [egde] }]'],
      'watch.changes[0].touches[0] wrong-value',
    ],
  ]
  test.each(mistakes)('says %s', async (_, lines, found) => {
    const said = await findings(withWatch(...lines), secrets)
    expect(said).toContain(found)
  })

  test('says all mistakes at once, and suggests the host that was meant', async () => {
    const loaded = await load(
      withWatch('intervl: 5m', 'doors: [{ host: ap.example.com }]'),
      secrets,
    )
    const fixes = loaded.ok ? [] : loaded.error.map(({ fix }) => fix)
    expect(fixes).toEqual(['Write "interval"', 'Write "app.example.com"'])
  })

  test('says that the password of the robot is not there, without the value of any secret', async () => {
    const missing = right.replace(', password_file: /run/secrets/robot', '')
    expect(await findings(missing)).toEqual(['watch.robot missing'])
    expect(await findings(right)).toEqual(['watch.robot.password_file no-secret-file'])
    const both = right.replace('password_file:', 'password: very-secret, password_file:')
    const loaded = await load(both, secrets)
    expect(loaded.ok).toBe(false)
    expect(JSON.stringify(loaded)).not.toContain('very-secret')
  })

  test('says that a robot has no door', async () => {
    const elsewhere = right.replace('user: robot,', 'user: robot, host: status.example.com,')
    expect(await findings(elsewhere, secrets)).toContain('watch.robot.host unknown-door')
  })

  test('warns of a wildcard without a name to knock at, and of a store that will fill', async () => {
    const wild = right.replace('watch:', '  - { host: "*.example.com", groups: [staff] }\nwatch:')
    expect(await findings(wild, secrets)).toContain('services[2].host unprobed-host')
    const filling = withWatch(
      'stores: [{ name: shm, layer: gate_new, size: 64MiB, retention: 7d, rate: 18/min }]',
    )
    expect(await findings(filling, secrets)).toEqual(['watch.stores[0] store-will-fill'])
    const unknown = withWatch('stores: [{ name: shm, layer: gate_new, rate: 18/min }]')
    expect(await findings(unknown, secrets)).toEqual(['watch.stores[0] store-without-size'])
  })
})

describe('the program of a watch', () => {
  const withProgram = (program: string) => withWatch(`program: ${program}`)

  test('has a token in a file, and opens the protected canary if nothing else is said', async () => {
    const files = { ...secrets, '/run/secrets/program': 'of the program\n' }
    const watch = await watchOf(withProgram('{ token_file: /run/secrets/program }'), files)
    expect(watch.program).toMatchObject({
      ...{ user: null, token: 'of the program', host: 'app.example.com', path: '/' },
    })
    const named = await watchOf(withProgram('{ user: backup, token: t, path: /x }'), secrets)
    expect(named.program).toMatchObject({ user: 'backup', token: 't', path: '/x' })
  })

  test.each([
    ['no token', '{ user: backup }', 'watch.program missing'],
    ['a token in two places', '{ token: t, token_file: /run/secrets/robot }', 'both-set'],
    [
      'a host that is open',
      '{ token: t, host: status.example.com }',
      'watch.program.host unknown-door',
    ],
    ['a key that is none', '{ tokn: t }', 'watch.program.tokn unknown-key'],
  ])('is refused with %s', async (_, program, found) => {
    expect((await findings(withProgram(program), secrets)).join('\n')).toContain(found)
  })

  test('is missed by check where authentik drives the gate, which takes tokens', async () => {
    const authentik = right.replace(
      / {2}oidc: .*\n/,
      '  authentik: { host: https://authentik.example.com/, token: abc }\n',
    )
    expect(await findings(authentik, secrets)).toContain('watch no-program')
    expect(await findings(`${authentik}  program: { token: t }\n`, secrets)).not.toContain(
      'watch no-program',
    )
  })

  test('asks name servers inside, and each address family once', async () => {
    const lines = ['inside_resolvers: ["10.0.10.53"]']
    const watch = await watchOf(
      withWatch(...lines).replace('families: [ipv4]', 'families: [ipv6, ipv6]'),
      secrets,
    )
    expect(watch).toMatchObject({ insideResolvers: ['10.0.10.53'], families: ['ipv6'] })
    expect(await findings(right.replace('  families: [ipv4]\n', ''), secrets)).toEqual([
      'watch families-unknown',
    ])
  })
})

describe('a section watch that cannot tell its layers apart', () => {
  const weak = right.replace(/ {2}ingress: .*\n/, '')
  const accepted = `${weak}  layers_as_one: [[edge, ingress]]\n`
  const loadedWith = (text: string, refusesWeakWatch: boolean) =>
    loadConfig({
      files: memoryFiles({ [file]: text, ...secrets }),
      ...{ file, withSecrets: true, refusesWeakWatch },
    })

  test('is refused by check, which names the probe and the line to accept it with', async () => {
    const loaded = await loadedWith(weak, true)
    const said = loaded.ok ? [] : loaded.error
    expect(said).toMatchObject([{ id: 'layers-look-alike', severity: 'error', path: 'watch' }])
    expect(said[0]?.fix).toMatch(
      /^Add "origin_anon_open": .*"layers_as_one: \[\[edge, ingress\]\]"$/,
    )
  })

  test('keeps no gate and no watch from starting, where it is a warning', async () => {
    const loaded = await loadedWith(weak, false)
    const said = loaded.ok ? loaded.value.warnings : []
    expect(said).toMatchObject([{ id: 'layers-look-alike', severity: 'warning', path: 'watch' }])
    expect(loaded.ok && loaded.value.watch).not.toBeNull()
  })

  test.each([true, false])(
    'is nothing to say once that is accepted, check: %p',
    async (isCheck) => {
      const loaded = await loadedWith(accepted, isCheck)
      expect(loaded.ok && loaded.value.warnings).toEqual([])
      expect(loaded.ok && loaded.value.watch?.layersAsOne).toEqual([['edge', 'ingress']])
    },
  )

  test.each([
    ['a layer that is none', '[[edge, ingres]]', 'watch.layers_as_one[0][1] wrong-value'],
    ['one layer alone', '[[edge]]', 'watch.layers_as_one[0] wrong-value'],
    ['a list of layers', '[edge, ingress]', 'watch.layers_as_one[0] wrong-type'],
  ])('is not accepted with %s', async (_, value, found) => {
    const loaded = await loadedWith(`${weak}  layers_as_one: ${value}\n`, true)
    const said = loaded.ok ? [] : loaded.error.map(({ id, path }) => `${path} ${id}`)
    expect(said).toContain(found)
  })
})
