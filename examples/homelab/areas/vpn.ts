// Ways in from outside that are no web page.
import type { GatehouseConfig } from '../../../src/config.ts'

type Areas = NonNullable<GatehouseConfig['estate']>

/** The overlay of phones and laptops. */
export const vpn: Areas['vpn'] = {
  about:
    'Headscale is the control server; its relays are reached without a sign-in, its pages are not.',
  overlays: [
    {
      name: 'headscale',
      kind: 'headscale',
      cidr: '100.64.0.0/10',
      control: 'headscale.viktorbarzin.me',
      routes: ['10.0.20.0/24', '192.168.1.0/24'],
      about: 'Phones and laptops away from home',
    },
  ],
}
