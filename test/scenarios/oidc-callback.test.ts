// The way back, tampered with: another browser, another time, again, in circles (F4, F6, F15).
import { describe, expect } from 'bun:test'
import { bindingCookieName } from '../../src/gate/sign-in/binding.ts'
import { scenario } from '../scenario.ts'
import { Browser } from '../support/browser.ts'
import { hostileStage } from '../support/hostile-stage.ts'
import {
  comeBack,
  opensSession,
  reasonOf,
  sendOff,
  sentOff,
  whoIs,
} from '../support/sign-in-steps.ts'

const stage = hostileStage()
const bindingName = bindingCookieName(false)
const sessionName = 'gatehouse'

describe('a state', () => {
  scenario('altered in any byte opens no session and asks the provider nothing', {}, async () => {
    const browser = new Browser()
    const { state, nonce } = await sendOff(browser, stage.gate)
    const asked = stage.peer.asked.get('/token') ?? 0
    for (let i = 0; i < state.length; i += 7) {
      const altered = `${state.slice(0, i)}${state[i] === 'A' ? 'B' : 'A'}${state.slice(i + 1)}`
      const seen = await comeBack(browser, stage.gate, { state: altered, code: nonce })
      expect(seen.status).toBe(400)
      expect(reasonOf(seen)).toBe('bad-state')
      expect(opensSession(seen)).toBe(false)
    }
    expect(stage.peer.asked.get('/token') ?? 0).toBe(asked)
    expect(await whoIs(browser, stage.gate)).toBeNull()
  })

  scenario('that is missing, doubled or of another kind is explained', {}, async () => {
    const browser = new Browser()
    const { state, nonce } = await sendOff(browser, stage.gate)
    for (const query of ['', 'code=1', `code=1&state=${state}&state=${state}`, 'state=&code=1']) {
      const seen = await browser.visit(`${stage.gate.origin}/_gatehouse/callback?${query}`)
      expect(reasonOf(seen)).toBe('bad-state')
    }
    expect((await comeBack(browser, stage.gate, { state, code: nonce })).status).toBe(303)
  })

  scenario('of another browser begins anew there, once, and then explains itself', {}, async () => {
    const mallory = new Browser()
    const { state, nonce } = await sendOff(mallory, stage.gate)
    const alice = new Browser()
    const first = await comeBack(alice, stage.gate, { state, code: nonce })
    expect(first.location).toStartWith(`${stage.peer.issuer}/authorize?`)
    expect(opensSession(first)).toBe(false)
    const again = sentOff(first)
    expect(again.nonce).not.toBe(nonce)
    // Begun anew in this browser, it ends in this browser, for whoever signs in here.
    expect(
      (await comeBack(alice, stage.gate, { state: again.state, code: again.nonce })).location,
    ).toBe(`${stage.gate.serviceOrigin('app')}/`)
    const bob = new Browser()
    const second = await comeBack(bob, stage.gate, { state: again.state, code: again.nonce })
    expect(reasonOf(second)).toBe('no-binding')
    expect(second.status).toBe(400)
    expect(await whoIs(bob, stage.gate)).toBeNull()
  })

  scenario(
    'of another browser signs nobody in as the one who made it (login CSRF)',
    {},
    async () => {
      const alice = new Browser()
      await sendOff(alice, stage.gate)
      const mallory = new Browser()
      const { state, nonce } = await sendOff(mallory, stage.gate)
      const asked = stage.peer.asked.get('/token') ?? 0
      const first = await comeBack(alice, stage.gate, { state, code: nonce })
      expect(opensSession(first)).toBe(false)
      expect(first.location).toStartWith(`${stage.peer.issuer}/authorize?`)
      const again = sentOff(first)
      const bob = new Browser()
      await sendOff(bob, stage.gate)
      const second = await comeBack(bob, stage.gate, { state: again.state, code: again.nonce })
      expect(reasonOf(second)).toBe('other-browser')
      expect(opensSession(second)).toBe(false)
      expect(stage.peer.asked.get('/token') ?? 0).toBe(asked)
      expect(await whoIs(alice, stage.gate)).toBeNull()
      expect(await whoIs(bob, stage.gate)).toBeNull()
    },
  )

  scenario('eleven minutes old begins anew, and then ends well', {}, async () => {
    const browser = new Browser()
    const { state, nonce } = await sendOff(browser, stage.gate)
    stage.gate.clock.advance(11 * 60_000)
    const asked = stage.peer.asked.get('/token') ?? 0
    const seen = await comeBack(browser, stage.gate, { state, code: nonce })
    expect(opensSession(seen)).toBe(false)
    expect(stage.peer.asked.get('/token') ?? 0).toBe(asked)
    const again = sentOff(seen)
    stage.gate.clock.advance(11 * 60_000)
    const late = await comeBack(browser, stage.gate, { state: again.state, code: again.nonce })
    expect(reasonOf(late)).toBe('expired')
    expect(await whoIs(browser, stage.gate)).toBeNull()
  })

  scenario('that was used opens no second session', {}, async () => {
    const browser = new Browser()
    const { state, nonce } = await sendOff(browser, stage.gate)
    await comeBack(browser, stage.gate, { state, code: nonce })
    const asked = stage.peer.asked.get('/token') ?? 0
    const opened = stage.gate.sessions.stats().opened
    // With the session: straight on. Without it: an explanation.
    expect((await comeBack(browser, stage.gate, { state, code: nonce })).location).toBe(
      `${stage.gate.serviceOrigin('app')}/`,
    )
    browser.forget(sessionName)
    const replayed = await comeBack(browser, stage.gate, { state, code: nonce })
    expect(reasonOf(replayed)).toBe('used-state')
    expect(opensSession(replayed)).toBe(false)
    expect(stage.peer.asked.get('/token') ?? 0).toBe(asked)
    expect(stage.gate.sessions.stats().opened).toBe(opened)
  })

  scenario('used twenty times at once opens one session', {}, async () => {
    const browser = new Browser()
    const { state, nonce } = await sendOff(browser, stage.gate)
    const opened = stage.gate.sessions.stats().opened
    const all = await Promise.all(
      Array.from({ length: 20 }, () => comeBack(browser, stage.gate, { state, code: nonce })),
    )
    expect(all.filter(opensSession)).toHaveLength(1)
    expect(stage.gate.sessions.stats().opened).toBe(opened + 1)
  })
})

describe('a provider that says no', () => {
  scenario('is quoted, escaped, and not asked again', {}, async () => {
    const browser = new Browser()
    const { state } = await sendOff(browser, stage.gate)
    const description = '<script>alert(1)</script>'
    const seen = await comeBack(browser, stage.gate, {
      state,
      error: 'access_denied',
      error_description: description,
    })
    expect(seen.status).toBe(403)
    expect(reasonOf(seen)).toBe('denied')
    expect(seen.text).not.toContain('<script>alert')
    expect(seen.text).toContain('&lt;script>alert(1)')
    expect(seen.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(stage.gate.outcomes.at(-1)).toBe('oidc denied-by-provider')
  })

  scenario('is not quoted where nobody knows who says it', {}, async () => {
    const words = { error: 'access_denied', error_description: 'Call 555-0100 now' }
    const stranger = new Browser()
    const { state } = await sendOff(new Browser(), stage.gate)
    for (const parameters of [words, { ...words, state: 'forged' }, { ...words, state }]) {
      const seen = await comeBack(stranger, stage.gate, parameters)
      expect(seen.status).toBe(403)
      expect(seen.text).not.toContain('555')
    }
  })

  scenario('because it is in trouble is told from one that refuses', {}, async () => {
    for (const error of ['server_error', 'temporarily_unavailable']) {
      const browser = new Browser()
      const { state } = await sendOff(browser, stage.gate)
      const seen = await comeBack(browser, stage.gate, { state, error })
      expect(seen.status).toBe(503)
      expect(seen.headers.get('retry-after')).toBe('5')
    }
  })
})

describe('a browser', () => {
  scenario('that blocks the binding is told so at the second attempt', {}, async () => {
    const browser = new Browser()
    browser.blocked.add(bindingName)
    const first = await sendOff(browser, stage.gate)
    const again = await comeBack(browser, stage.gate, { state: first.state, code: first.nonce })
    const second = sentOff(again)
    const seen = await comeBack(browser, stage.gate, { state: second.state, code: second.nonce })
    expect(seen.status).toBe(400)
    expect(reasonOf(seen)).toBe('no-binding')
    expect(seen.text).toContain('no cookie at all')
    expect(seen.text).toContain('Allow cookies')
  })

  async function circle(browser: Browser): Promise<string | null> {
    for (let i = 0; i < 10; i++) {
      const service = await browser.visit(`${stage.gate.serviceOrigin('app')}/`)
      if (service.location === null) return 'arrived'
      const started = await browser.visit(service.location)
      if (started.location === null) return `${reasonOf(started) ?? ''} after ${i} rounds`
      if (!started.location.startsWith(stage.peer.issuer)) continue
      const { state, nonce } = sentOff(started)
      await comeBack(browser, stage.gate, { state, code: nonce })
      stage.gate.clock.advance(1000)
    }
    return null
  }

  scenario('that keeps no session is not sent round a fifth time', {}, async () => {
    const browser = new Browser()
    browser.blocked.add(sessionName)
    expect(await circle(browser)).toBe('session-not-kept after 4 rounds')
    const rd = encodeURIComponent(`${stage.gate.serviceOrigin('app')}/`)
    const seen = await browser.visit(`${stage.gate.origin}/_gatehouse/sign-in?rd=${rd}`)
    expect(seen.status).toBe(400)
    expect(seen.text).toContain('brought no session cookie')
    expect(stage.gate.outcomes.at(-1)).toBe('oidc loop')
    // Trying again on purpose, and a minute later, are not circles.
    const retry = /href="([^"]*retry=1[^"]*)"/.exec(seen.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect((await browser.visit(new URL(retry, stage.gate.origin).href)).status).toBe(303)
    stage.gate.clock.advance(61_000)
    browser.blocked.clear()
    expect(await circle(browser)).toBe('arrived')
  })

  scenario('whose session does not reach the service is told so by the gate', {}, async () => {
    const browser = new Browser()
    const { state, nonce } = await sendOff(browser, stage.gate)
    await comeBack(browser, stage.gate, { state, code: nonce })
    const rd = encodeURIComponent(`${stage.gate.serviceOrigin('app')}/`)
    const bounce = () => browser.visit(`${stage.gate.origin}/_gatehouse/sign-in?rd=${rd}`)
    for (let i = 0; i < 3; i++)
      expect((await bounce()).location).toBe(`${stage.gate.serviceOrigin('app')}/`)
    const seen = await bounce()
    expect(reasonOf(seen)).toBe('session-not-seen')
    expect(seen.text).toContain('does not pass on the Cookie header')
    expect(await whoIs(browser, stage.gate)).toBe('alice')
  })

  scenario('with eight tabs ends with one session and every tab at its own page', {}, async () => {
    const browser = new Browser()
    const tabs = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        sendOff(browser, stage.gate, `${stage.gate.serviceOrigin('app')}/tab/${i}`),
      ),
    )
    for (const [i, tab] of tabs.entries()) {
      let seen = await comeBack(browser, stage.gate, { state: tab.state, code: tab.nonce })
      if (seen.location?.startsWith(stage.peer.issuer) === true) {
        const again = sentOff(seen)
        seen = await comeBack(browser, stage.gate, { state: again.state, code: again.nonce })
      }
      expect(seen.location).toBe(`${stage.gate.serviceOrigin('app')}/tab/${i}`)
    }
    expect(await whoIs(browser, stage.gate)).toBe('alice')
    expect(browser.cookieNames().filter((name) => name === bindingName)).toHaveLength(1)
  })
})
