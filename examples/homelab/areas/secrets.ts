// Where secrets live, and who needs them.
import type { GatehouseConfig } from '../../../src/config.ts'

type Areas = NonNullable<GatehouseConfig['estate']>

/** Vault, and what the cluster takes from it. */
export const secrets: Areas['secrets'] = {
  about: 'Vault holds what the stacks need; nothing stands in the repository.',
  vault: 'https://vault.viktorbarzin.me',
  secrets: [
    {
      name: 'gatehouse-oidc',
      place: 'vault',
      ref: 'secret/gatehouse#client_secret',
      used_by: ['gatehouse'],
    },
    {
      name: 'authentik-token',
      place: 'vault',
      ref: 'secret/authentik#api_token',
      used_by: ['gatehouse', 'authentik'],
    },
    {
      name: 'uptime-kuma-api-key',
      place: 'vault',
      ref: 'secret/uptime-kuma#api_key',
      used_by: ['uptime-kuma'],
    },
    {
      name: 'cloudflare-token',
      place: 'vault',
      ref: 'secret/cloudflare#token',
      used_by: ['cloudflared'],
    },
    {
      name: 'slack-webhook',
      place: 'vault',
      ref: 'secret/monitoring#slack',
      used_by: ['monitoring'],
    },
  ],
}
