// The last good configuration: kept sealed, taken up again while authentik is down, and by nobody else.
import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryFiles, realFiles } from '../../src/world/files.ts'
import { err } from '../../src/std/result.ts'
import { type Authentik, startAuthentik } from '../peers/authentik/authentik.ts'
import { type TestPlane, type TestPlaneOptions, startPlane } from '../support/outpost-plane.ts'
import { scenarioTimeoutMs } from '../scenario.ts'

setDefaultTimeout(scenarioTimeoutMs)

const open: { close(): Promise<void> }[] = []
const directories: string[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close()
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

async function authentikWithApp(): Promise<Authentik> {
  const authentik = await startAuthentik({
    providers: [{ name: 'app', external_host: 'https://app.example.com', certificate: 'mine' }],
    certificates: { mine: ['app.example.com'] },
  })
  open.push(authentik)
  return authentik
}

function start(authentik: Pick<Authentik, 'url' | 'token'>, options: TestPlaneOptions): TestPlane {
  const one = startPlane(authentik, options)
  open.push(one.plane)
  return one
}

/** Files of a real directory, as the data directory of the control plane. */
function dataDirectory(): { path: string; options: TestPlaneOptions } {
  const path = mkdtempSync(join(tmpdir(), 'outpost-'))
  directories.push(path)
  const dataDir = join(path, 'data')
  return { path: join(dataDir, 'authentik-outpost'), options: { files: realFiles(), dataDir } }
}

test('a restart while authentik is down serves, and authentik is taken up when it is back', async () => {
  const { path, options } = dataDirectory()
  const authentik = await authentikWithApp()
  const first = start(authentik, options)
  await first.ready()
  const secret = first.plane.current()?.providers[0]?.clientSecret
  await first.plane.close()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const kept = readFileSync(path, 'utf8')
  expect(kept).not.toContain(secret ?? '')
  expect(Buffer.from(kept, 'base64url').toString('latin1')).not.toContain(secret ?? '')

  await authentik.down()
  const second = start(authentik, options)
  // At once: nothing has been asked yet.
  expect(second.plane.state().source).toBe('disk')
  expect(second.plane.current()?.providers[0]).toMatchObject({ name: 'app', clientSecret: secret })
  expect(second.plane.current()?.providers[0]?.certificate?.certificatePem).toBe(
    authentik.control.certificate('mine'),
  )
  second.clock.advance(0)
  await second.until(() => second.plane.state().failuresInRow === 1, 'a failure')
  expect(second.plane.current()?.providerFor('app.example.com').kind).toBe('host')

  authentik.control.changeProvider('app', { access_token_validity: 'minutes=5' })
  authentik.up()
  await second.pass(5000)
  await second.until(() => second.plane.state().source === 'live', 'authentik')
  expect(second.plane.current()?.providers[0]?.lifetimeMs).toBe(300_000)
  await second.pass(2000)
  await second.until(() => second.plane.state().connected, 'a connection')
})

test('what is on disk is of no use with another token, address or secret, nor when it was touched', async () => {
  const { path, options } = dataDirectory()
  const authentik = await authentikWithApp()
  const first = start(authentik, options)
  await first.ready()
  await first.plane.close()
  await authentik.down()
  const kept = readFileSync(path, 'utf8')
  const source = (of: Pick<Authentik, 'url' | 'token'>, over: TestPlaneOptions = {}): string =>
    start(of, { ...options, ...over }).plane.state().source
  expect(source(authentik)).toBe('disk')
  expect(source({ url: authentik.url, token: 'another' })).toBe('none')
  expect(source({ url: 'http://127.0.0.1:1/', token: authentik.token })).toBe('none')
  expect(source(authentik, { secret: new Uint8Array(32).fill(8) })).toBe('none')
  for (const text of ['', 'garbage', kept.slice(0, -10), `A${kept.slice(1)}`, '{}']) {
    writeFileSync(path, text)
    expect(source(authentik)).toBe('none')
  }
})

test('a disk that takes nothing keeps nothing, says so, and is tried again', async () => {
  const authentik = await authentikWithApp()
  let isFull = true
  const real = dataDirectory()
  const files = realFiles()
  const one = start(authentik, {
    ...real.options,
    files: {
      ...files,
      writeAtomic: (path, text, mode) =>
        isFull ? err({ code: 'ENOSPC', path }) : files.writeAtomic(path, text, mode),
    },
  })
  await one.ready()
  const told = one.log.lines.find(({ event }) => event === 'authentik-configuration-not-kept')
  expect(told?.fields['detail']).toContain('"ENOSPC"')
  expect(files.exists(real.path)).toBe(false)
  isFull = false
  one.plane.refresh()
  await one.pass(5000)
  await one.until(() => one.plane.state().refreshes.good === 2, 'a refresh')
  expect(files.exists(real.path)).toBe(true)
})

test('a defect of ours in a refresh is told, and does not end the refreshes', async () => {
  const authentik = await authentikWithApp()
  let isBroken = true
  const files = memoryFiles({})
  const one = start(authentik, {
    files: {
      ...files,
      ensureDirectory: (path, mode) => {
        if (isBroken) throw new TypeError('A defect')
        return files.ensureDirectory(path, mode)
      },
    },
  })
  await one.ready()
  await one.until(() => one.plane.state().failuresInRow === 1, 'a failure')
  const told = one.log.lines.find(({ event }) => event === 'defect')
  expect(told?.fields['error']).toBe('TypeError: A defect')
  isBroken = false
  await one.pass(5000)
  await one.until(() => one.plane.state().refreshes.good > 1, 'another refresh')
  expect(one.plane.state().failuresInRow).toBe(0)
  expect(files.exists('/data/authentik-outpost')).toBe(true)
})

test('a start while authentik is down tries until it is there, ever more rarely', async () => {
  const authentik = await authentikWithApp()
  await authentik.down()
  const one = start(authentik, {})
  // One attempt, then one every 5 s at most, later one a minute at most.
  await one.pass(120_000)
  const { failed } = one.plane.state().refreshes
  expect(failed).toBeGreaterThanOrEqual(4)
  expect(failed).toBeLessThanOrEqual(12)
  expect(one.plane.current()).toBeNull()
  authentik.up()
  await one.pass(60_000)
  await one.until(() => one.plane.current() !== null, 'a configuration')
})
