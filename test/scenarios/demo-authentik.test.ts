// `npm start -- --authentik`: the demo as an outpost of a stand-in of authentik, one provider of each mode.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { startChromium } from '../peers/chromium.ts'
import { freePorts } from '../peers/ports.ts'
import { scenario } from '../scenario.ts'
import { until } from '../support/until.ts'

const binary = join(import.meta.dir, '../../bin/gatehouse')

scenario(
  'signed in once at authentik, a person is in through every mode, but not where a binding says no',
  { needs: ['chromium'] },
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gatehouse-demo-'))
    const [port = 0] = await freePorts(1)
    const child = Bun.spawn(
      [binary, 'demo', '--authentik', '--port', String(port), '--data-dir', directory],
      { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' },
    )
    const chromium = await startChromium()
    const at = (host: string, path = '/'): string => `http://${host}.home.localhost:${port}${path}`
    try {
      const asked = (): Promise<Response | null> =>
        fetch(`http://127.0.0.1:${port}/`, {
          headers: { host: `grafana.home.localhost:${port}`, accept: 'text/html' },
          redirect: 'manual',
        }).catch(() => null)
      await until(async () => (await asked())?.status === 302)
      const page = await (await chromium.browser.newContext()).newPage()
      await page.goto(at('blog', '/from/here?x=1&y=2'))
      expect(new URL(page.url()).hostname).toBe('127.0.0.1')
      await page.locator('input[name=username]').fill('rosa')
      await page.locator('input[name=password]').fill('gatehouse-rosa')
      await page.locator('button, input[type=submit]').first().click()
      await page.waitForURL(at('blog', '/from/here?x=1&y=2'))
      expect(await page.getByText('The gate let you in as rosa').count()).toBe(1)
      await page.goto(at('wiki', '/page'))
      expect(await page.getByText('The gate let you in as rosa').count()).toBe(1)
      await page.goto(at('grafana'))
      expect(await page.getByText('The gate let you in').count()).toBe(0)
      child.kill('SIGINT')
      expect(await child.exited).toBe(0)
    } finally {
      await chromium.stop()
      child.kill('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    }
  },
)
