// What `generate kubernetes` writes, discovered again: the same hosts, the same tiers.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseAllDocuments } from 'yaml'
import { discoverKubernetes, doorOf } from '../estate-discover.ts'
import { renderKubernetes } from '../estate-render.ts'
import { forwardAuthHeaders } from '../gate-snippet.ts'
import { authTiers } from '../model/service.ts'
import { must } from '../std/assert.ts'
import { readDeclaration } from './estate.fixture.ts'

const service = fc.record({
  auth: fc.constantFrom(...authTiers),
  hasHook: fc.boolean(),
})

test('discoverKubernetes() finds in generated manifests who is asked to sign in', () => {
  fc.assert(
    fc.property(fc.array(service, { minLength: 1, maxLength: 6 }), (all) => {
      const services = all.map(({ auth, hasHook }, i) => ({
        host: `s${i}.example.com`,
        auth,
        reason: 'A test',
        upstream: `http://s${i}.apps:8080`,
        ...(hasHook ? { paths: [{ path: '/hook/**', auth: 'none', reason: 'A test' }] } : {}),
      }))
      const read = readDeclaration({ services })
      const { estate, gate } = must(read.ok ? read.value : null, 'The declaration is right')
      const headers = must(forwardAuthHeaders(gate), 'Its headers can be written')
      const files = renderKubernetes(must(estate, 'It declares an estate'), {
        image: 'gatehouse:1',
        namespace: 'gatehouse',
        headers,
      })
      const objects = files.flatMap(({ text }) =>
        parseAllDocuments(text).map((document): unknown => document.toJS()),
      )
      const { doors, notUnderstood } = discoverKubernetes(objects)
      // The sign-in host has a negated path, so that the auth endpoints are not reached from outside.
      expect(
        notUnderstood.filter(({ object }) => !object.startsWith('IngressRoute gatehouse/')),
      ).toEqual([])
      for (const { auth, host, upstream } of services) {
        const door = doorOf(doors, { host, path: '/' })
        expect(door).toMatchObject({ declared: auth, tier: auth, upstream })
      }
    }),
    { numRuns: 30 },
  )
})
