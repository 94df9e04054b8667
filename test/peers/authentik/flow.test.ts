// The flow executor of the stand-in, asked as the page of authentik asks it: what it takes and what it refuses.
import { afterEach, describe, expect, test } from 'bun:test'
import { codeOf, seedBytes, stepAt } from '../../../src/watch/robot/one-time-code.ts'
import { fakeClock } from '../../../src/world/clock.ts'
import { type Authentik, startAuthentik } from './authentik.ts'
import type { FlowOptions } from './flow-options.ts'
import { CookieJar } from './sign-in.ts'

const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const clock = fakeClock(Date.UTC(2026, 3, 18))
const started: Authentik[] = []
afterEach(async () => {
  for (const authentik of started.splice(0)) await authentik.close()
})

async function start(flow: Partial<FlowOptions> = {}) {
  const authentik = await startAuthentik({
    clock,
    signInPage: 'flow',
    flow,
    people: [{ username: 'ada' }],
    controlPort: 0,
  })
  started.push(authentik)
  const jar = new CookieJar()
  const executor = `${authentik.url}api/v3/flows/executor/default-authentication-flow/?query=next%3D%252Fnext`
  const get = async (): Promise<Record<string, unknown>> => (await jar.fetch(executor)).json()
  /** Sends a response and reads what comes of it, through the redirect of a stage that is done. */
  const post = async (body: object): Promise<Record<string, unknown>> => {
    const answer = await jar.fetch(executor, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (answer.status !== 302) return answer.json()
    expect(new URL(answer.headers.get('location') ?? '', executor).href).toBe(executor)
    return get()
  }
  return { authentik, jar, get, post }
}

const identification = { component: 'ak-stage-identification', uid_field: 'ada' }
const password = { component: 'ak-stage-password', password: 'ada-password' }

describe('the flow executor', () => {
  test('asks for name, then password, and leads on where the page was asked to', async () => {
    const { authentik, get, post } = await start()
    expect(await get()).toMatchObject({
      component: 'ak-stage-identification',
      password_fields: false,
      user_fields: ['username', 'email'],
    })
    expect(await post(identification)).toMatchObject({ component: 'ak-stage-password' })
    expect(await post(password)).toEqual({ component: 'xak-flow-redirect', to: '/next' })
    expect(authentik.control.sessions()).toHaveLength(1)
    expect(authentik.control.violations()).toEqual([])
    // Whoever is signed in is led on at once.
    expect(await get()).toEqual({ component: 'xak-flow-redirect', to: '/next' })
  })

  test('gives a session another key than the flow had', async () => {
    const { authentik, get, jar, post } = await start({ passwordBeside: true })
    await get()
    const before = jar.header(new URL(authentik.url))
    await post({ ...identification, password: 'ada-password' })
    expect(jar.header(new URL(authentik.url))).not.toBe(before)
  })

  test.each([
    ['a wrong password', { ...password, password: 'other' }, { password: [invalid('password')] }],
    ['no password', { component: 'ak-stage-password' }, { password: [invalid('password')] }],
  ])('says %s beside the same stage', async (_, body, errors) => {
    const { authentik, post } = await start()
    await post(identification)
    const said = await post(body)
    expect(said).toMatchObject({ component: 'ak-stage-password' })
    expect(Object.keys(said['response_errors'] ?? {})).toEqual(Object.keys(errors))
    expect(authentik.control.sessions()).toEqual([])
  })

  test('takes nobody who is not active, or takes them and knows nobody afterwards', async () => {
    const strict = await start()
    strict.authentik.control.changePerson('ada', { is_active: false })
    await strict.post(identification)
    expect(await strict.post(password)).toHaveProperty('response_errors')
    const lax = await start({ takesInactive: true })
    lax.authentik.control.changePerson('ada', { is_active: false })
    await lax.post(identification)
    expect(await lax.post(password)).toMatchObject({ component: 'xak-flow-redirect' })
    expect(lax.authentik.control.sessions()).toEqual([])
  })

  test('takes a one-time code once', async () => {
    const { authentik, post } = await start({ devices: ['totp'], totpSeed: seed })
    const code = codeOf(seedBytes(seed) ?? new Uint8Array(), stepAt(clock.now()))
    const answer = { component: 'ak-stage-authenticator-validate', code }
    await post(identification)
    expect(await post(password)).toMatchObject({ device_challenges: [{ device_class: 'totp' }] })
    expect(await post({ ...answer, code: '000000' })).toHaveProperty('response_errors.code')
    expect(await post(answer)).toMatchObject({ component: 'xak-flow-redirect' })
    authentik.control.endSessions('ada')
    await post(identification)
    await post(password)
    expect(await post(answer)).toHaveProperty('response_errors.code')
  })

  test('notes what the schema of authentik does not have', async () => {
    const { authentik, post } = await start()
    await post({ ...identification, remember: true })
    await post({ ...password, component: 'ak-stage-identification' })
    expect(authentik.control.violations()).toEqual([
      'flow-executor: "ak-stage-identification" has no field "remember"',
      'flow-executor: component is not "ak-stage-password"',
    ])
  })

  test('wants the header against cross-site requests from who is signed in', async () => {
    const { authentik, jar, get, post } = await start({ passwordBeside: true })
    await get()
    await post({ ...identification, password: 'ada-password' })
    const consent = `${authentik.url}api/v3/flows/executor/default-provider-authorization-explicit-consent/?query=`
    const answer = await jar.fetch(consent, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"component":"ak-stage-consent","token":"x"}',
    })
    expect(await answer.json()).toMatchObject({ component: 'ak-stage-flow-error' })
    expect(authentik.control.violations()).toContain('flow-executor: no CSRF header')
  })

  test.each([
    [{ captcha: 'beside' }, { component: 'ak-stage-identification' }],
    [{ captcha: 'stage' }, { component: 'ak-stage-captcha' }],
    [{ strange: 'ak-stage-endpoint-agent' }, { component: 'ak-stage-endpoint-agent' }],
    [{ denied: true }, { component: 'ak-stage-access-denied' }],
    [{ rememberMe: true }, { component: 'ak-stage-user-login' }],
  ] as const)('shows what %p makes of it', async (flow, wanted) => {
    const { get, post } = await start(flow)
    const first = await get()
    if ('captcha' in flow && flow.captcha === 'beside') {
      expect(first['captcha_stage']).not.toBeNull()
      return
    }
    const second = await post(identification)
    expect(second['component'] === wanted.component ? second : await post(password)).toMatchObject(
      wanted,
    )
  })

  test('is changed on the page of limits', async () => {
    const { authentik, post } = await start()
    await fetch(`${authentik.controlUrl}do`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'flow', flow: { denied: true } }),
    })
    await post(identification)
    expect(await post(password)).toMatchObject({ component: 'ak-stage-access-denied' })
  })

  test('knows no other flow, and leads nobody off', async () => {
    const { authentik, jar } = await start()
    const other = `${authentik.url}api/v3/flows/executor/other/?query=`
    expect((await jar.fetch(other)).status).toBe(404)
    expect((await jar.fetch(`${authentik.url}if/flow/other/`)).status).toBe(404)
  })
})

function invalid(field: string): object {
  return { string: `Invalid ${field}`, code: 'invalid' }
}
