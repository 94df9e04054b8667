// Takes the pictures of docs/guide/pages.md: every page that a person may meet, from a running gate in a
// real browser. `bun tools/pictures.ts` after a change of the pages.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startProxy } from '../src/cli/demo/proxy.ts'
import { startSamples } from '../src/cli/demo/samples.tsx'
import { hashPassword } from '../src/gate-people.ts'
import { type Gate, startGate } from '../src/gate-run.ts'
import type { GateConfig } from '../src/gate.ts'
import { staticAccounts } from '../src/gate/sign-in/accounts/account.ts'
import { testConfig, testService } from '../src/gate/testing.ts'
import { realForwarder } from '../src/world/forwarder.ts'
import { memoryLog } from '../src/world/log.ts'
import { realWorld } from '../src/world/world.ts'
import { startChromium } from '../test/peers/chromium.ts'
import { startOidcProvider } from '../test/peers/oidc-provider.ts'
import { freePorts } from '../test/peers/ports.ts'
import { providerConfig } from '../test/support/sign-in-gate.ts'

const pictures = join(import.meta.dir, '../docs/images')
const size = { width: 880, height: 640 }
const password = 'correct-horse-battery'

const directory = mkdtempSync(join(tmpdir(), 'gatehouse-pictures-'))
const [port = 0] = await freePorts(1)
const at = (host: string, path = '/'): string => `http://${host}.home.localhost:${port}${path}`
const peer = await startOidcProvider({
  clients: [
    {
      id: 'gatehouse',
      secret: 'a secret of-the.peer',
      redirectUris: [at('auth', '/_gatehouse/callback')],
      postLogoutRedirectUris: [at('auth', '/_gatehouse/signed-out')],
    },
  ],
})
const config: GateConfig = testConfig({
  origin: at('auth').slice(0, -1),
  host: 'auth.home.localhost' as GateConfig['host'],
  secure: false,
  domain: 'home.localhost',
  dataDir: directory,
  identity: {
    oidc: [
      providerConfig('family', peer.issuer, { title: 'Family account' }),
      providerConfig('away', 'http://127.0.0.1:9', { title: 'Work account' }),
    ],
    accounts: {
      file: null,
      hashesMax: 2,
      hashQueueMax: 8,
      attemptsMax: 10,
      attemptWindowMs: 60_000,
    },
  },
  services: [
    testService('wiki.home.localhost', { groups: ['family', 'staff'] }),
    testService('grafana.home.localhost', { groups: ['operators'] }),
    testService('status.home.localhost', { auth: 'none' }),
  ],
})
const alice = {
  user: 'alice',
  name: 'Alice Example',
  email: 'alice@home.localhost',
  groups: ['family'],
  passwordHash: await hashPassword(password),
}

function openGate(store: GateConfig['sessions']['store']): Gate {
  const sessions = { ...config.sessions, store }
  const options = {
    config: { ...config, sessions },
    secret: new Uint8Array(32).fill(1),
    version: 'pictures',
  }
  const started = startGate({
    ...options,
    world: { ...realWorld(), log: memoryLog() },
    people: staticAccounts([alice]),
  })
  if (!started.ok) throw new Error(started.error.join('; '))
  return started.value
}

let gate = openGate('memory')
const samples = startSamples(
  [{ host: 'wiki.home.localhost', title: 'Wiki', door: 'For the family.' }],
  { all: null, signOut: '/' },
)
const proxy = startProxy(port, {
  isGates: (host) => host === config.host,
  authPath: '/_gatehouse/auth/traefik',
  gateOrigin: () => `http://127.0.0.1:${gate.httpPort}`,
  serviceOrigin: () => samples.origin,
  isIdentity: (name) => name.startsWith('remote-'),
  forwarder: realForwarder(),
})
const chromium = await startChromium()

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
}

async function visit(browser: Browser): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ viewport: size })
  return { context, page: await context.newPage() }
}

async function signIn(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Name and password' }).click()
  await page.getByLabel('Name').fill('alice')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

async function ordinaryPages(): Promise<void> {
  const { context, page } = await visit(chromium.browser)
  await page.goto(at('wiki'))
  await shoot(page, 'chooser')
  await page.getByRole('link', { name: 'Name and password' }).click()
  await shoot(page, 'sign-in')
  await page.goto(at('wiki'))
  await signIn(page)
  await page.waitForURL(at('wiki'))
  await page.goto(at('auth', '/_gatehouse/'))
  await shoot(page, 'portal')
  await page.goto(at('grafana'))
  await shoot(page, 'forbidden')
  await page.goto(at('auth', '/_gatehouse/account'))
  await shoot(page, 'account')
  await page.goto(at('auth', '/_gatehouse/sign-out'))
  await shoot(page, 'sign-out')
  await page.goto(at('unknown'))
  await shoot(page, 'refused')
  await context.close()
}

async function pagesOfTrouble(): Promise<void> {
  const { context, page } = await visit(chromium.browser)
  await page.goto(at('auth', '/_gatehouse/callback?state=changed&code=x'))
  await shoot(page, 'bad-state')
  await page.goto(
    at('auth', `/_gatehouse/sign-in/oidc?provider=away&rd=${encodeURIComponent(at('wiki'))}`),
  )
  await shoot(page, 'provider-down')
  // A browser that loses the session cookie after each sign-in.
  for (let i = 0; i < 4; i++) {
    await page.goto(at('wiki'))
    await signIn(page)
    await page.waitForURL(at('wiki'))
    await context.clearCookies({ name: 'gatehouse' })
  }
  await page.goto(at('wiki'))
  await shoot(page, 'loop')
  await context.close()
}

async function storeDown(): Promise<void> {
  await gate.close()
  writeFileSync(
    join(directory, 'sessions.db'),
    'this is no database, whatever its name says\n'.repeat(200),
  )
  gate = openGate('sqlite')
  const { context, page } = await visit(chromium.browser)
  await context.addCookies([
    { name: 'gatehouse', value: `1${'a'.repeat(32)}`, domain: '.home.localhost', path: '/' },
  ])
  await page.goto(at('wiki'))
  await shoot(page, 'unavailable')
  await context.close()
}

await ordinaryPages()
await pagesOfTrouble()
await storeDown()
await chromium.stop()
await proxy.close()
await samples.close()
await gate.close()
await peer.stop()
rmSync(directory, { recursive: true, force: true })
