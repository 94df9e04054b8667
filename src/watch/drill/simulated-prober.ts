// A prober whose requests walk through the estate of a drill instead of over a network.
import type { ElementId } from '../../model/layer.ts'
import type { Clock } from '../../world/clock.ts'
import { must } from '../../std/assert.ts'
import { ok } from '../../std/result.ts'
import { classify } from '../contract/classify.ts'
import { replicaName, replicaOf } from '../contract/vantage.ts'
import type { Door, Vantage } from '../door.ts'
import type { ProbeRequest, Prober, ResolveRequest } from '../probe/prober.ts'
import type { Robot, SignInResult } from '../robot/robot.ts'
import { type AnswerKind, type Outcome, answered, brokenAnswer } from './answers.ts'
import type { Dice } from './dice.ts'
import {
  type DrillEstate,
  idpMarker,
  insideResolver,
  markerOf,
  signInOrigin,
} from './drill-estate.ts'
import { type Asker, type Faults, stranger } from './faults.ts'

/** What a simulated prober stands on. */
export interface SimulatedProberOptions {
  readonly estate: DrillEstate
  readonly faults: Faults
  readonly clock: Pick<Clock, 'now'>
  /** Epoch ms at which the drill starts. */
  readonly startAt: number
  readonly dice: Dice
}

/** Prober and robot of a drill. */
export interface SimulatedProbers {
  readonly prober: Prober
  readonly robot: Robot
}

/** What lies on a way, one stage after the other. */
type Stage = readonly ElementId[]

/** From where somebody walks, and who that is. */
interface Walk {
  readonly vantage: Vantage
  readonly asking: Asker
}

const signInMs = 300
const html = { 'content-type': 'text/html; charset=utf-8' } as const

/** Makes them. Same dice, same answers to the same questions. */
export function simulatedProber(options: SimulatedProberOptions): SimulatedProbers {
  const walker = new Walker(options)
  return {
    prober: {
      probe: (request) => Promise.resolve(walker.ask(request, 'stranger')),
      probeSignedIn: ({ authorization, request }) =>
        Promise.resolve(walker.ask(request, authorization === undefined ? 'person' : 'program')),
      resolve: (question) => Promise.resolve(walker.resolve(question)),
    },
    robot: robotOf(walker),
  }
}

class Walker {
  readonly #options: SimulatedProberOptions
  readonly #doors: ReadonlyMap<string, Door>
  readonly #upstreams: ReadonlyMap<string, Door>
  readonly #replicas: readonly ElementId[]
  readonly #gates: readonly ElementId[]

  constructor(options: SimulatedProberOptions) {
    this.#options = options
    const { doors, gates, ingress } = options.estate.config
    this.#doors = new Map(doors.map((door) => [door.host, door]))
    this.#upstreams = new Map(
      doors.flatMap((door) =>
        door.upstream === null ? [] : [[new URL(door.upstream).hostname, door]],
      ),
    )
    this.#replicas = ingress.map((replica): ElementId => `ingress/${replicaName(replica)}`)
    this.#gates = gates.map(
      (origin): ElementId => `gate_new/${replicaOf({ vantage: 'gate', origin }) ?? origin}`,
    )
  }

  ask(request: ProbeRequest, who: Who): Outcome {
    const { config } = this.#options.estate
    const asking = askerOf(request, who)
    if (request.host === 'control.example') return this.#reach(asking, [])
    if (request.host === new URL(signInOrigin).hostname)
      return this.#identityProvider(request.target)
    const direct = this.#upstreams.get(request.host)
    if (direct !== undefined)
      return this.#knock(direct, { vantage: 'upstream', asking }, [serviceOf(direct)])
    const gate = config.gates.findIndex((origin) => new URL(origin).hostname === request.host)
    if (gate >= 0) {
      const asked = this.#doors.get(request.headers['X-Forwarded-Host'] ?? '')
      const stage: Stage = ['gate_new', ...this.#gates.slice(gate, gate + 1)]
      return asked === undefined
        ? answered(404, {}, '')
        : this.#knock(asked, { vantage: 'gate', asking }, [stage])
    }
    const door = this.#doors.get(request.host)
    if (door === undefined) return this.#reach(asking, [['dns']])
    return this.#public(door, request, asking)
  }

  resolve({ family, name, resolver }: ResolveRequest) {
    const dns: Stage = resolver === insideResolver ? ['dns/inside'] : ['dns']
    const asker = { ...stranger, isIpv6: family === 'ipv6', host: name }
    // The question itself goes over whichever family there is.
    const kind =
      this.#strike([['prober']], { ...stranger, host: name }) ?? this.#strike([dns], asker)
    if (kind === null || kind === 'wrong-address') return ok(['192.0.2.1'])
    const outcome = brokenAnswer('nxdomain', placeOf(name, null))
    return outcome.ok ? ok([]) : outcome
  }

  /** A whole sign-in: by the public way, past the gate to the provider and back. */
  signIn(): SignInResult {
    const { config } = this.#options.estate
    const door = must(config.canaries.protected, 'An estate with a robot has a door for it')
    const asker = { ...stranger, host: door.host }
    const ways = config.edge ? this.#throughEdge() : this.#ingress(null)
    const kind =
      this.#strike([['prober'], ...ways, this.#anyGate(), ['idp']], asker) ??
      this.#strike([['gate_check'], serviceOf(door)], { ...asker, signedIn: true })
    if (kind === null)
      return { ok: true, class: 'CONTENT', status: 200, ms: signInMs, detail: 'Signed in' }
    const outcome = brokenAnswer(kind, placeOf(door.host, 'edge'))
    return {
      ok: false,
      class: classify(outcome, { ...config, door, vantage: 'edge', signedIn: false }),
      status: outcome.ok ? outcome.value.status : null,
      ms: signInMs,
      detail: `The sign-in met "${kind}"`,
    }
  }

  #public(door: Door, request: ProbeRequest, asker: Asker): Outcome {
    const { signedIn } = asker
    const pinned = request.address
    const vantage = pinned === null ? 'edge' : 'ingress'
    const isInside = request.resolvers?.includes(insideResolver) === true
    const ways = isInside
      ? [['dns/inside'] as const, ...this.#ingress(null)]
      : pinned === null
        ? this.#throughEdge()
        : this.#ingress(pinned)
    // A stranger at a gated door does not get as far as the service.
    const behind =
      door.tier !== 'required'
        ? [serviceOf(door)]
        : signedIn
          ? [['gate_check'] as const, serviceOf(door)]
          : [this.#anyGate()]
    return this.#knock(door, { vantage, asking: asker }, [...ways, ...behind])
  }

  #throughEdge(): readonly Stage[] {
    return [['dns'], ['edge'], ...this.#ingress(null)]
  }

  /** A replica by its address, or the one that the balancer takes. */
  #ingress(pinned: string | null): readonly Stage[] {
    const chosen =
      pinned === null
        ? this.#replicas[this.#options.dice.below(this.#replicas.length)]
        : this.#replicas.find((replica) => replica === `ingress/${pinned}`)
    return [['ingress', ...(chosen === undefined ? [] : [chosen])]]
  }

  #anyGate(): Stage {
    const chosen = this.#gates[this.#options.dice.below(this.#gates.length)]
    return ['gate_new', ...(chosen === undefined ? [] : [chosen])]
  }

  #identityProvider(target: string): Outcome {
    const host = new URL(signInOrigin).hostname
    const kind = this.#strike([['prober'], ['idp']], { ...stranger, host })
    const isKeys = target.endsWith('/jwks')
    if (kind === 'no-keys' && !isKeys) return answered(200, html, `<h1>${idpMarker}</h1>`)
    if (kind !== null) return brokenAnswer(kind, placeOf(host, null))
    return isKeys
      ? answered(200, { 'content-type': 'application/json' }, '{"keys":[{"kty":"OKP","kid":"1"}]}')
      : answered(200, html, `<h1>${idpMarker}</h1>`)
  }

  #reach(asker: Asker, stages: readonly Stage[]): Outcome {
    const kind = this.#strike([['prober'], ...stages], asker)
    return kind === null ? answered(204, {}, '') : brokenAnswer(kind, placeOf(asker.host, null))
  }

  #knock(door: Door, { asking, vantage }: Walk, stages: readonly Stage[]): Outcome {
    const isExempt = vantage === 'gate' && door.tier !== 'required'
    const asker = { ...asking, isExempt, host: door.host }
    const kind = this.#strike([['prober'], ...stages], asker)
    if (kind !== null) return brokenAnswer(kind, placeOf(door.host, vantage))
    return healthyAnswer(door, vantage, asking.signedIn)
  }

  #strike(stages: readonly Stage[], asker: Asker): AnswerKind | null {
    const { clock, faults, startAt } = this.#options
    const at = clock.now() - startAt
    for (const stage of stages) {
      const kind = faults.strike(stage, asker, at)
      if (kind !== null) return kind
    }
    return null
  }
}

/** Whose credentials a request carries. */
type Who = 'stranger' | 'person' | 'program'

function askerOf({ family, host }: ProbeRequest, who: Who): Asker {
  return {
    ...stranger,
    host,
    signedIn: who !== 'stranger',
    isMachine: who === 'program',
    isIpv6: family === 'ipv6',
  }
}

function serviceOf(door: Door): Stage {
  return ['upstream', `upstream/${door.host}`]
}

function placeOf(host: string, vantage: Vantage | null) {
  return { host, vantage, signInUrl: signInUrl(host) }
}

function signInUrl(host: string): string {
  return `${signInOrigin}/authorize?client_id=gate&state=${host}`
}

function healthyAnswer(door: Door, vantage: Vantage, signedIn: boolean): Outcome {
  if (vantage === 'gate') {
    if (door.tier !== 'required')
      return answered(200, { 'x-gatehouse-decision': 'allow; open' }, '')
    const headers = {
      'x-gatehouse-decision': 'sign-in; no-session',
      location: signInUrl(door.host),
    }
    return answered(302, headers, '')
  }
  if (vantage !== 'upstream' && door.tier === 'required' && !signedIn)
    return answered(302, { location: signInUrl(door.host) }, '')
  return answered(200, html, `<h1>${markerOf(door.host)}</h1>`)
}

/** A robot that has its session at once; a session that is refused was refused before its time. */
function robotOf(walker: Walker): Robot {
  const session = { cookiesFor: () => 'session=of-a-drill' }
  return {
    session: () => Promise.resolve(session),
    renew: () => Promise.resolve({ session, isEarly: true }),
    signInFully: () => Promise.resolve(walker.signIn()),
    close: () => Promise.resolve(),
  }
}
