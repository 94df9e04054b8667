// Names to addresses, by a resolver of one's choice, with an end to the waiting.
import { promises as nodeDns } from 'node:dns'
import { type Result, err, ok } from '../std/result.ts'

/** What is asked of whom. */
export interface DnsQuestion {
  readonly name: string
  readonly family: 'ipv4' | 'ipv6'
  /** Address of a resolver, with a port where it is not 53 (`1.1.1.1`, `[::1]:5353`); null: the machine's way. */
  readonly resolver: string | null
  readonly timeoutMs: number
}

/**
 * Why there are no addresses. `no-address` is an answer, that the name does not exist or has no address of
 * that family (RFC 2308; the runtime does not tell them apart), the others are the lack of one.
 */
export interface DnsFault {
  readonly code: 'timeout' | 'no-address' | 'failed'
  readonly detail: string
}

/** Asks for addresses. */
export interface Dns {
  /** At least one address, in the order of the answer, at most {@link addressesMax}. Never rejects. */
  resolve(question: DnsQuestion): Promise<Result<readonly string[], DnsFault>>
}

/** Most addresses that are kept of an answer. */
export const addressesMax = 32

/** The network's resolvers. */
export function realDns(): Dns {
  return { resolve }
}

async function resolve(question: DnsQuestion): Promise<Result<readonly string[], DnsFault>> {
  const { name, timeoutMs } = question
  const asked = question.resolver === null ? lookUp(question) : ask(question, question.resolver)
  const { promise: late, resolve: giveUp } = Promise.withResolvers<Result<never, DnsFault>>()
  const detail = `No answer for "${name}" in ${Math.round(timeoutMs)} ms`
  const timer = setTimeout(() => giveUp(err({ code: 'timeout', detail })), timeoutMs)
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}

/** As every program on this machine: its hosts file counts, too. Cannot be cancelled, only left alone. */
async function lookUp({ name, family }: DnsQuestion): Promise<Result<readonly string[], DnsFault>> {
  try {
    const found = await nodeDns.lookup(name, { all: true, family: family === 'ipv4' ? 4 : 6 })
    return kept(
      name,
      family,
      found.map(({ address }) => address),
    )
  } catch (cause) {
    return err(faultOf(name, cause))
  }
}

async function ask(
  { name, family, timeoutMs }: DnsQuestion,
  server: string,
): Promise<Result<readonly string[], DnsFault>> {
  try {
    const resolver = new nodeDns.Resolver({ timeout: Math.ceil(timeoutMs), tries: 1 })
    resolver.setServers([server])
    const found = await (family === 'ipv4' ? resolver.resolve4(name) : resolver.resolve6(name))
    return kept(name, family, found)
  } catch (cause) {
    return err(faultOf(name, cause))
  }
}

function kept(
  name: string,
  family: string,
  addresses: readonly string[],
): Result<readonly string[], DnsFault> {
  if (addresses.length > 0) return ok(addresses.slice(0, addressesMax))
  return err({ code: 'no-address', detail: `"${name}" has no ${family} address` })
}

/** Error codes of c-ares and getaddrinfo, as node spells them. */
const faultCodes: Readonly<Record<string, DnsFault['code']>> = {
  ENOTFOUND: 'no-address',
  ENODATA: 'no-address',
  ETIMEOUT: 'timeout',
}

function faultOf(name: string, cause: unknown): DnsFault {
  const code =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return {
    code: faultCodes[code] ?? 'failed',
    detail: `Resolving "${name}" failed: "${code === '' ? String(cause) : code}"`,
  }
}

/** Knows the names of `records` (`app.example.com`: addresses of both families) and no other. */
export function fakeDns(records: Readonly<Record<string, readonly string[]>>): Dns {
  return {
    resolve: async ({ name, family }) => {
      const addresses = records[name]
      if (addresses === undefined)
        return err({ code: 'no-address', detail: `Resolving "${name}" failed: "ENOTFOUND"` })
      return kept(
        name,
        family,
        addresses.filter((address) => address.includes(':') === (family === 'ipv6')),
      )
    },
  }
}
