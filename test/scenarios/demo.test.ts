// `npm start`, as a newcomer sees it: open a page, sign in, be in, be refused, sign out, Ctrl-C.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { findProgram } from '../needs.ts'
import { type Chromium, startChromium } from '../peers/chromium.ts'
import { freePorts } from '../peers/ports.ts'
import { scenario } from '../scenario.ts'
import { until } from '../support/until.ts'

const hasChromium = findProgram('chromium') !== null
const needs = ['chromium'] as const

let chromium: Chromium
let port = 0
let directory = ''
let child: Bun.Subprocess<'ignore', 'pipe', 'inherit'>

beforeAll(async () => {
  if (!hasChromium) return
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-demo-'))
  ;[port = 0] = await freePorts(1)
  const binary = join(import.meta.dir, '../../bin/gatehouse')
  child = Bun.spawn([binary, 'demo', '--port', String(port), '--data-dir', directory], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  chromium = await startChromium()
  await until(async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) !== null)
}, 90_000)

afterAll(async () => {
  if (!hasChromium) return
  await chromium.stop()
  child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

function at(host: string, path = '/'): string {
  return `http://${host}.home.localhost:${port}${path}`
}

async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

async function fresh(): Promise<Page> {
  return (await chromium.browser.newContext()).newPage()
}

describe('the demo', () => {
  scenario(
    'an operator opens Grafana, signs in and arrives at the very page that was asked for',
    { needs },
    async () => {
      const page = await fresh()
      await page.goto(at('grafana', '/d/board?from=now-6h&to=now'))
      expect(new URL(page.url()).hostname).toBe('auth.home.localhost')
      await signIn(page, 'alice', 'gatehouse-alice')
      await page.waitForURL(at('grafana', '/d/board?from=now-6h&to=now'))
      expect(await page.getByText('The gate let you in as alice').count()).toBe(1)
      await page.goto(at('wiki'))
      expect(await page.getByText('The gate let you in as alice').count()).toBe(1)
      await page.goto(at('auth', '/_gatehouse/sign-out'))
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.goto(at('wiki'))
      expect(new URL(page.url()).hostname).toBe('auth.home.localhost')
    },
  )

  scenario(
    'who is signed in but not allowed is told who, what and which group, and is not sent round',
    { needs },
    async () => {
      const page = await fresh()
      await page.goto(at('grafana'))
      await signIn(page, 'rosa', 'gatehouse-rosa')
      await page.waitForURL(at('grafana'))
      const text = (await page.textContent('main')) ?? ''
      for (const part of ['Rosa Beispiel', 'grafana.home.localhost', 'operators'])
        expect(text).toContain(part)
      await page.goto(at('wiki'))
      expect(await page.getByText('The gate let you in as rosa').count()).toBe(1)
    },
  )

  scenario(
    'open doors are open to nobody in particular, their back rooms are not',
    { needs },
    async () => {
      const page = await fresh()
      for (const host of ['blog', 'status']) {
        await page.goto(at(host))
        expect(await page.getByText('nobody in particular').count()).toBe(1)
      }
      await page.goto(at('blog', '/admin/'))
      expect(new URL(page.url()).hostname).toBe('auth.home.localhost')
      expect(await page.context().cookies(at('blog'))).toEqual([])
    },
  )

  scenario('a visitor cannot bring an identity along', { needs }, async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      headers: {
        host: `status.home.localhost:${port}`,
        'remote-user': 'mallory',
        'x-forwarded-user': 'mallory',
        remote_user: 'mallory',
      },
    })
    expect(await answer.text()).not.toContain('mallory')
  })

  scenario('Ctrl-C ends all of it cleanly', { needs }, async () => {
    child.kill('SIGINT')
    expect(await child.exited).toBe(0)
    expect(await fetch(`http://127.0.0.1:${port}/`).catch(() => null)).toBeNull()
  })
})
