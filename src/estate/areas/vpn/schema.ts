// What is declared of overlay networks: who is in them and where they come out.
import { choice, list, optional, required, defaulted, section } from '../../../std/schema/schema.ts'
import { networkText } from '../../../model/setting-text.ts'
import { entries, nameText, namesList, sentenceText } from '../../setting.ts'

const overlaySchema = section({
  name: required('Name of the overlay', nameText('headscale')),
  kind: required(
    'What it runs on',
    choice(['headscale', 'tailscale', 'wireguard', 'openvpn', 'xray']),
  ),
  cidr: required('Its range', networkText()),
  control: optional('Host of its control server', nameText('headscale.example.com')),
  exit_nodes: namesList('Nodes through which traffic leaves', 'exit-london'),
  groups: namesList('Groups whose members may join', 'family'),
  routes: defaulted('Networks reached through it', list(networkText(), { min: 0, max: 100 }), []),
  about: optional('What it is for', sentenceText('Phones and laptops away from home')),
})

/** The section `estate.vpn`. */
export const vpnSchema = section({
  about: optional('For the documentation', sentenceText('One overlay, two exits')),
  overlays: entries('Overlay networks', overlaySchema),
})
