// Matrices with one thing missing, and the probe that the finding names.
import { describe, expect, test } from 'bun:test'
import type { ElementId } from '../../model/layer.ts'
import { matrixFindings } from './matrix-findings.ts'
import type { ProbeMatrix } from './matrix.ts'
import { studyMatrix } from './testing.ts'

function without(...probes: string[]): ProbeMatrix {
  return { ...studyMatrix, rows: studyMatrix.rows.filter(({ probe }) => !probes.includes(probe)) }
}

function idsOf(matrix: ProbeMatrix): string[] {
  return matrixFindings(matrix).map(({ id }) => id)
}

describe('matrixFindings', () => {
  test('finds nothing wrong with the matrix of the study', () => {
    expect(matrixFindings(studyMatrix)).toEqual([])
  })

  test('knows that only up_direct tells the gate from the service behind it', () => {
    const [finding, ...more] = matrixFindings(without('up_direct'))
    expect(more).toEqual([])
    expect(finding).toMatchObject({ id: 'layers-look-alike', severity: 'warning', path: 'watch' })
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
      '"gate_new" and "ingress"',
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
    const crossing = (probe: string, ...elements: ElementId[]): ProbeMatrix['rows'][number] => ({
      probe,
      crosses: Object.fromEntries(elements.map((element) => [element, 1])),
    })
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

  test('does not depend on the order of rows', () => {
    const backwards = { ...studyMatrix, rows: without('up_direct').rows.toReversed() }
    expect(matrixFindings(backwards)).toEqual(matrixFindings(without('up_direct')))
  })
})
