// Caddy as its own documentation writes forward auth: what a person types without our snippet.
import { expect } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startCaddy } from '../peers/caddy.ts'
import { scenario } from '../scenario.ts'
import { ask, navigation } from '../support/proxy-estate.ts'
import { type StartProxy, signIn, startEmptyEstate, stopEstate } from '../support/proxy-setup.ts'

/** The printed file without the question mark that takes the client's query off. */
const startAsByHand: StartProxy = (directory, port) => {
  const file = join(directory, 'gatehouse.caddy')
  const printed = readFileSync(file, 'utf8')
  expect(printed).toContain('uri /_gatehouse/auth/caddy?\n')
  writeFileSync(file, printed.replace('auth/caddy?\n', 'auth/caddy\n'))
  return startCaddy(directory, port)
}

scenario(
  'caddy: a forward_auth line written by hand works for addresses with a query, too',
  { needs: ['caddy'] },
  async () => {
    const empty = await startEmptyEstate('caddy', startAsByHand)
    try {
      const estate = { ...empty, alice: await signIn('alice', empty.port), carol: '' }
      const target = '/x?a=1&b=/public/'
      const stranger = await ask(estate, { target, headers: navigation })
      expect(stranger.status).toBe(302)
      expect(stranger.header('location')).toContain(encodeURIComponent(target))
      estate.backend.forget()
      expect((await ask(estate, { target, cookie: estate.alice })).status).toBe(200)
      expect(estate.backend.seen[0]?.all('remote-user')).toEqual(['alice'])
    } finally {
      await stopEstate(empty)
    }
  },
)
