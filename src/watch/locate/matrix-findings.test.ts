// Matrices with one thing missing, and the probe that the finding names.
import { describe, expect, test } from 'bun:test'
import type { ElementId } from '../../model/layer.ts'
import { lookAlikes, matrixFindings } from './matrix-findings.ts'
import type { ProbeMatrix } from './matrix.ts'
import { studyMatrix } from './testing.ts'

function without(...probes: string[]): ProbeMatrix {
  return { ...studyMatrix, rows: studyMatrix.rows.filter(({ probe }) => !probes.includes(probe)) }
}

function idsOf(matrix: ProbeMatrix): string[] {
  return matrixFindings(matrix).map(({ id }) => id)
}

describe('matrixFindings', () => {
  const crossing = (probe: string, ...elements: ElementId[]): ProbeMatrix['rows'][number] => ({
    probe,
    crosses: Object.fromEntries(elements.map((element) => [element, 1])),
  })

  test('finds nothing wrong with the matrix of the study', () => {
    expect(matrixFindings(studyMatrix)).toEqual([])
  })

  test('knows that only up_direct tells the gate from the service behind it', () => {
    const [finding, ...more] = matrixFindings(without('up_direct'))
    expect(more).toEqual([])
    expect(finding).toMatchObject({ id: 'layers-look-alike', severity: 'error', path: 'watch' })
    expect(finding?.message).toContain('"gate_check" and "upstream" cannot be told apart')
    expect(finding?.fix).toContain('Add "up_direct"')
  })

  test.each([
    [['dns'], '"dns" and "edge"', 'Add "dns"'],
    [
      ['origin_anon_open', 'origin_anon_fwd', 'origin_auth'],
      '"edge" and "ingress"',
      'Add "origin_anon_open"',
    ],
    [
      ['edge_anon_open', 'origin_anon_open', 'edge_auth', 'origin_auth', 'gate_anon'],
      '"ingress" and "gate_new"',
      'Add "gate_anon"',
    ],
  ])('without %p: %p', (probes, pair, fix) => {
    const found = matrixFindings(without(...probes)).filter(({ id }) => id === 'layers-look-alike')
    expect(found.some(({ message }) => message.includes(pair))).toBe(true)
    expect(found.some((finding) => finding.fix.includes(fix))).toBe(true)
  })

  test.each([
    ['idp_jwks', 'idp', 'Add "idp_jwks"'],
    ['idp', 'idp', 'Add another probe like "idp_jwks"'],
    ['origin_auth', 'gate_check', 'Add "origin_auth"'],
  ])('without %p a hard fault of %p cannot be called in three rounds', (probe, layer, fix) => {
    const [finding] = matrixFindings(without(probe))
    expect(finding?.id).toBe('layer-seen-too-little')
    expect(finding?.message).toContain(`A hard fault of "${layer}"`)
    expect(finding?.message).toContain('the only probe through it')
    expect(finding?.fix).toContain(fix)
  })

  test('names layers that no probe crosses, but for those that are not expected', () => {
    const open = without('edge_auth', 'origin_auth', 'up_direct')
    expect(matrixFindings(open).map(({ id, message }) => [id, message.split('"')[1]])).toEqual([
      ['layer-without-probe', 'gate_check'],
      ['layer-without-probe', 'upstream'],
    ])
    expect(matrixFindings(open, ['edge', 'ingress'])).toEqual([])
  })

  test('an empty matrix crosses nothing', () => {
    const found = matrixFindings({ rows: [], control: null })
    expect(found).toHaveLength(8)
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set(['layer-without-probe']))
  })

  test('names two faults that fail the same probes as two others', () => {
    const matrix: ProbeMatrix = {
      control: null,
      rows: [
        crossing('a', 'dns', 'edge'),
        crossing('b', 'dns', 'ingress'),
        crossing('c', 'idp', 'edge'),
        crossing('d', 'idp', 'ingress'),
      ],
    }
    const pairs = matrixFindings(matrix, []).filter(({ id }) => id === 'faults-look-alike')
    expect(pairs.map(({ message }) => message)).toEqual([
      'Faults of "dns" and "idp" together fail the same probes as "edge" and "ingress"',
    ])
  })

  test('treats services as layers and leaves replicas out', () => {
    const rows = studyMatrix.rows.map((row) =>
      row.crosses.upstream === undefined
        ? row
        : {
            probe: row.probe,
            crosses: Object.fromEntries(
              Object.entries(row.crosses).map(([element, share]) => [
                element === 'upstream' ? 'upstream/app.example.com' : element,
                share,
              ]),
            ),
          },
    )
    expect(idsOf({ ...studyMatrix, rows })).toEqual([])
    const blind = rows.filter(({ probe }) => probe !== 'up_direct')
    expect(
      matrixFindings({ ...studyMatrix, rows: blind }).map(({ fix }) => fix.split(':')[0]),
    ).toEqual(['Add "up_direct"'])
  })

  test.each<[string, ProbeMatrix['rows'], readonly ElementId[], readonly string[]]>([
    [
      'a chain of three needs two probes',
      [crossing('a', 'prober', 'edge', 'ingress', 'gate_new'), crossing('b', 'prober')],
      ['edge', 'ingress', 'gate_new'],
      ['Add "origin_anon_open"', 'Add "gate_anon"'],
    ],
    [
      'the watch itself needs a control probe',
      [crossing('a', 'prober', 'ingress'), crossing('b', 'prober', 'ingress', 'gate_new')],
      ['prober', 'ingress'],
      ['Add "control_inet"'],
    ],
    [
      'two services need an address each',
      [crossing('a', 'prober', 'upstream/a.example.com', 'upstream/b.example.com')],
      ['prober', 'upstream/a.example.com', 'upstream/b.example.com'],
      ['give the service "a.example.com" an "upstream"', 'give the service "b.example.com"'],
    ],
    [
      'the name service stands before the edge',
      [crossing('a', 'prober', 'dns', 'edge'), crossing('b', 'prober')],
      ['dns', 'edge'],
      ['Add "dns"'],
    ],
  ])('lookAlikes(): %s', (_, rows, elements, fixes) => {
    const [found, ...more] = lookAlikes({ rows, control: null })
    expect(more).toEqual([])
    expect(found?.elements).toEqual([...elements])
    for (const fix of fixes) expect(found?.fix).toContain(fix)
    const backwards = rows.toReversed().map(({ crosses, probe }) => ({
      probe,
      crosses: Object.fromEntries(Object.entries(crosses).toReversed()),
    }))
    expect(lookAlikes({ rows: backwards, control: null })).toEqual(
      found === undefined ? [] : [found],
    )
  })

  test('does not depend on the order of rows', () => {
    const backwards = { ...studyMatrix, rows: without('up_direct').rows.toReversed() }
    expect(matrixFindings(backwards)).toEqual(matrixFindings(without('up_direct')))
  })
})
