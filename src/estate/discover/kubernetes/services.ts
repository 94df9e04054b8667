// Service objects (v1): the port behind a name, and names that lead out of the cluster.
import { type Json, listAt, numberAt, textAt } from '../json.ts'

/** What a route says of where it leads. */
export interface BackendReference {
  readonly namespace: string
  readonly name: string
  /** A number, or the name of a port of the service; null: none is said. */
  readonly port: number | string | null
}

interface KnownService {
  /** Null: it is in the cluster. */
  readonly externalName: string | null
  readonly ports: readonly { readonly name: string | null; readonly number: number }[]
}

/** All services of a cluster that were read. */
export class Services {
  readonly #known = new Map<string, KnownService>()

  constructor(objects: readonly Json[]) {
    for (const object of objects) {
      const name = textAt(object, 'metadata', 'name')
      if (textAt(object, 'kind') !== 'Service' || name === null) continue
      const namespace = textAt(object, 'metadata', 'namespace') ?? 'default'
      const isExternal = textAt(object, 'spec', 'type') === 'ExternalName'
      this.#known.set(`${namespace}/${name}`, {
        externalName: isExternal ? textAt(object, 'spec', 'externalName') : null,
        ports: listAt(object, 'spec', 'ports').flatMap((port) => {
          const number = numberAt(port, 'port')
          return number === null ? [] : [{ name: textAt(port, 'name'), number }]
        }),
      })
    }
  }

  /**
   * `http://grafana.monitoring:3000`, or the name outside that a service of type ExternalName stands for. A
   * named port is looked up; where its service was not read, or has no such port, none is written.
   */
  upstreamOf({ name, namespace, port }: BackendReference): string {
    const service = this.#known.get(`${namespace}/${name}`)
    const host = service?.externalName ?? `${name}.${namespace}`
    const number = typeof port === 'string' ? numberOf(port, service) : port
    return `http://${host}${number === null ? '' : `:${number}`}`
  }
}

function numberOf(port: string, service: KnownService | undefined): number | null {
  if (/^\d{1,5}$/.test(port)) return Number(port)
  return service?.ports.find(({ name }) => name === port)?.number ?? null
}
