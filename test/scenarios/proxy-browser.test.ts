// A person in Chromium, over TLS and HTTP/2, behind each proxy: signs in, works, signs out.
import { expect } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { startChromium } from '../peers/chromium.ts'
import { scenario } from '../scenario.ts'
import type { ProxyName } from '../support/proxy-estate.ts'
import {
  type EmptyEstate,
  type StartProxy,
  password,
  proxyStarts,
  startEmptyEstate,
  stopEstate,
} from '../support/proxy-setup.ts'

/** A browser and a proxy, both of which take their time. */
const storyMs = 200_000

for (const { proxy, start } of proxyStarts)
  scenario(
    `${proxy}: a person in a browser signs in over TLS, uses the service and signs out`,
    { needs: [proxy, 'chromium', 'openssl'] },
    async () => {
      const estate = await startEmptyEstate(proxy, withHttp2(proxy, start), { scheme: 'https' })
      const chromium = await startChromium()
      try {
        const context = await chromium.browser.newContext({ ignoreHTTPSErrors: true })
        await tell(estate, await context.newPage())
      } catch (cause) {
        console.error(
          `---- ${proxy} ----\n${estate.process.log()}\n---- gate ----\n${estate.gate.log()}`,
        )
        throw cause
      } finally {
        await chromium.stop()
        await stopEstate(estate)
      }
    },
    storyMs,
  )

/** The others speak HTTP/2 as printed; for nginx a person adds it, as a comment there says. */
function withHttp2(proxy: ProxyName, start: StartProxy): StartProxy {
  if (proxy !== 'nginx') return start
  return (directory, port) => {
    const file = join(directory, 'conf.d', 'gatehouse.conf')
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(' ssl;', ' ssl http2;'))
    return start(directory, port)
  }
}

async function tell(estate: EmptyEstate, page: Page): Promise<void> {
  const app = `https://app.home.localhost:${estate.port}`
  const target = `${app}/reports?a=1&b=x%26y`

  await page.goto(target)
  expect(new URL(page.url()).pathname).toStartWith('/_gatehouse/sign-in')
  // Browsers send several cookies in several fields over HTTP/2 (RFC 9113 section 8.2.3).
  await page.context().addCookies([
    { name: 'theme', value: 'dark', url: app },
    { name: 'zone', value: 'north', url: app },
  ])
  await page.fill('input[name=name]', 'alice')
  await page.fill('input[name=password]', password)
  await page.click('button[type=submit]')
  await page.waitForURL(target)

  expect(await page.evaluate(protocolOfPage)).toBe('h2')

  const seen = estate.backend.seen.findLast(({ target: path }) => path.startsWith('/reports'))
  expect(seen?.target).toBe('/reports?a=1&b=x%26y')
  expect(seen?.all('remote-user')).toEqual(['alice'])
  expect(seen?.all('x-forwarded-proto')).toEqual(['https'])
  const passed = (seen?.all('cookie') ?? []).join('; ')
  expect(passed).toContain('theme=dark')
  expect(passed).toContain('zone=north')
  expect(passed).not.toContain('gatehouse')

  expect(await page.evaluate(echoOverWebSocket)).toBe('echo hello')
  expect(await page.evaluate(uploadBytes, 3_000_000)).toBe(3_000_000)

  const events = page.evaluate(firstEvent)
  while (estate.backend.emit('ping') === 0) await Bun.sleep(5)
  expect(await events).toBe('ping')

  const denied = await page.goto(`${app}/admin`)
  expect(denied?.status()).toBe(403)
  expect(await page.textContent('body')).toContain('alice')

  await page.goto(`https://auth.home.localhost:${estate.port}/_gatehouse/`)
  await page.click('a:has-text("Sign out")')
  await page.click('button:has-text("Sign out")')
  await page.waitForURL('**/_gatehouse/signed-out**')
  estate.backend.forget()
  await page.goto(target)
  expect(new URL(page.url()).pathname).toStartWith('/_gatehouse/sign-in')
  expect(estate.backend.seen).toEqual([])
}

/** Runs in the page. */
function protocolOfPage(): string {
  const [entry] = performance.getEntriesByType('navigation')
  return entry !== undefined && 'nextHopProtocol' in entry ? String(entry.nextHopProtocol) : ''
}

/** Runs in the page. */
async function echoOverWebSocket(): Promise<string> {
  const socket = new WebSocket(`wss://${location.host}/ws`)
  return new Promise((resolve) => {
    socket.onopen = () => socket.send('hello')
    socket.onmessage = ({ data }) => resolve(String(data))
    socket.onerror = () => resolve('error')
  })
}

/** Runs in the page. */
async function uploadBytes(length: number): Promise<number> {
  const answer = await fetch('/upload', { method: 'POST', body: new Uint8Array(length) })
  const report: { bytes: number } = await answer.json()
  return report.bytes
}

/** Runs in the page. */
async function firstEvent(): Promise<string> {
  const events = new EventSource('/events')
  return new Promise((resolve) => {
    events.onmessage = ({ data }) => {
      events.close()
      resolve(String(data))
    }
  })
}
