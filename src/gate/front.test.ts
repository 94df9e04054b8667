// What stands at the addresses of the sign-in host that are no endpoints, and addresses that are taken.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { memoryLog } from '../world/log.ts'
import { realWorld } from '../world/world.ts'
import { type Gate, startGate } from './gate.ts'
import { testConfig } from './testing.ts'

const options = {
  config: testConfig({}),
  world: { ...realWorld(), log: memoryLog() },
  secret: new Uint8Array(32).fill(1),
  version: 'test',
}

let gate: Gate | null = null
beforeAll(() => {
  const started = startGate(options)
  gate = started.ok ? started.value : null
})
afterAll(async () => gate?.close())

function ask(path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${gate?.httpPort ?? 0}${path}`, {
    headers: { host: options.config.host },
    redirect: 'manual',
  })
}

describe('the sign-in host', () => {
  test.each(['/', '/_gatehouse'])('leads from %s to the portal', async (path) => {
    const answer = await ask(path)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/_gatehouse/')
    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  test('has a page with a way on at any other address', async () => {
    const answer = await ask('/nope')
    expect(answer.status).toBe(404)
    const text = await answer.text()
    expect(text).toContain('<h1>There is no such page</h1>')
    expect(text).toContain('href="/_gatehouse/"')
  })
})

test('startGate says why an address cannot be had and what helps', () => {
  const port = gate?.httpPort ?? 0
  const http = { hostname: '127.0.0.1', port }
  const started = startGate({
    ...options,
    config: { ...options.config, listen: { http, metrics: null } },
  })
  expect(started).toEqual({
    ok: false,
    error: [
      `Listening on "127.0.0.1:${port}" failed: "EADDRINUSE", stop the program that has one of them, or change "listen"`,
    ],
  })
})
