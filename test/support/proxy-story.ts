// What the stories of the proxies share: headers by which a client lies, and where they would show.
import { type ProxyEstate } from './proxy-estate.ts'

/** A name, and what is tried and must hold. */
export type Story = readonly [name: string, tell: (estate: ProxyEstate) => Promise<void>]

/** Headers by which a client tries to be root; every spelling that some service would believe. */
export const forged = [
  'Remote-User: root',
  'remote-groups: root',
  'REMOTE-EMAIL: root@example.com',
  'Remote-Name: root',
  'Remote_User: root',
  'remote_groups: root',
  'REMOTE_EMAIL: root',
  'Remote_name: root',
]

/** Headers by which a client tries to have another request judged. */
export const elsewhere = [
  'X-Forwarded-Uri: /public/root',
  'X-Forwarded-Host: open.home.localhost',
  'X-Forwarded-Method: OPTIONS',
  'X-Forwarded-Proto: ftp',
  'X-Forwarded-Prefix: /public',
  'X-Original-URL: http://open.home.localhost/public/root',
  'X-Original-Method: OPTIONS',
  'X_Original_URL: http://open.home.localhost/public/root',
  'X-Rewrite_URL: /public/root',
  'X-Envoy-Original-Path: /public/root',
  'X-Rewrite-URL: /public/root',
]

/** Every header at the service that carries something only the client said. */
export function smuggled(estate: ProxyEstate): readonly string[] {
  return estate.backend.seen.flatMap(({ headers }) =>
    headers
      .filter(([name, value]) => {
        const plain = name.toLowerCase().replaceAll('_', '-')
        // Envoy's own name, which no service takes for an instruction.
        if (plain === 'x-envoy-original-path') return false
        return (
          value.includes('root') || (plain.startsWith('x-forwarded') && /open\.|ftp/.test(value))
        )
      })
      .map(([name, value]) => `${name}: ${value}`),
  )
}
