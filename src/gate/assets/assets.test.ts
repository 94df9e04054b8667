// Assets: what a browser may keep, and what it is told about it.
import { describe, expect, test } from 'bun:test'
import type { PageRequest } from '../page.ts'
import { assetPath, assetRoutes } from './assets.ts'

function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const url = new URL(path, 'https://auth.example.com')
  const route = assetRoutes().find((candidate) => candidate.path === url.pathname)
  if (route === undefined) return Promise.resolve(new Response(null, { status: 404 }))
  const request: PageRequest = {
    method: 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: new Headers(headers),
    body: '',
    clientAddress: null,
    peerTrusted: true,
    requestId: 'r',
  }
  return route.handle(request)
}

describe('assetRoutes', () => {
  test('serves each file under its named address for good, with its own type', async () => {
    const css = await ask(assetPath('gatehouse.css'))
    expect(css.status).toBe(200)
    expect(css.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(css.headers.get('cache-control')).toContain('immutable')
    expect(await css.text()).toContain(':focus-visible')
    const icon = await ask(assetPath('gatehouse.svg'))
    expect(icon.headers.get('content-type')).toBe('image/svg+xml')
  })

  test('asks for a check each time where the address names no content or another', async () => {
    for (const path of ['/_gatehouse/assets/gatehouse.css', '/_gatehouse/assets/gatehouse.css?v=x'])
      expect((await ask(path)).headers.get('cache-control')).toBe('no-cache')
  })

  test('answers 304 to a browser that has it', async () => {
    const tag = (await ask(assetPath('gatehouse.css'))).headers.get('etag') ?? ''
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`])
      expect((await ask(assetPath('gatehouse.css'), { 'if-none-match': known })).status).toBe(304)
    expect((await ask(assetPath('gatehouse.css'), { 'if-none-match': '"x"' })).status).toBe(200)
  })

  test('knows no other file, however the path is spelt', async () => {
    for (const path of ['/_gatehouse/assets/assets.ts', '/_gatehouse/assets/%2e%2e/page.ts'])
      expect((await ask(path)).status).toBe(404)
  })
})
