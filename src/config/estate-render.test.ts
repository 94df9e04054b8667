// Generated manifests and monitors: golden files, and what any Kubernetes or Uptime Kuma would ask of them.
import { describe, expect, test } from 'bun:test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { parseAllDocuments } from 'yaml'
import { renderKubernetes, renderMonitors } from '../estate-render.ts'
import { forwardAuthHeaders } from '../gate-snippet.ts'
import { must } from '../std/assert.ts'
import { estateOf, readDeclaration, smallHouse } from './estate.fixture.ts'

const read = readDeclaration(smallHouse)
const house = must(read.ok ? read.value : null, 'The small house is right')
const estate = must(house.estate, 'It declares an estate')
const headers = must(forwardAuthHeaders(house.gate), 'Its headers can be written')
const input = { image: 'gatehouse:1.2.3', namespace: 'gatehouse', headers }

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: Readonly<Record<string, never>> & {
    readonly rules?: readonly {
      readonly host: string
      readonly http: {
        readonly paths: readonly { readonly path: string; readonly backend: unknown }[]
      }
    }[]
    readonly forwardAuth?: {
      readonly authResponseHeaders: readonly string[]
      readonly authRequestHeaders: readonly string[]
    }
    readonly headers?: { readonly customRequestHeaders: Readonly<Record<string, string>> }
  }
}

const files = renderKubernetes(estate, input)
const manifests = files.flatMap(({ text }) =>
  parseAllDocuments(text).map((document) => document.toJS() as Manifest),
)
const ofKind = (kind: string): readonly Manifest[] => manifests.filter((one) => one.kind === kind)
const ingress = (name: string): Manifest =>
  must(ofKind('Ingress').find(({ metadata }) => metadata.name === name) ?? null, `Ingress ${name}`)

/** Compares with the golden file; GATEHOUSE_WRITE_GOLDEN=1 writes it. */
function golden(
  folder: string,
  { path, text }: { readonly path: string; readonly text: string },
): void {
  const file = join(import.meta.dir, '../estate/render', folder, 'golden', path)
  if (process.env['GATEHOUSE_WRITE_GOLDEN'] === '1') {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  expect(text).toBe(readFileSync(file, 'utf8'))
}

describe('renderKubernetes()', () => {
  test.each(files.map((file) => [file.path, file] as const))('%s is the golden file', (_, file) => {
    golden('kubernetes', file)
  })

  test('writes the same bytes for the same estate', () => {
    expect(renderKubernetes(estateOf(smallHouse), input)).toEqual(files)
  })

  test('gives each object a version, a kind and a name that Kubernetes takes, once', () => {
    const seen = new Set<string>()
    for (const { apiVersion, kind, metadata } of manifests) {
      expect(apiVersion).toMatch(/^([a-z0-9.]+\/)?v1([a-z]+\d)?$/)
      expect(metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
      const id = `${kind} ${metadata.namespace ?? ''} ${metadata.name}`
      expect([id, seen.has(id)]).toEqual([id, false])
      seen.add(id)
    }
  })

  test('asks the gate wherever a path may ask for a sign-in, and nowhere else', () => {
    const reference = 'gatehouse-gatehouse@kubernetescrd'
    const middlewares = (name: string): string | undefined =>
      ingress(name).metadata.annotations?.['traefik.ingress.kubernetes.io/router.middlewares']
    expect(middlewares('grafana-example-com')).toBe(reference)
    expect(middlewares('wiki-example-com')).toBeUndefined()
    expect(middlewares('hook-example-com')).toBeUndefined()
    const pathsOf = (name: string) =>
      ingress(name).spec.rules?.[0]?.http.paths.map(({ path }) => path)
    expect(pathsOf('grafana-example-com')).toEqual(['/'])
    expect(pathsOf('hook-example-com')).toEqual(['/in'])
  })

  test('names the hosts that it leaves out', () => {
    const text = files.find(({ path }) => path === 'ingresses.yaml')?.text ?? ''
    expect(text).toContain('Left out, without an upstream in the cluster: nas.example.com')
    expect(
      ofKind('Ingress').flatMap(({ spec }) => spec.rules?.map(({ host }) => host)),
    ).not.toContain('nas.example.com')
  })

  test('lets no client say who it is', () => {
    const [, strip, auth] = ofKind('Middleware')
    const dropped = Object.keys(strip?.spec.headers?.customRequestHeaders ?? {})
    expect(dropped).toContain('Remote-User')
    expect(dropped.some((name) => name.includes('_'))).toBe(true)
    expect(auth?.spec.forwardAuth?.authResponseHeaders).toContain('Remote-Groups')
    expect(auth?.spec.forwardAuth?.authRequestHeaders).not.toContain('Remote-User')
  })

  test('gives the gate a memory volume that its limit has room for', () => {
    const text = files.find(({ path }) => path === 'gate.yaml')?.text ?? ''
    expect(text).toContain('sizeLimit: 32Mi')
    expect(text).toContain('memory: 256Mi')
    expect(text).toContain('readOnlyRootFilesystem: true')
    expect(text).toContain('path: /readyz')
  })

  test('names every host that it leaves out where it leaves out all', () => {
    const services = [{ host: 'nas.example.com' }, { host: 'tv.example.com' }]
    const file = renderKubernetes(estateOf({ services }), input).find(
      ({ path }) => path === 'ingresses.yaml',
    )
    expect(file?.text).toContain('Left out, without an upstream in the cluster: nas.example.com')
    expect(file?.text).toContain('tv.example.com')
  })

  test('leaves out the files that would be empty', () => {
    const empty = renderKubernetes(estateOf({}), input).map(({ path }) => path)
    expect(empty).toEqual(['gate.yaml', 'middleware.yaml'])
  })

  test('sends a host through the gate as a whole if any of its paths asks for a sign-in', () => {
    const paths = fc.uniqueArray(
      fc.record({
        path: fc.constantFrom('/a/**', '/b/*/c', '/d.png', '/**'),
        auth: fc.constantFrom('none', 'app', 'public', 'required'),
        reason: fc.constant('Said'),
      }),
      { selector: (entry) => entry.path, minLength: 1 },
    )
    fc.assert(
      fc.property(paths, fc.constantFrom('required', 'none'), (declared, auth) => {
        const one = {
          host: 'a.example.com',
          auth,
          reason: 'Said',
          paths: declared,
          upstream: 'http://a.b:1',
        }
        const estateOfOne = estateOf({ services: [one] })
        const objects = renderKubernetes(estateOfOne, input)
          .filter((file) => file.path === 'ingresses.yaml')
          .flatMap(({ text }) =>
            parseAllDocuments(text).map((document) => document.toJS() as Manifest),
          )
        expect(objects).toHaveLength(1)
        const tiers = estateOfOne.services.flatMap(({ rules }) => rules.map((rule) => rule.auth))
        const isAsked = tiers.some((tier) => tier === 'required' || tier === 'public')
        const annotations = Object.keys(objects[0]?.metadata.annotations ?? {})
        expect(annotations.includes('traefik.ingress.kubernetes.io/router.middlewares')).toBe(
          isAsked,
        )
      }),
      { numRuns: 50 },
    )
  })
})

describe('renderMonitors()', () => {
  interface Monitor {
    readonly name: string
    readonly url: string
    readonly interval: number
    readonly accepted_statuscodes: readonly string[]
    readonly maxredirects: number
  }
  const [file] = renderMonitors(estate)
  const { monitorList } = JSON.parse(file?.text ?? '{}') as {
    readonly monitorList: readonly Monitor[]
  }
  const monitor = (name: string) => monitorList.find((one) => one.name === name)

  test('is the golden file', () => {
    golden('uptime-kuma', must(file ?? null, 'There is a file'))
  })

  test('accepts nothing but the redirect where the gate decides', () => {
    expect(monitor('[External] grafana.example.com')).toMatchObject({
      accepted_statuscodes: ['302'],
      maxredirects: 0,
      interval: 300,
    })
  })

  test('never follows a redirect, and never accepts a 400 but where a guard may', () => {
    for (const { accepted_statuscodes: codes, maxredirects, name } of monitorList) {
      expect(maxredirects).toBe(0)
      if (!name.startsWith('[Guard]')) expect(codes.join()).not.toContain('400')
    }
  })

  test('takes path, interval and statuses of a monitor that has its own', () => {
    expect(monitor('[External] wiki.example.com')).toMatchObject({
      url: 'https://wiki.example.com/health',
      interval: 60,
    })
    expect(monitor('[External] blog.example.com')?.accepted_statuscodes).toEqual(['200'])
  })

  test('guards an open path against a redirect', () => {
    const guard = monitor('[Guard] grafana.example.com/public')
    expect(guard?.accepted_statuscodes.some((codes) => codes.startsWith('3'))).toBe(false)
  })
})
