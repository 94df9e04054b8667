// `bin/gatehouse` as people run it: found through links, from anywhere, with the exit codes of the contract.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../peers/ports.ts'
import { scenario, scenarioTimeoutMs } from '../scenario.ts'
import { startGateProcess } from '../support/gate-process.ts'
import { type Ended, launcher, run, type RunOptions } from '../support/run-program.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(scenarioTimeoutMs)

const config = `url: http://auth.home.localhost
domains: [home.localhost]
trusted_proxies: [127.0.0.1]
identity: { accounts: {} }
services: [{ host: app.home.localhost }]`

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'))
  writeFileSync(join(directory, 'right.yaml'), config)
  writeFileSync(join(directory, 'doubtful.yaml'), config.replace('127.0.0.1', '0.0.0.0/0'))
  writeFileSync(join(directory, 'wrong.yaml'), config.replace('domains', 'domain'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function gatehouse(
  args: readonly string[],
  { program = launcher, ...options }: RunOptions & { readonly program?: string } = {},
): Promise<Ended> {
  return run([program, ...args], { cwd: directory, ...options })
}

const codes: readonly (readonly [line: string, code: number, out: RegExp, error: RegExp])[] = [
  ['version', 0, /^gatehouse \d/, /^$/],
  ['--help', 0, /Examples:/, /^$/],
  ['check --config right.yaml', 0, /nothing wrong/, /^$/],
  ['check --config doubtful.yaml', 0, /1 warning/, /^$/],
  ['check --config doubtful.yaml --detailed', 2, /1 warning/, /^$/],
  ['check --config wrong.yaml', 2, /Write "domains"/, /^$/],
  ['check --config missing.yaml', 1, /does not exist/, /^$/],
  ['serve --config wrong.yaml', 2, /^$/, /Unknown key "domain"/],
  ['serve --config missing.yaml', 2, /^$/, /does not exist/],
  ['healthcheck --url http://127.0.0.1:1/readyz', 1, /^$/, /Cannot reach/],
  ['sevre', 2, /^$/, /Unknown command "sevre"\n\(Did you mean serve\?\)/],
  ['check --confg x', 2, /^$/, /Unknown option "--confg"\n\(Did you mean --config\?\)/],
  ['', 2, /^$/, /Usage: gatehouse/],
]
for (const [line, code, out, error] of codes)
  test(`gatehouse ${line} exits ${code}`, async () => {
    const ran = await gatehouse(line === '' ? [] : line.split(' '))
    expect(ran.error).toMatch(error)
    expect(ran.out).toMatch(out)
    expect(ran.code).toBe(code)
  })

/** A line of a shell, in which `gatehouse` is the command. */
function shell(line: string): Promise<Ended> {
  return run(['sh', '-c', line.replaceAll('gatehouse', launcher)], { cwd: directory })
}

scenario('output that is longer than a pipe holds comes out whole', {}, async () => {
  const { code, out } = await gatehouse(['config', 'schema'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ title: 'Gatehouse configuration' })
  const counted = await shell(
    'gatehouse config schema > schema.json; gatehouse config schema | cmp - schema.json',
  )
  expect(counted).toEqual({ code: 0, out: '', error: '' })
})

scenario('a reader that leaves early is no failure, output that is lost is one', {}, async () => {
  expect(await shell('gatehouse config schema | head -n 1')).toEqual({
    code: 0,
    out: '{\n',
    error: '',
  })
  const lost = await shell('gatehouse config schema > /dev/full')
  expect(lost).toMatchObject({ code: 1, error: 'gatehouse: Cannot write the output: "ENOSPC"\n' })
  expect((await shell('gatehouse check --config wrong.yaml > /dev/full')).code).toBe(2)
})

scenario(
  'the command is found through links of links, and from another directory',
  {},
  async () => {
    mkdirSync(join(directory, 'bin'))
    symlinkSync(launcher, join(directory, 'bin', 'one'))
    symlinkSync('one', join(directory, 'bin', 'two'))
    expect((await gatehouse(['version'], { program: join(directory, 'bin', 'two') })).code).toBe(0)
  },
)

scenario('the directory that one happens to be in has no say', {}, async () => {
  const hostile = join(directory, 'hostile')
  mkdirSync(hostile)
  writeFileSync(join(hostile, 'bunfig.toml'), 'preload = ["./evil.ts"]')
  writeFileSync(join(hostile, 'evil.ts'), 'console.log("evil")')
  writeFileSync(join(hostile, '.env'), 'GATEHOUSE_CONFIG=/evil.yaml')
  writeFileSync(join(hostile, 'tsconfig.json'), '{ "compilerOptions": { "jsx": "react" } }')
  const ran = await gatehouse(['check'], { cwd: hostile })
  expect(ran.out).toContain('"' + join(hostile, 'gatehouse.yaml') + '" does not exist')
  expect(ran.out + ran.error).not.toContain('evil')
  expect(ran.code).toBe(1)
})

scenario('a machine without Bun is told what to do', {}, async () => {
  const bare = join(directory, 'bare')
  mkdirSync(join(bare, 'bin'), { recursive: true })
  copyFileSync(launcher, join(bare, 'bin', 'gatehouse'))
  const ran = await gatehouse(['version'], {
    program: join(bare, 'bin', 'gatehouse'),
    env: { PATH: '/usr/bin:/bin' },
  })
  expect(ran.code).toBe(1)
  expect(ran.out).toBe('')
  expect(ran.error).toContain(`Cannot find Bun in "${bare}/node_modules" or PATH`)
  expect(ran.error).toContain('npm ci')
})

scenario('all of a long answer leaves through a pipe', {}, async () => {
  const { out } = await gatehouse(['config', 'schema'])
  expect(out.length).toBeGreaterThan(10_000)
  expect(JSON.parse(out)).toHaveProperty('properties.services')
})

scenario('hash-password reads a pipe and shows no password', {}, async () => {
  const ran = await gatehouse(['hash-password'], { stdin: 'correct horse battery\n' })
  expect(ran.code).toBe(0)
  expect(await Bun.password.verify('correct horse battery', ran.out.trim())).toBe(true)
})

scenario('serve is healthy while it runs and ends with 0 when it is told to', {}, async () => {
  const gate = await startGateProcess({ config })
  let code = -1
  try {
    const healthy = await gatehouse(['healthcheck', '--config', gate.configFile])
    expect(healthy).toEqual({ code: 0, out: 'ready\n', error: '' })
    const second = await gatehouse(['serve', '--config', gate.configFile])
    expect(second.code).toBe(1)
    expect(second.error).toContain(`127.0.0.1:${gate.httpPort}`)
  } finally {
    code = await gate.stop()
  }
  expect(code).toBe(0)
  for (const line of gate.log().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
})

scenario('serve ends with 0 on SIGINT as well', {}, async () => {
  const gate = await startGateProcess({ config })
  gate.signal('SIGINT')
  await until(() => gate.log().includes('"event":"stopped"'))
  expect(await gate.stop()).toBe(0)
})

scenario('a gate whose secret everyone may read does not start', {}, async () => {
  const [http = 0, metrics = 0] = await freePorts(2)
  const data = join(directory, 'open-data')
  mkdirSync(data)
  writeFileSync(join(data, 'secret'), `${'A'.repeat(42)}8\n`, { mode: 0o644 })
  writeFileSync(
    join(directory, 'open.yaml'),
    `${config}\ndata_dir: open-data\nlisten: { http: "127.0.0.1:${http}", metrics: "127.0.0.1:${metrics}" }\n`,
  )
  const ran = await gatehouse(['serve', '--config', 'open.yaml'])
  expect(ran.code).toBe(1)
  expect(ran.error).toContain('has mode "644", wanted "600"')
  expect(ran.error).toContain('chmod 600')
})
