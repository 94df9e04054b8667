// Where secrets live; what they are is nowhere.
import { describePage, smallEstate } from '../page-cases.fixture.ts'

describePage(
  'secrets',
  smallEstate({
    secrets: {
      about: 'Vault holds them.',
      vault: 'https://vault.example.com',
      secrets: [
        { name: 'oidc', place: 'vault', ref: 'secret/gatehouse#oidc', used_by: ['gatehouse'] },
        { name: 'slack', place: 'kubernetes', ref: 'monitoring/slack/url', rotated: '90d' },
      ],
    },
  }),
)
