// The configuration as a program: types from the editor, loops for an estate of many services.
import type { GatehouseConfig } from '../src/config.ts'

/** Name of each service, and the group that may use it. */
const services = { grafana: 'ops', wiki: 'staff', photos: 'family' }

/** What `gatehouse serve --config gatehouse.ts` reads. */
export const config: GatehouseConfig = {
  url: 'https://auth.example.com',
  domains: ['example.com'],
  trusted_proxies: ['10.0.0.0/8'],
  identity: {
    oidc: {
      issuer: 'https://id.example.com',
      client_id: 'gatehouse',
      client_secret_file: '/run/secrets/oidc',
    },
  },
  services: Object.entries(services).map(([name, group]) => ({
    host: `${name}.example.com`,
    groups: [group],
  })),
}
