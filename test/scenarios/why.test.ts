// Somebody says that it does not work: `gatehouse why` beside a real gate and nginx, with things taken away.
import { afterAll, beforeAll, expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { type DiagnosisEstate, startDiagnosisEstate } from '../support/diagnosis-estate.ts'
import { checkNeed } from '../needs.ts'
import { signIn } from '../support/proxy-setup.ts'

let estate: DiagnosisEstate | null = null
const needs = ['nginx'] as const

beforeAll(async () => {
  if (checkNeed('nginx').ok) estate = await startDiagnosisEstate()
})
afterAll(async () => estate?.stop())

function running(): DiagnosisEstate {
  if (estate === null) throw new Error('The estate does not run')
  return estate
}

/** What `--json` prints, as far as stories look at it. */
interface Why {
  readonly sentence: string
  readonly kind: string
  readonly elements: readonly string[]
  readonly user: { readonly causes: readonly { reason: string; isKnown: boolean }[] } | null
  readonly tried: readonly { readonly role: string; readonly vantage: string; failed: number }[]
  readonly next: readonly string[]
}

async function why(...args: readonly string[]): Promise<Why & { readonly exitCode: number }> {
  const { error, exitCode, out } = await running().run('why', ...args, '--json')
  if (out === '') throw new Error(error)
  return { exitCode, ...(JSON.parse(out) as Why) } // the stories below look at every field
}

scenario('why: all is well, so it may be one person', { needs }, async () => {
  const { exitCode, out } = await running().run('why', 'app.home.localhost')
  expect(exitCode).toBe(0)
  expect(out.split('\n')[0]).toBe(
    'app.home.localhost is fine for strangers: each is sent to sign in, by every way that was tried.',
  )
  expect(out).toContain('What one person alone can have:')
  expect(out).toContain('clearing the cookies of the domain')
  const open = await why('http://open.home.localhost/some/page?token=secret')
  expect([open.exitCode, open.kind]).toEqual([0, 'fine'])
  expect(JSON.stringify(open)).not.toContain('secret')
})

scenario('why: a host that nobody declared gets a suggestion', { needs }, async () => {
  const { error, exitCode, out } = await running().run('why', 'ap.home.localhost')
  expect([exitCode, out]).toEqual([2, ''])
  expect(error).toContain('did you mean "app.home.localhost"?')
  const nonsense = await running().run('why', 'no host at all')
  expect(nonsense.exitCode).toBe(2)
  expect(nonsense.error).toContain('Cannot read "no host at all"')
})

scenario('why: one person who is not let in is told apart from a fault', { needs }, async () => {
  const { port } = running()
  const cookie = await signIn('alice', port)
  const refused = await fetch(`http://127.0.0.1:${port}/api/x`, {
    headers: { Host: `app.home.localhost:${port}`, Cookie: cookie, Accept: 'text/html' },
    redirect: 'manual',
  })
  expect(refused.status).toBe(403)
  const hers = await why('app.home.localhost/api/x', '--user', 'alice')
  expect([hers.exitCode, hers.kind]).toEqual([1, 'fine'])
  expect(hers.user?.causes[0]).toMatchObject({ reason: 'not-member', isKnown: true })
  const his = await why('app.home.localhost', '--user', 'carol')
  expect([his.exitCode, his.user?.causes]).toEqual([0, []])
})

scenario('why: one service that is down is not everybody', { needs }, async () => {
  const own = await startDiagnosisEstate()
  try {
    await own.backends.app.stop()
    const { exitCode, out } = await own.run('why', 'app.home.localhost')
    expect(exitCode).toBe(1)
    expect(out.split('\n')[0]).toStartWith('app.home.localhost alone: others of its tier are well')
    expect(out).toContain('✗  app.home.localhost/')
    const other = await own.run('why', 'wiki.home.localhost')
    expect(other.exitCode).toBe(0)
  } finally {
    await own.stop()
  }
})

scenario(
  'why: a gate that was killed is named, whichever host is asked for',
  { needs },
  async () => {
    const own = await startDiagnosisEstate()
    try {
      process.kill(own.gate.pid, 'SIGKILL')
      const { exitCode, out } = await own.run('why', 'wiki.home.localhost', '--json')
      const { elements, kind, sentence } = JSON.parse(out) as Why // as above
      expect([exitCode, kind, elements]).toEqual([1, 'layer', ['gate_new']])
      expect(sentence).toContain('Not wiki.home.localhost alone')
      const named = await own.run('why', 'wiki.home.localhost', '--user', 'alice')
      expect(named.out).toContain('alice: Cannot reach the gate')
    } finally {
      await own.stop()
    }
  },
)

scenario('why: a certificate that nobody trusts is seen at the proxy', { needs }, async () => {
  const own = await startDiagnosisEstate({ scheme: 'https' })
  try {
    const { exitCode, out } = await own.run('why', 'wiki.home.localhost', '--json')
    const { elements, kind, tried } = JSON.parse(out) as Why // as above
    expect([exitCode, kind, elements]).toEqual([1, 'layer', ['ingress']])
    expect(
      tried
        .filter(({ role }) => role === 'asked')
        .map(({ vantage, failed }) => [vantage, failed > 0]),
    ).toEqual([
      ['ingress', true],
      ['gate', false],
      ['upstream', false],
    ])
  } finally {
    await own.stop()
  }
})

scenario(
  'why: a configuration without a section watch is tried by its names',
  { needs },
  async () => {
    const own = await startDiagnosisEstate({ watch: false })
    try {
      const { exitCode, out } = await own.run('why', 'app.home.localhost')
      expect(exitCode).toBe(1)
      expect(out).toContain('edge')
      expect(out).toContain('app.home.localhost')
    } finally {
      await own.stop()
    }
  },
)
