// Traefik's middlewares as Kubernetes objects: which of them, through whatever chains, ask a gate.
import { type Json, at, listAt, textAt } from '../json.ts'
import type { KubernetesSettings } from './settings.ts'

/** What a chain of middlewares comes to. */
export interface MiddlewareMeaning {
  readonly tier: 'required' | 'public' | null
  /** References that lead nowhere that we know, and chains that lead back to themselves. */
  readonly unknown: readonly string[]
  /** True when the only gate that is asked is one of ours, which knows more tiers than one. */
  readonly isOurs: boolean
}

interface KnownMiddleware {
  readonly isForwardAuth: boolean
  readonly isOurs: boolean
  /** References of a chain, as `namespace/name`. */
  readonly chain: readonly string[]
}

/** Where every Gatehouse answers proxies. */
const ourPath = /\/_gatehouse\/auth\//

/** Deepest chain of chains that is followed. */
const chainDepthMax = 20

function unknownMeaning(reference: string): MiddlewareMeaning {
  return { tier: null, unknown: [reference], isOurs: false }
}

/** All middlewares of a cluster. */
export class Middlewares {
  readonly #known = new Map<string, KnownMiddleware>()
  /** Traefik's form of a reference: `namespace-name`. */
  readonly #byReference = new Map<string, string>()
  readonly #settings: KubernetesSettings
  /** What was found out already: a chain that stands in many places is followed once. */
  readonly #meanings = new Map<string, MiddlewareMeaning>()

  constructor(objects: readonly Json[], settings: KubernetesSettings) {
    this.#settings = settings
    for (const object of objects) this.#learn(object)
  }

  #learn(object: Json): void {
    const name = textAt(object, 'metadata', 'name')
    const namespace = textAt(object, 'metadata', 'namespace') ?? 'default'
    if (textAt(object, 'kind') !== 'Middleware' || name === null) return
    const chain = listAt(object, 'spec', 'chain', 'middlewares').flatMap((link) => {
      const linked = textAt(link, 'name')
      return linked === null ? [] : [`${textAt(link, 'namespace') ?? namespace}/${linked}`]
    })
    const isForwardAuth = at(object, 'spec', 'forwardAuth') !== undefined
    const isOurs = ourPath.test(textAt(object, 'spec', 'forwardAuth', 'address') ?? '')
    this.#known.set(`${namespace}/${name}`, { isForwardAuth, isOurs, chain })
    this.#byReference.set(`${namespace}-${name}`, `${namespace}/${name}`)
  }

  /** Meaning of references as an Ingress writes them: `ns-name@kubernetescrd`, separated by commas. */
  ofAnnotation(annotation: string): MiddlewareMeaning {
    const references = annotation
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
    return this.#together(
      references.map((reference) => {
        const declared = this.#declared(reference)
        if (declared !== null) return { tier: declared, unknown: [], isOurs: false }
        const id = this.#byReference.get(reference.replace(/@kubernetescrd$/, ''))
        return id === undefined ? unknownMeaning(reference) : this.#of(id, [])
      }),
    )
  }

  /** Meaning of `namespace/name` references. */
  ofNames(names: readonly string[]): MiddlewareMeaning {
    return this.#together(names.map((name) => this.#of(name, [])))
  }

  /** `above`: the chains on the way here. One that is met again is left by Traefik as well, and named. */
  #of(id: string, above: readonly string[]): MiddlewareMeaning {
    const found = this.#meanings.get(id)
    if (found !== undefined) return found
    if (above.includes(id)) return unknownMeaning(id)
    const meaning = this.#meaningOf(id, above)
    this.#meanings.set(id, meaning)
    return meaning
  }

  #meaningOf(id: string, above: readonly string[]): MiddlewareMeaning {
    const declared = this.#declared(`${id.replace('/', '-')}@kubernetescrd`)
    if (declared !== null) return { tier: declared, unknown: [], isOurs: false }
    const known = this.#known.get(id)
    if (known === undefined || above.length > chainDepthMax) return unknownMeaning(id)
    if (known.isForwardAuth) return { tier: 'required', unknown: [], isOurs: known.isOurs }
    return this.#together(known.chain.map((link) => this.#of(link, [...above, id])))
  }

  #declared(reference: string): 'required' | 'public' | null {
    if (this.#settings.requiredMiddleware.includes(reference)) return 'required'
    return this.#settings.publicMiddleware.includes(reference) ? 'public' : null
  }

  /** The strictest of all: a request passes every one of them. */
  #together(meanings: readonly MiddlewareMeaning[]): MiddlewareMeaning {
    const tiers = meanings.map(({ tier }) => tier)
    const open = tiers.includes('public') ? 'public' : null
    const gates = meanings.filter(({ tier }) => tier !== null)
    return {
      isOurs: gates.length > 0 && gates.every(({ isOurs }) => isOurs),
      tier: tiers.includes('required') ? 'required' : open,
      unknown: [...new Set(meanings.flatMap(({ unknown }) => unknown))],
    }
  }
}
