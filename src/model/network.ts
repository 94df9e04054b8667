// IP addresses and networks: the one place that knows how they are written (ipaddr.js inside).
import ipaddr from 'ipaddr.js'
import { type Result, err, ok } from '../std/result.ts'

/** An address in canonical text form; IPv4-mapped IPv6 is written as IPv4. */
export type Address = string

/** A set of networks; `contains` is false for anything that is not an address. */
export interface NetworkSet {
  readonly cidrs: readonly string[]
  contains(address: Address | null): boolean
}

type Cidr = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Canonical form of an address without port or zone, or null. Only four-part decimal IPv4 counts. */
export function parseAddress(text: string): Address | null {
  const parsed = parse(text)
  return parsed === null ? null : parsed.toString()
}

function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (text.length > 45) return null
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return null
  return ipaddr.process(text)
}

/** `10.0.0.0/8`, `fd00::/8` or a single address. Host bits set in the network part are an error. */
export function parseCidr(text: string): Result<string, 'malformed-network'> {
  const cidr = readCidr(text)
  return cidr === null ? err('malformed-network') : ok(`${cidr[0].toString()}/${cidr[1]}`)
}

function readCidr(text: string): Cidr | null {
  const slash = text.indexOf('/')
  const address = parse(slash === -1 ? text : text.slice(0, slash))
  if (address === null) return null
  const bits = address.kind() === 'ipv4' ? 32 : 128
  if (slash === -1) return [address, bits]
  const suffix = text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(suffix) || Number(suffix) > bits) return null
  const prefix = Number(suffix)
  return hostBitsAreZero(address.toByteArray(), prefix) ? [address, prefix] : null
}

function hostBitsAreZero(bytes: readonly number[], prefix: number): boolean {
  return bytes.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, prefix - i * 8))
    return (byte & (0xff >> bits)) === 0
  })
}

/** Builds a set from validated CIDR texts (see {@link parseCidr}); unreadable ones are left out. */
export function networkSet(cidrs: readonly string[]): NetworkSet {
  const ranges = cidrs.map(readCidr).filter((cidr) => cidr !== null)
  return {
    cidrs,
    contains: (address) => {
      const parsed = address === null ? null : parse(address)
      if (parsed === null) return false
      return ranges.some(
        ([network, prefix]) => network.kind() === parsed.kind() && parsed.match(network, prefix),
      )
    },
  }
}

/**
 * The network that an address is counted under: its /24 (IPv4) or /64 (IPv6), as CIDR text. One home or
 * one host has a whole /64, so counting single IPv6 addresses would count nothing. `unknown` for null.
 */
export function neighbourhood(address: Address | null): string {
  const parsed = address === null ? null : parse(address)
  if (parsed === null) return 'unknown'
  const bits = parsed.kind() === 'ipv4' ? 24 : 64
  const bytes = parsed.toByteArray().map((byte, i) => (i * 8 < bits ? byte : 0))
  return `${ipaddr.fromByteArray(bytes).toString()}/${bits}`
}
