// The files of the lab: what gate and watch make of them, and what Caddy and Alertmanager are told.
import { describe, expect, test } from 'bun:test'
import { loadConfig } from '../../../config.ts'
import { memoryFiles } from '../../../world/files.ts'
import {
  type LabKind,
  type LabPorts,
  alertmanagerFile,
  caddyfile,
  labConfig,
  openHost,
  protectedHosts,
  serviceCount,
} from './lab-files.ts'

const ports: LabPorts = {
  proxy: 8001,
  gate: 8002,
  services: 8003,
  identity: 8004,
  control: 8005,
  alertmanager: 8006,
  receiver: 8007,
}

async function loaded(kind: LabKind) {
  const file = '/lab/gatehouse.yaml'
  const text = labConfig({ kind, ports, disk: '/disk', authPath: '/auth', files: 'session_*' })
  const config = await loadConfig({ files: memoryFiles({ [file]: text }), file, withSecrets: true })
  if (!config.ok) throw new Error(JSON.stringify(config.error))
  if (config.value.watch === null) throw new Error('There is no watch')
  return { ...config.value, watch: config.value.watch }
}

describe('labConfig()', () => {
  test.each(['legacy', 'gate'] as const)(
    'of kind %p is right, with a watch over all services',
    async (kind) => {
      const { gate, watch, warnings } = await loaded(kind)
      expect(gate.services).toHaveLength(serviceCount)
      expect(watch.doors.filter(({ tier }) => tier === 'required')).toHaveLength(serviceCount - 1)
      expect(watch.canaries.open?.host as string).toBe(openHost)
      expect(watch.channels).toMatchObject([{ kind: 'alertmanager', url: 'http://127.0.0.1:8006' }])
      expect(watch).toMatchObject({ gatePath: '/auth', edge: false, openAsksGate: false })
      expect(warnings.filter(({ severity }) => severity === 'error')).toEqual([])
    },
  )
  test('strangers are sent to the identity provider of the one, and to the pages of the other', async () => {
    expect((await loaded('legacy')).watch.signInOrigins).toEqual(['http://127.0.0.1:8004'])
    expect((await loaded('gate')).watch.signInOrigins.join()).toContain('auth.lab.localhost:8001')
  })
  test('the store is watched on the small disk', async () => {
    const [legacy, gate] = [await loaded('legacy'), await loaded('gate')]
    expect(legacy.watch.stores).toMatchObject([
      { path: '/disk', sizeBytes: 2 * 1024 ** 2, probesLeaveEntries: true, layer: 'gate_new' },
    ])
    expect(gate.watch.stores).toMatchObject([{ path: '/disk', probesLeaveEntries: false }])
  })
})

test('caddyfile() asks the gate for every host but the open one', () => {
  const text = caddyfile(ports, '/auth')
  for (const host of [...protectedHosts, openHost]) expect(text).toContain(`http://${host}:8001`)
  expect(text.match(/forward_auth/g)).toHaveLength(1)
  expect(text).toContain('uri /auth')
  expect(text).toContain('admin off')
})

test('alertmanagerFile() groups by cause and sends to the receiver', () => {
  expect(alertmanagerFile(ports)).toContain('group_by: [cause_id]')
  expect(alertmanagerFile(ports)).toContain('url: http://127.0.0.1:8007/')
})
