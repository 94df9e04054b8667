// Overlay networks in one table.
import { describePage, smallEstate } from '../page-cases.fixture.ts'

describePage(
  'vpn',
  smallEstate({
    vpn: {
      about: 'One for people, one for exits.',
      overlays: [
        {
          ...{ name: 'headscale', kind: 'headscale', cidr: '100.64.0.0/10', about: 'Phones' },
          ...{ control: 'hs.example.com', exit_nodes: ['london', 'sofia'], groups: ['family'] },
          routes: ['10.0.0.0/8', '192.168.1.0/24'],
        },
        { name: 'xray', kind: 'xray', cidr: '10.9.0.0/24' },
      ],
    },
  }),
)
