// The complete example, to be changed in one place, and what is found then and was not before.
import { config } from '../../examples/homelab/gatehouse.ts'
import type { GatehouseConfig } from '../../src/config.ts'
import { readDeclaration } from '../../src/config/estate.fixture.ts'
import { must } from '../../src/std/assert.ts'

type Service = GatehouseConfig['services'][number]
type Areas = NonNullable<GatehouseConfig['estate']>

/** The example, to be changed. */
export interface House {
  readonly services: Service[]
  readonly estate: Areas
  service(name: string): Service
  volume(name: string): NonNullable<NonNullable<Areas['storage']>['volumes']>[number]
  area<K extends keyof Areas>(name: K): NonNullable<Areas[K]>
}

/** A copy of the example. */
export function house(): House {
  const { estate, services } = structuredClone(config)
  const areas = must(estate, 'The example has an estate')
  function area<K extends keyof Areas>(name: K): NonNullable<Areas[K]> {
    const found: Areas[K] = areas[name]
    if (found === undefined || found === null) throw new Error(`It declares no ${name}`)
    return found
  }
  return {
    services,
    estate: areas,
    area,
    service: (name) =>
      must(
        services.find(({ host }) => host === `${name}.viktorbarzin.me`),
        `It declares ${name}`,
      ),
    volume: (name) =>
      must(
        area('storage').volumes?.find((volume) => volume.name === name),
        `It declares ${name}`,
      ),
  }
}

/** Every finding, without its place: that of a host is its number. */
export function findingsOf({ estate, services }: House): readonly string[] {
  const read = readDeclaration({ ...config, estate, services })
  return (read.ok ? read.value.warnings : read.error).map(({ id, message }) => `${id}: ${message}`)
}

/** What is found in the example as it is. */
export const known = findingsOf(house())

/** What is in `all` more often than in `others`. */
function more(all: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others]
  return all.filter((one) => {
    const at = left.indexOf(one)
    if (at !== -1) left.splice(at, 1)
    return at === -1
  })
}

/** One change, what comes of it and what goes. */
export interface Mutation {
  readonly what: string
  readonly change: (house: House) => void
  readonly comes?: readonly string[]
  readonly goes?: readonly string[]
}

/** What comes of a change, and what goes. */
export function difference(change: Mutation['change']): {
  readonly comes: readonly string[]
  readonly goes: readonly string[]
} {
  const changed = house()
  change(changed)
  const found = findingsOf(changed)
  return { comes: more(found, known), goes: more(known, found) }
}
