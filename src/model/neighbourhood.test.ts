// The network that attempts are counted under.
import { expect, test } from 'bun:test'
import { neighbourhood, site } from './network.ts'

const cases = [
  ['203.0.113.7', '203.0.113.0/24'],
  ['203.0.113.255', '203.0.113.0/24'],
  ['203.0.114.7', '203.0.114.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::', '2001:db8:1:3::/64'],
  [null, 'unknown'],
  ['not an address', 'unknown'],
] as const

for (const [address, network] of cases) {
  test(`neighbourhood of ${address ?? 'no address'} is ${network}`, () => {
    expect(neighbourhood(address)).toBe(network)
  })
}

const sites = [
  ['203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
  ['2001:db8:1:ffff::', '2001:db8:1::/48'],
  ['2001:db8:2::', '2001:db8:2::/48'],
  [null, 'unknown'],
] as const

for (const [address, network] of sites) {
  test(`site of ${address ?? 'no address'} is ${network}`, () => {
    expect(site(address)).toBe(network)
  })
}
