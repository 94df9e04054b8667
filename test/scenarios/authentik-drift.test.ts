// `gatehouse drift authentik` against the stand-in, over HTTP: nothing, something with who and when, and
// every way in which authentik cannot be read.
import { describe, expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { type Drifting, withDrifting } from '../support/drifting.ts'

const declared = `
  authentication:
    providers: [{ name: authentik, kind: authentik }]
    outposts:
      - name: embedded
        authentik_name: authentik Embedded Outpost
        managed: true
        sessions: postgresql
        volume: shm
        validity: 7d
        config: { kubernetes_json_patches: { deployment: [{ op: add, path: /spec/volumes, value: [] }] } }
    groups: [{ name: staff }, { name: admins, superuser: true }]
    break_glass: [admins]
    authentik: { per_service: true }
  storage: { volumes: [{ name: shm, medium: memory, size: 64MiB }] }
`

const services = `
  - { host: grafana.example.com, name: Grafana, groups: [staff] }
  - { host: wiki.example.com, name: Wiki, groups: [staff] }
`

const bindings = [{ group: 'staff' }, { group: 'admins' }]

const house = {
  providers: ['Grafana', 'Wiki'].map((name) => ({
    name: `${name.toLowerCase()}.example.com`,
    external_host: `https://${name.toLowerCase()}.example.com`,
    access_token_validity: 'hours=168',
    application: { name, slug: `${name.toLowerCase()}-example-com`, bindings },
  })),
  outpost: {
    name: 'authentik Embedded Outpost',
    managed: 'goauthentik.io/outposts/embedded',
    config: {
      authentik_host: 'https://id.example.com/',
      kubernetes_json_patches: {
        deployment: [{ op: 'add', path: '/spec/volumes', value: [] }],
      },
    },
  },
  managed: { groups: { admins: { is_superuser: true }, staff: {} } },
}

function story(name: string, tell: (drifting: Drifting) => Promise<void>): void {
  scenario(name, {}, () => withDrifting({ house, services, declared }, tell))
}

describe('gatehouse drift authentik', () => {
  story('no difference is exit 0, whatever is written otherwise', async ({ drift, authentik }) => {
    const { code, out, error } = await drift()
    expect([code, error]).toEqual([0, ''])
    expect(out).toContain('Plan: 0 to add, 0 to change, 0 to destroy.')
    expect(out).toContain('11 objects declared, 11 live, 11 compared, 0 unmanaged')
    expect(out).toContain('config.authentik_host: authentik sets its own address')
    expect(authentik.control.violations()).toEqual([])
  })

  story('a change in the UI is exit 2, with who and when', async ({ drift, authentik, clock }) => {
    clock.advance(Date.UTC(2026, 3, 18, 12, 53) - clock.now())
    authentik.control.changeProvider('grafana.example.com', { access_token_validity: 'weeks=4' })
    authentik.control.did({
      ...{ actor: 'akadmin', action: 'updated', model: 'authentik_providers_proxy.proxyprovider' },
      pk: authentik.control.provider('grafana.example.com').pk,
      name: 'grafana.example.com',
    })
    const { code, out } = await drift()
    expect(code).toBe(2)
    expect(out).toContain(
      [
        '  ~ authentik_provider_proxy["grafana.example.com"]',
        '      # changed by "akadmin" in the UI, 2026-04-18 12:53 UTC',
        '      ~ access_token_validity = "days=28" -> "days=7"',
      ].join('\n'),
    )
    expect(out).toContain('Plan: 0 to add, 1 to change, 0 to destroy.')
    expect(authentik.control.violations()).toEqual([])
  })

  story('"managed" that is lost is a broken invariant', async ({ drift, authentik }) => {
    authentik.control.changeOutpost({ managed: null })
    const { code, out } = await drift()
    expect(code).toBe(2)
    expect(out).toContain(
      'BROKEN outpost-managed: The outpost "authentik Embedded Outpost" has lost',
    )
    expect(out).toContain('      ~ managed = false -> true')
  })

  story('what nobody declared is a section of its own', async ({ drift, authentik }) => {
    authentik.control.addProvider({
      name: 'rogue',
      external_host: 'https://rogue.example.com',
      application: { bindings: [] },
    })
    authentik.control.did({
      ...{ actor: 'akadmin', action: 'created', model: 'authentik_core.application' },
      pk: authentik.control.provider('rogue').application?.pk ?? '',
      name: 'rogue',
      userAgent: 'OpenAPI-Generator/3.2026.5/go',
    })
    const { code, out } = await drift()
    expect(code).toBe(2)
    expect(out).toContain('  ? authentik_provider_proxy["rogue"]\n')
    expect(out).toMatch(
      /\? authentik_application\["rogue"\] {2}# created by "akadmin" over the API with "OpenAPI-Generator", \d/,
    )
  })

  story('what is gone is to be added, and who deleted it', async ({ drift, authentik }) => {
    const { pk } = authentik.control.provider('wiki.example.com')
    authentik.control.removeProvider('wiki.example.com')
    authentik.control.did({
      ...{ actor: 'mallory', action: 'deleted', model: 'authentik_providers_proxy.proxyprovider' },
      ...{ pk, name: 'wiki.example.com' },
    })
    const { code, out } = await drift()
    expect(code).toBe(2)
    expect(out).toContain(
      '  + authentik_provider_proxy["wiki.example.com"]\n      # deleted by "mallory"',
    )
    expect(out).toContain(
      'BROKEN hosts-covered: No provider at an outpost answers for "wiki.example.com"',
    )
  })

  story('what is there once and not again is counted, not reported', async (drifting) => {
    const { authentik, drift } = drifting
    authentik.control.changeProvider('wiki.example.com', { mode: 'proxy' })
    let reads = 0
    authentik.control.fault('admin', {
      kind: 'change',
      change: (body) => {
        // Six lists of the first reading come from here; somebody puts it right before the second one.
        if (++reads === 6)
          authentik.control.changeProvider('wiki.example.com', { mode: 'forward_single' })
        return body
      },
    })
    const { code, out } = await drift()
    expect([code, reads]).toEqual([0, 12])
    expect(out).toContain('1 differences were there once and not again')
  })

  story('--json says the same as data', async ({ drift, authentik }) => {
    authentik.control.changeProvider('wiki.example.com', { skip_path_regex: '^/api' })
    const { code, out } = await drift('--json')
    const data: unknown = JSON.parse(out)
    expect([code, data]).toEqual([2, expect.anything()])
    expect(data).toMatchObject({
      exit_code: 2,
      counts: { declared: 11, live: 11, compared: 11, unmanaged: 0, not_understood: 0 },
      resource_drift: [
        {
          address: 'authentik_provider_proxy["wiki.example.com"]',
          type: 'authentik_provider_proxy',
          name: 'wiki.example.com',
          change: {
            actions: ['update'],
            before: { skip_path_regex: '^/api' },
            after: { skip_path_regex: '' },
          },
        },
      ],
    })
  })

  story('an authentik that is away is exit 1, never "no difference"', async (drifting) => {
    await drifting.authentik.down()
    const { code, out, error } = await drifting.drift()
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain('nothing was compared')
    expect(error).toContain('Calling "core/groups/')
  })

  story('a token that may not read is exit 1', async ({ drift, authentik }) => {
    const { code, out, error } = await drift({ token: authentik.token })
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain('the token is not one of a person who may read everything')
  })

  story('nonsense instead of an answer is exit 1, and named', async ({ drift, authentik }) => {
    authentik.control.fault('admin', { kind: 'garbage', body: '<html>502</html>' })
    const { code, out, error } = await drift()
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain(
      'The answer of "core/groups/?include_users=false&page=1&page_size=100" is not JSON',
    )
  })
})
