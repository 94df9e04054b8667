// What is tried for one door: its own ways, its neighbours, and nothing with anybody's session.
import { describe, expect, test } from 'bun:test'
import type { ElementId } from '../../model/layer.ts'
import { closedDoor, openDoor, sampleDoor, sampleWatch } from '../plan/samples.fixture.ts'
import { inquiryOf } from './inquiry.ts'

const wiki = sampleDoor('wiki.example.com')
const many = Array.from({ length: 20 }, (_, i) => sampleDoor(`s${i}.example.com`))
const config = sampleWatch({ doors: [openDoor, closedDoor, wiki, ...many] })
const ownOf = (host: string): ElementId => `upstream/${host}`

describe('inquiryOf()', () => {
  test('tries the door by every way, and its tier beside it', () => {
    const { probes } = inquiryOf(config, wiki)
    const ways = (role: string) =>
      probes.flatMap(({ act, role: own }) =>
        own === role && act.kind === 'knock' ? [`${act.door.host} ${act.way.vantage}`] : [],
      )
    expect(ways('asked')).toEqual([
      'wiki.example.com edge',
      'wiki.example.com ingress',
      'wiki.example.com gate',
      'wiki.example.com upstream',
    ])
    expect(ways('reference')).toContain('app.example.com ingress')
    expect(new Set(ways('reference').map((way) => way.split(' ')[0])).size).toBeLessThanOrEqual(5)
    expect(probes.map(({ id }) => id)).toContain('control_inet')
  })

  test('asks for the name of the very host', () => {
    const dns = inquiryOf(config, wiki).probes.flatMap(({ act }) =>
      act.kind === 'dns' ? [act.name] : [],
    )
    expect(dns).toEqual(['wiki.example.com'])
  })

  test('uses nobody’s session', () => {
    for (const door of [wiki, openDoor])
      for (const { act } of inquiryOf(config, door).probes)
        expect(['control', 'dns', 'knock', 'page', 'keys']).toContain(act.kind)
  })

  test('has a row for each probe, and each id once', () => {
    for (const door of [wiki, openDoor, closedDoor]) {
      const { matrix, probes } = inquiryOf(config, door)
      const ids = probes.map(({ id }) => id)
      expect(matrix.rows.map(({ probe }) => probe)).toEqual(ids)
      expect(new Set(ids).size).toBe(ids.length)
    }
  })

  test('lets what is the host’s own explain all but what the gate says', () => {
    const { matrix, probes } = inquiryOf(config, wiki)
    for (const [i, { act, role }] of probes.entries()) {
      const isOwn = matrix.rows[i]?.crosses[ownOf('wiki.example.com')] === 1
      const isKnock = act.kind === 'knock' && role === 'asked'
      expect(isOwn).toBe(isKnock && act.way.vantage !== 'gate')
    }
  })

  test('has the gate on the way of a door of tier public', () => {
    const door = sampleDoor('echo.example.com', { tier: 'public' })
    const { matrix } = inquiryOf(sampleWatch({ doors: [door] }), door)
    const row = matrix.rows.find(({ probe }) => probe === 'edge_anon_open')
    expect(row?.crosses.gate_new).toBe(1)
  })

  test('is the same for the same configuration', () => {
    expect(inquiryOf(config, wiki)).toEqual(inquiryOf(config, wiki))
  })
})
