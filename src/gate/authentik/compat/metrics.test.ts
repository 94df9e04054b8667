// Upstream's histogram of answers: its name and labels stay, and nobody makes labels of their own.
import { expect, test } from 'bun:test'
import { Registry } from '../../../std/prometheus.ts'
import { testControlPlane, testProvider } from '../testing.ts'
import { compatBench } from './compat-bench.fixture.ts'
import { registerCompat } from './metrics.ts'

const prefix = '/outpost.goauthentik.io'

test('registerCompat() counts answers under known hosts and methods, whatever clients send', async () => {
  const providers = ['a', 'b'].map((clientId) =>
    testProvider({ clientId, external: `https://${clientId}.example.com` }),
  )
  const bench = compatBench({ providers })
  for (let turn = 0; turn < 500; turn++) {
    await bench.ask(`${prefix}/start`, {
      headers: { Host: `h${turn}.org` },
      method: `M${'-'.repeat(turn % 20)}`,
    })
    await bench.ask(`${prefix}/start`, { headers: { Host: 'a.example.com' } })
    await bench.ask(`${prefix}/ping`, { headers: { Host: `h${turn}.org` } })
  }
  expect(bench.answers).toHaveLength(1500)
  const registry = new Registry()
  const meter = registerCompat(registry, testControlPlane())
  for (const answer of bench.answers) meter(answer)
  const text = await registry.metrics()
  const name = 'authentik_outpost_proxy_request_duration_seconds_count'
  const counts = text.split('\n').filter((line) => line.startsWith(name))
  expect(counts.toSorted()).toEqual([
    `${name}{outpost_name="test outpost",method="GET",host="",type="ping"} 500`,
    `${name}{outpost_name="test outpost",method="GET",host="a.example.com",type="app"} 500`,
    `${name}{outpost_name="test outpost",method="other",host="",type="app"} 500`,
  ])
  expect(text).toContain('le="0.005"')
  expect(text).toContain('le="10"')
})
