// The watch signs in through authentik as a person does: the real gate as its outpost with a watch beside, the
// stand-in with its flow executor, and a proxy that asks as the documented one does.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { loadConfig } from '../../src/config.ts'
import { must } from '../../src/std/assert.ts'
import { type RunningWatch, openWatch } from '../../src/watch-run.ts'
import { memoryLog } from '../../src/world/log.ts'
import { realWorld } from '../../src/world/world.ts'
import { type Authentik, startAuthentik } from '../peers/authentik/authentik.ts'
import type { FlowOptions } from '../peers/authentik/flow-options.ts'
import { type GatePeer, startGate } from '../peers/gate.ts'
import { freePorts } from '../peers/ports.ts'
import { scenario } from '../scenario.ts'
import { startOutpostFront } from '../support/outpost-estate.ts'
import { until } from '../support/until.ts'

const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const password = 'robot-password'

interface Estate {
  readonly authentik: Authentik
  readonly gate: GatePeer
  /** The configuration with its watch. */
  readonly file: string
  /** All of `/metrics`. */
  metrics(): Promise<string>
  verdict(): Promise<string>
  stop(): Promise<void>
}

interface Wish {
  /** The watch is of this process: none beside the gate. */
  readonly isWatchOutside?: boolean
  readonly flow?: Partial<FlowOptions>
  /** Further settings of the robot. */
  readonly robot?: string
}

async function startEstate({
  flow = {},
  isWatchOutside = false,
  robot = '',
}: Wish): Promise<Estate> {
  const [gatePort = 0, metricsPort = 0] = await freePorts(2)
  const front = startOutpostFront({ gatePort, dialect: 'traefik', authAnswers: [] })
  const authentik = await startAuthentik({
    signInPage: 'flow',
    flow,
    people: [{ username: 'robot', password, groups: ['staff'] }],
    providers: [
      {
        name: 'app',
        external_host: `http://app.home.localhost:${front.port}`,
        application: { bindings: [{ group: 'staff' }] },
      },
    ],
  })
  const base = `url: http://auth.home.localhost:${front.port}
domains: [home.localhost]
trusted_proxies: [127.0.0.1/32]
listen: { http: '127.0.0.1:${gatePort}', metrics: '127.0.0.1:${metricsPort}' }
data_dir: data
identity: { authentik: { host: '${authentik.url}', token: ${authentik.token} } }
services:
  - { host: app.home.localhost }
`
  const section = `watch:
  interval: 1s
  door_interval: 2s
  timeout: 2s
  edge: false
  ingress: ['127.0.0.1:${front.port}']
  gates: ['http://127.0.0.1:${gatePort}']
  gate_path: /outpost.goauthentik.io/auth/traefik
  control: ['${authentik.url}if/flow/default-authentication-flow/']
  identity_provider: { url: '${authentik.url}if/flow/default-authentication-flow/', marker: ak-flow-executor }
  robot: { user: robot, password: ${password}, method: authentik, sign_in_every: 1m${robot} }
`
  const gate = await startGate({
    config: isWatchOutside ? base : base + section,
    httpPort: gatePort,
    metricsPort,
  })
  const file = join(mkdtempSync(join(tmpdir(), 'watch-robot-')), 'gatehouse.yaml')
  writeFileSync(file, base + section)
  const read = async (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${metricsPort}${path}`)
  return {
    ...{ authentik, file, gate },
    metrics: async () => (await read('/metrics')).text(),
    verdict: async () => JSON.stringify((await (await read('/verdict')).json()).verdict),
    stop: async () => {
      await gate.stop()
      await front.stop()
      await authentik.close()
    },
  }
}

function outcome(probe: string, name: string): string {
  return `gatehouse_watch_probe_total{probe="${probe}",outcome="${name}"}`
}

scenario(
  'the robot signs in through the flows of authentik, keeps one session, and leaves none behind',
  {},
  async () => {
    const estate = await startEstate({})
    const { authentik, gate } = estate
    try {
      for (const probe of ['sign_in', 'origin_auth'])
        await until(async () => (await estate.metrics()).includes(outcome(probe, 'ok')))
      expect(await estate.verdict()).toContain('"kind":"healthy"')
      expect(authentik.control.violations()).toEqual([])
      expect(authentik.control.refusals()).toEqual([])
      // That of the full sign-in was signed out at authentik too; the one that is kept is left.
      expect(authentik.control.sessions()).toHaveLength(1)
      expect(gate.log()).not.toContain('robot-not-signed')
    } finally {
      await estate.stop()
    }
    expect(authentik.control.sessions()).toEqual([])
    expect(gate.log()).not.toContain(password)
  },
)

const story: readonly [what: string, wish: Wish][] = [
  ['name and password in one stage', { flow: { passwordBeside: true } }],
  ['whether it wants to be remembered', { flow: { rememberMe: true } }],
  ['for consent', { flow: { consent: true } }],
  [
    'for a one-time code',
    { flow: { devices: ['webauthn', 'totp'], totpSeed: seed }, robot: `, totp_seed: ${seed}` },
  ],
]
for (const [what, wish] of story)
  scenario(`the robot is asked ${what}`, {}, async () => {
    const estate = await startEstate(wish)
    try {
      await until(async () => (await estate.metrics()).includes(outcome('origin_auth', 'ok')))
      expect(estate.authentik.control.violations()).toEqual([])
      expect(estate.authentik.control.refusals()).toEqual([])
    } finally {
      await estate.stop()
    }
  })

/** How authentik or its people change, and what the watch then calls it. */
const ends: readonly [
  what: string,
  change: (estate: Estate) => void,
  name: string,
  title: string,
][] = [
  [
    'its password was changed',
    ({ authentik }) => authentik.control.changePerson('robot', { password: 'another' }),
    'SIGN_IN_REFUSED',
    'does not take the name or the password',
  ],
  [
    'its account was removed',
    ({ authentik }) => authentik.control.changePerson('robot', { username: 'r2d2', email: '' }),
    'SIGN_IN_REFUSED',
    'does not take the name or the password',
  ],
  [
    'its account is not active',
    ({ authentik }) => {
      authentik.control.changePerson('robot', { is_active: false })
      authentik.control.flow({ takesInactive: true })
    },
    'SIGN_IN_DEACTIVATED',
    'deactivated',
  ],
  [
    'a policy denies it',
    ({ authentik }) => authentik.control.flow({ denied: true }),
    'SIGN_IN_DENIED',
    'denies the robot access',
  ],
  [
    'it may not use the application any more',
    ({ authentik }) => authentik.control.changePerson('robot', { groups: [] }),
    'SIGN_IN_DENIED',
    'denies the robot access',
  ],
  [
    'a second factor is asked for that it lacks',
    ({ authentik }) => authentik.control.flow({ devices: ['webauthn'] }),
    'SIGN_IN_MFA',
    'a second factor',
  ],
  [
    'a captcha came',
    ({ authentik }) => authentik.control.flow({ captcha: 'stage' }),
    'SIGN_IN_CAPTCHA',
    'a captcha',
  ],
  [
    'a stage came that nobody knows',
    ({ authentik }) => authentik.control.flow({ strange: 'ak-stage-endpoint-agent' }),
    'SIGN_IN_UNKNOWN_STAGE',
    'does not know',
  ],
]
for (const [what, change, name, title] of ends)
  scenario(`the watch names it when ${what}, and blames no layer`, {}, async () => {
    const estate = await startEstate({ isWatchOutside: true })
    const watch = await watchOutside(estate)
    try {
      await until(() => seen(watch, 'sign_in', 'ok') > 0)
      change(estate)
      await until(() => seen(watch, 'sign_in', name) > 1)
      await until(() => watch.core.incidents().length > 0)
      expect(watch.core.incidents().map((one) => [one.cause, one.elements])).toEqual([
        ['layer:sign-in', []],
      ])
      expect(watch.core.incidents()[0]?.title).toContain(title)
      expect(watch.core.verdict().kind).toBe('healthy')
      expect(watch.defects()).toBe(0)
      expect(estate.authentik.control.violations()).toEqual([])
    } finally {
      await watch.close()
      await estate.stop()
    }
    expect(estate.gate.log()).not.toContain(password)
  })

scenario(
  'an authentik whose flows have errors is a sign-in that does not get through',
  {},
  async () => {
    const estate = await startEstate({ isWatchOutside: true })
    const watch = await watchOutside(estate)
    try {
      await until(() => seen(watch, 'sign_in', 'ok') > 0)
      estate.authentik.control.fault('flow-executor', { kind: 'status', status: 500 })
      await until(() => watch.core.incidents().length > 0)
      expect(seen(watch, 'sign_in', 'SIGN_IN_ERROR')).toBeGreaterThan(0)
      expect(watch.core.incidents()[0]).toMatchObject({ urgency: 'page', elements: [] })
      estate.authentik.control.heal()
      await until(() => watch.core.incidents().every(({ closedAt }) => closedAt !== null))
    } finally {
      await watch.close()
      await estate.stop()
    }
  },
)

/** A watch of this process, which signs in every second; no file may ask for that. */
async function watchOutside({ file }: Estate): Promise<RunningWatch> {
  const world = { ...realWorld(), log: memoryLog() }
  const loaded = await loadConfig({ files: world.files, file, withSecrets: true })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error))
  const config = must(loaded.value.watch, 'There is a watch')
  const robot = { ...must(config.robot, 'There is a robot'), signInEveryMs: 1000 }
  const dataDir = mkdtempSync(join(tmpdir(), 'watch-robot-'))
  const opened = openWatch({ config: { ...config, robot, dataDir }, world, version: 'test' })
  return must(opened.ok ? opened.value : null, 'Nobody else has the directory')
}

function seen({ readings }: RunningWatch, probe: string, name: string): number {
  const found = [...readings.probes()].find((one) => one.probe === probe && one.outcome === name)
  return found?.count ?? 0
}
