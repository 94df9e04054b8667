import { afterEach, beforeEach, expect, test } from 'bun:test'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Authentik, startAuthentik } from './authentik.ts'
import type { Order } from './control-page.ts'
import { exampleOptions } from './example.ts'
import { api, readProvider } from './outpost-client.ts'

let authentik: Authentik

beforeEach(async () => {
  authentik = await startAuthentik({ ...exampleOptions, controlPort: 0 })
})

afterEach(() => authentik.close())

function order(body: Order, base = authentik.controlUrl): Promise<Response> {
  return fetch(new URL('do', base ?? ''), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

test('orders reach the control, and the state shows them', async () => {
  await order({ action: 'fault', endpoint: 'proxy', fault: { kind: 'status', status: 502 } })
  expect((await api(authentik, 'outposts/proxy/')).status).toBe(502)
  const state = await (await fetch(new URL('state.json', authentik.controlUrl ?? ''))).json()
  expect(state.faults).toMatchObject([{ endpoint: 'proxy', fault: { status: 502 }, left: null }])
  expect(state.calls).toEqual({ proxy: 1 })
  await order({ action: 'heal' })
  const before = await readProvider(authentik, 'grafana')
  const { result } = await (await order({ action: 'change-secret', name: 'grafana' })).json()
  const after = await readProvider(authentik, 'grafana')
  expect(after.client_secret).toBe(result)
  expect(after.client_secret).not.toBe(before.client_secret)
})

test('an order that is wrong is refused with what there is', async () => {
  for (const body of [{ action: 'x' }, { action: 'fault' }, { action: 'remove-provider' }]) {
    const answer = await order(body)
    expect(answer.status).toBe(400)
    expect((await answer.json()).actions).toContain('change-secret')
  }
})

test('the page shows everything, and its buttons work as forms', async () => {
  const page = await (await fetch(authentik.controlUrl ?? '')).text()
  for (const text of ['grafana', 'jürgen', 'TRIGGER_UPDATE', 'garbage', 'violations'])
    expect(page).toContain(text)
  const answer = await fetch(new URL('do', authentik.controlUrl ?? ''), {
    method: 'POST',
    body: new URLSearchParams({
      order: JSON.stringify({ action: 'remove-provider', name: 'wiki' }),
    }),
    redirect: 'manual',
  })
  expect(answer.status).toBe(303)
  expect(await readProvider(authentik, 'wiki')).toBeUndefined()
})

test('main.ts runs the example as a process and ends with its input', async () => {
  const child = spawn(process.execPath, [join(import.meta.dir, 'main.ts'), '--until-stdin-ends'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const [line] = await once(createInterface(child.stdout), 'line')
    const { url, token, controlUrl } = JSON.parse(String(line))
    const headers = { authorization: `Bearer ${token}`, 'user-agent': 'goauthentik.io/outpost/1' }
    const answer = await fetch(new URL('api/v3/outposts/proxy/', url), { headers })
    expect((await answer.json()).pagination.count).toBe(3)
    expect((await order({ action: 'trigger' }, controlUrl)).status).toBe(200)
    child.stdin.end()
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
  } finally {
    child.kill()
  }
})
