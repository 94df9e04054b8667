// Identity headers under other names (authentik's, which many services already read), behind each proxy.
import { expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { ask } from '../support/proxy-estate.ts'
import { proxyStarts, signIn, startEmptyEstate, stopEstate } from '../support/proxy-setup.ts'

const names = {
  user: 'X-authentik-username',
  groups: 'X-authentik-groups',
  email: 'X-authentik-email',
  name: 'X-authentik-name',
}

for (const { proxy, start } of proxyStarts)
  scenario(
    `${proxy}: a service is told who is there under the names that it reads`,
    { needs: [proxy] },
    async () => {
      const config = `identity_headers: ${JSON.stringify(names)}\n`
      const estate = await startEmptyEstate(proxy, start, { scheme: 'http', config })
      try {
        const cookie = await signIn('alice', estate.port)
        const forged = Object.values(names).flatMap((name) => [
          `${name}: root`,
          `${name.replaceAll('-', '_')}: root`,
          `${name.replace('-', '_')}: root`,
          `${name.toUpperCase()}: root`,
        ])
        expect(
          (await ask({ ...estate, alice: '', carol: '' }, { cookie, headers: forged })).status,
        ).toBe(200)
        const seen = estate.backend.seen.at(-1)
        expect(Object.values(names).map((name) => seen?.all(name))).toEqual([
          ['alice'],
          ['staff'],
          ['alice@example.com'],
          [Buffer.from('Alice Ünï').toString('latin1')],
        ])
        expect(JSON.stringify(seen?.headers)).not.toContain('root')
      } finally {
        await stopEstate(estate)
      }
    },
  )
