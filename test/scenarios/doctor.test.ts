// The first command of every incident, beside a real gate and nginx: what it finds, and what it advises.
import { expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { startDiagnosisEstate } from '../support/diagnosis-estate.ts'
import type { CommandResult } from '../peers/gate.ts'

const needs = ['nginx'] as const

/** What `--json` prints, as far as stories look at it. */
interface Diagnosis {
  readonly sentence: string
  readonly well: boolean
  readonly elements: readonly string[]
  readonly checks: readonly { readonly id: string; readonly status: string; cases: string[] }[]
  readonly next: readonly string[]
}

function read({ out }: CommandResult): Diagnosis & { readonly status: Record<string, string> } {
  const diagnosis = JSON.parse(out) as Diagnosis // the stories below look at every field
  const status = Object.fromEntries(diagnosis.checks.map((check) => [check.id, check.status]))
  return { ...diagnosis, status }
}

scenario('doctor: a well estate is called well, check by check', { needs }, async () => {
  const estate = await startDiagnosisEstate()
  try {
    const said = await estate.run('doctor')
    expect([said.exitCode, said.error]).toEqual([0, ''])
    expect(said.out.trimEnd().split('\n').at(-1)).toBe(
      'Nothing is wrong that can be seen from here.',
    )
    const { checks, next, status, well } = read(await estate.run('doctor', '--json'))
    expect([well, next]).toEqual([true, []])
    expect(checks.map(({ id }) => id)).toEqual([
      'control',
      'gate',
      'store',
      'refusals',
      'doors',
      'identity-provider',
      'clock',
      'dns',
      'certificates',
      'replicas',
    ])
    expect(status).toMatchObject({
      control: 'well',
      gate: 'well',
      store: 'well',
      doors: 'well',
      replicas: 'well',
    })
  } finally {
    await estate.stop()
  }
})

scenario('doctor: one service down is one host, and the layers are well', { needs }, async () => {
  const estate = await startDiagnosisEstate()
  try {
    await estate.backends.wiki.stop()
    const result = await estate.run('doctor', '--json')
    expect(result.exitCode).toBe(1)
    const { next, sentence, status } = read(result)
    expect(sentence).toContain('1 of 3 hosts fail: wiki.home.localhost')
    expect(next[0]).toBe('Run "gatehouse why wiki.home.localhost"')
    expect(status).toMatchObject({ doors: 'wrong', gate: 'well', replicas: 'well' })
  } finally {
    await estate.stop()
  }
})

scenario('doctor: a gate that was killed is the verdict, with what to do', { needs }, async () => {
  const estate = await startDiagnosisEstate()
  try {
    process.kill(estate.gate.pid, 'SIGKILL')
    const result = await estate.run('doctor', '--json')
    expect(result.exitCode).toBe(1)
    const { elements, next, sentence, status } = read(result)
    expect(elements).toEqual(['gate_new'])
    expect(sentence).toContain('What fails is the gate')
    expect(next.length).toBeGreaterThan(0)
    expect(status).toMatchObject({ control: 'well', gate: 'wrong', doors: 'wrong' })
    const text = await estate.run('doctor')
    expect(text.out).toContain('Next:')
    expect(text.out).toContain('✗  The gate beside us')
  } finally {
    await estate.stop()
  }
})

scenario('doctor: a proxy that is gone hides what is behind it', { needs }, async () => {
  const estate = await startDiagnosisEstate()
  try {
    await estate.nginx.stop()
    const { elements, sentence, status } = read(await estate.run('doctor', '--json'))
    expect(elements).toEqual(['ingress'])
    expect(sentence).toContain('the reverse proxy')
    expect(status).toMatchObject({ gate: 'well', replicas: 'wrong' })
  } finally {
    await estate.stop()
  }
})

scenario('doctor: a certificate that nobody trusts is named', { needs }, async () => {
  const estate = await startDiagnosisEstate({ scheme: 'https' })
  try {
    const { checks, elements, status } = read(await estate.run('doctor', '--json'))
    expect(elements).toEqual(['ingress'])
    expect(status['certificates']).toBe('wrong')
    const cases = checks.find(({ id }) => id === 'certificates')?.cases ?? []
    expect(cases.some((line) => line.includes('wiki.home.localhost'))).toBe(true)
  } finally {
    await estate.stop()
  }
})

scenario(
  'doctor: without a section watch it looks at the gate and the names',
  { needs },
  async () => {
    const estate = await startDiagnosisEstate({ watch: false })
    try {
      const { status } = read(await estate.run('doctor', '--json'))
      expect(status).toMatchObject({
        control: 'unknown',
        gate: 'well',
        store: 'well',
        dns: 'wrong',
      })
    } finally {
      await estate.stop()
    }
  },
)
