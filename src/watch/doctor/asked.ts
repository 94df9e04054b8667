// Checks that ask: the identity provider and its clock, and the names of all doors.
import type { Clock } from '../../world/clock.ts'
import type { WatchConfig } from '../config.ts'
import type { Observation } from '../door.ts'
import type { Prober } from '../probe/prober.ts'
import { urlTarget } from '../probe/url-target.ts'
import { inTurns } from '../why/ask.ts'
import { type DoctorCheck, checkOf } from './check.ts'

/** What asking needs. */
export interface AskedContext {
  readonly config: WatchConfig
  readonly prober: Prober
  readonly clock: Pick<Clock, 'now'>
  readonly timeoutMs: number
}

/** The identity provider by the probes of the watch. */
export function identityProviderCheck(
  { identityProvider }: WatchConfig,
  observations: readonly Observation[],
): DoctorCheck {
  const title = 'The identity provider'
  const id = 'identity-provider'
  if (identityProvider === null)
    return checkOf({
      id,
      status: 'unknown',
      title,
      detail: 'None is declared: the gate has accounts of its own',
    })
  const own = observations.filter(({ probe }) => probe === 'idp' || probe === 'idp_jwks')
  const failing = own.filter(({ ok }) => !ok)
  return checkOf(
    {
      id,
      status: failing.length > 0 ? 'wrong' : 'well',
      title,
      detail: failing.length > 0 ? 'Nobody new may get in' : 'Its page and its keys are there',
    },
    failing.map(({ detail, probe }) => `${probe === 'idp' ? 'page' : 'keys'}: ${detail}`),
  )
}

/** Seconds that clocks may differ: OpenID Connect's tokens live for minutes, one-time codes for 30 s. */
const skewDoubtSeconds = 10
const skewWrongSeconds = 60

/** The clock of the identity provider against ours, by its header Date (RFC 9110 section 6.6.1). */
export async function clockCheck(context: AskedContext): Promise<DoctorCheck> {
  const title = 'The clock'
  const id = 'clock'
  const unknown = (detail: string): DoctorCheck => checkOf({ id, status: 'unknown', title, detail })
  const { clock, config, prober, timeoutMs } = context
  const url = URL.parse(config.identityProvider?.url ?? config.control[0] ?? '')
  const target = url === null ? null : urlTarget(url)
  if (target === null) return unknown('There is nobody to compare it with')
  const { verifyTls } = config
  const plain = { address: null, family: 'any', method: 'GET', headers: {} } as const
  const outcome = await prober.probe({ ...target, ...plain, timeoutMs, verifyTls })
  const date = outcome.ok ? Date.parse(outcome.value.headers.get('date') ?? '') : Number.NaN
  if (Number.isNaN(date)) return unknown(`${target.host} does not say what time it is`)
  return checkOf({ id, title, ...skewOf(Math.round((clock.now() - date) / 1000), target.host) })
}

/** `seconds` that our clock is ahead of the one at `host`. */
function skewOf(seconds: number, host: string): Pick<DoctorCheck, 'status' | 'detail'> {
  const off = Math.abs(seconds)
  if (off < skewDoubtSeconds)
    return { status: 'well', detail: `Within ${skewDoubtSeconds} seconds of that of ${host}` }
  const detail =
    seconds > 0
      ? `${off} seconds ahead of that of ${host}: its tokens look old`
      : `${off} seconds behind that of ${host}: its tokens look as if from the future`
  return { status: off >= skewWrongSeconds ? 'wrong' : 'doubtful', detail }
}

const namesMax = 2000

/** Whether every public name has an address, and where those lead that lead elsewhere. */
export async function dnsCheck(context: AskedContext): Promise<DoctorCheck> {
  const title = 'Public names'
  const id = 'dns'
  const { config } = context
  if (!config.edge)
    return checkOf({
      id,
      status: 'unknown',
      title,
      detail: '"edge" is off: no public name leads here',
    })
  const names = [...new Set(config.doors.map(({ host }) => host))].slice(0, namesMax)
  const found = await inTurns(names, (name) => addressesOf(context, name))
  const missing = found.filter(({ addresses }) => addresses.length === 0)
  const usual = mostFrequent(found.map(({ addresses }) => addresses.join(' ')))
  const odd = found.filter(({ addresses }) => addresses.length > 0 && addresses.join(' ') !== usual)
  const atProxy = config.ingress.filter(({ address }) => usual.split(' ').includes(address)).length
  const where = atProxy > 0 ? ', which is the reverse proxy itself' : ''
  return checkOf(
    {
      id,
      status: missing.length > 0 ? 'wrong' : odd.length > 0 ? 'doubtful' : 'well',
      title,
      detail: `${names.length - missing.length} of ${names.length} have an address${usual === '' ? '' : `, most ${usual}${where}`}`,
    },
    [
      ...missing.map(({ detail, name }) => `${name}: ${detail}`),
      ...odd.map(({ addresses, name }) => `${name}: leads elsewhere, to ${addresses.join(' ')}`),
    ],
  )
}

interface Found {
  readonly name: string
  /** Sorted; both families. */
  readonly addresses: readonly string[]
  readonly detail: string
}

async function addressesOf(context: AskedContext, name: string): Promise<Found> {
  const { config, prober, timeoutMs } = context
  const asked = { name, resolver: config.resolvers[0] ?? null, timeoutMs }
  const [ipv4, ipv6] = await Promise.all([
    prober.resolve({ ...asked, family: 'ipv4' }),
    prober.resolve({ ...asked, family: 'ipv6' }),
  ])
  const addresses = [ipv4, ipv6].flatMap((one) => (one.ok ? one.value : []))
  return { name, addresses: addresses.toSorted(), detail: ipv4.ok ? '' : ipv4.error.detail }
}

/** The text that comes most often, of several the first by name; empty for none. */
function mostFrequent(texts: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const text of texts) if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1)
  const ranked = [...counts].toSorted(([a, one], [b, two]) => two - one || (a < b ? -1 : 1))
  return ranked[0]?.[0] ?? ''
}
