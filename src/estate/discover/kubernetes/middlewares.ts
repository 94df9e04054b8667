// Traefik's middlewares as Kubernetes objects: which of them, through whatever chains, ask a gate.
import { type Json, at, listAt, textAt } from '../json.ts'
import type { KubernetesSettings } from './settings.ts'

/** What a chain of middlewares comes to. */
export interface MiddlewareMeaning {
  readonly tier: 'required' | 'public' | null
  /** References that lead nowhere that we know. */
  readonly unknown: readonly string[]
}

interface KnownMiddleware {
  readonly isForwardAuth: boolean
  /** References of a chain, as `namespace/name`. */
  readonly chain: readonly string[]
}

/** Deepest chain of chains that is followed; a cycle ends there as well. */
const chainDepthMax = 20

/** All middlewares of a cluster. */
export class Middlewares {
  readonly #known = new Map<string, KnownMiddleware>()
  /** Traefik's form of a reference: `namespace-name`. */
  readonly #byReference = new Map<string, string>()
  readonly #settings: KubernetesSettings

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
    this.#known.set(`${namespace}/${name}`, { isForwardAuth, chain })
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
        if (declared !== null) return { tier: declared, unknown: [] }
        const id = this.#byReference.get(reference.replace(/@kubernetescrd$/, ''))
        return id === undefined ? { tier: null, unknown: [reference] } : this.#of(id, 0)
      }),
    )
  }

  /** Meaning of `namespace/name` references. */
  ofNames(names: readonly string[]): MiddlewareMeaning {
    return this.#together(names.map((name) => this.#of(name, 0)))
  }

  #of(id: string, depth: number): MiddlewareMeaning {
    const declared = this.#declared(`${id.replace('/', '-')}@kubernetescrd`)
    if (declared !== null) return { tier: declared, unknown: [] }
    const known = this.#known.get(id)
    if (known === undefined || depth > chainDepthMax) return { tier: null, unknown: [id] }
    if (known.isForwardAuth) return { tier: 'required', unknown: [] }
    return this.#together(known.chain.map((link) => this.#of(link, depth + 1)))
  }

  #declared(reference: string): 'required' | 'public' | null {
    if (this.#settings.requiredMiddleware.includes(reference)) return 'required'
    return this.#settings.publicMiddleware.includes(reference) ? 'public' : null
  }

  /** The strictest of all: a request passes every one of them. */
  #together(meanings: readonly MiddlewareMeaning[]): MiddlewareMeaning {
    const tiers = meanings.map(({ tier }) => tier)
    const open = tiers.includes('public') ? 'public' : null
    return {
      tier: tiers.includes('required') ? 'required' : open,
      unknown: [...new Set(meanings.flatMap(({ unknown }) => unknown))],
    }
  }
}
