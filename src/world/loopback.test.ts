// The server of drills: what it hands over, and that its ports are its own.
import { expect, test } from 'bun:test'
import { freeLoopbackPorts, serveLoopback } from './loopback.ts'

test('serveLoopback() hands method, path and body over and answers as told', async () => {
  const asked: unknown[] = []
  const server = serveLoopback((request) => {
    asked.push(request)
    return { status: 201, contentType: 'text/plain', body: 'made' }
  })
  const answer = await fetch(`http://127.0.0.1:${server.port}/hook?x=1`, {
    method: 'POST',
    body: '{}',
  })
  expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
    201,
    'text/plain',
    'made',
  ])
  expect(asked).toEqual([{ method: 'POST', path: '/hook', body: '{}' }])
  await server.close()
})

test('freeLoopbackPorts() gives ports of which no two are one', async () => {
  const ports = await freeLoopbackPorts(5)
  expect(new Set(ports).size).toBe(5)
  expect(ports.every((port) => port > 0)).toBe(true)
})
