// The study's figures for a tier that fails as one, and for half of it masked.
import { describe, expect, test } from 'bun:test'
import type { ElementId } from '../../model/layer.ts'
import { type Check, rankOchiai, tierAssociation } from './association.ts'

/** 81 services behind the gate and 55 that are not; so many of the former fail. */
function estate(failing: number): Check[] {
  const guarded = Array.from({ length: 81 }, (_, i): Check => {
    const own: ElementId = `upstream/${i}`
    return { crosses: ['edge', 'ingress', 'gate_new', own], failed: i < failing }
  })
  const open = Array.from({ length: 55 }, (): Check => ({
    crosses: ['edge', 'ingress'],
    failed: false,
  }))
  return [...guarded, ...open]
}

function scores(failing: number): Partial<Record<ElementId, number>> {
  return Object.fromEntries(
    rankOchiai(estate(failing)).map(({ element, score }) => [element, Number(score.toFixed(2))]),
  )
}

describe('rankOchiai', () => {
  test('blames the gate when all that it guards fails: 1.0, 0.77, 0.11', () => {
    expect(scores(81)).toMatchObject({ gate_new: 1, ingress: 0.77, edge: 0.77, 'upstream/0': 0.11 })
    expect(rankOchiai(estate(81))[0]).toEqual({ element: 'gate_new', score: 1 })
  })
  test('still does when half is masked: 0.70 before 0.54', () => {
    expect(scores(40)).toMatchObject({ gate_new: 0.7, ingress: 0.54 })
  })
  test('gives nothing to anybody when nothing fails, and ties by name', () => {
    expect(rankOchiai(estate(0)).every(({ score }) => score === 0)).toBe(true)
    expect(rankOchiai(estate(0)).map(({ element }) => element)[0]).toBe('edge')
    expect(rankOchiai([])).toEqual([])
  })
  test('counts an element once, however often a check names it', () => {
    const check: Check = { crosses: ['edge', 'edge'], failed: true }
    expect(rankOchiai([check])).toEqual([{ element: 'edge', score: 1 }])
  })
})

describe('tierAssociation', () => {
  test.each([
    [81, 0, '2e-39'],
    [20, 2, '6e-4'],
    [10, 1, '2e-2'],
    [8, 0, '1e-2'],
    [6, 0, '4e-2'],
  ])('of %p failing inside and %p outside is about %p', (failingTier, failingOthers, figure) => {
    const p = tierAssociation({ tier: 81, others: 55, failingTier, failingOthers })
    expect(p.toExponential(0)).toBe(figure)
  })
  test.each([
    [10, 1, 0.024],
    [8, 0, 0.014],
    [6, 0, 0.041],
  ])('%p and %p to the third digit', (failingTier, failingOthers, figure) => {
    const p = tierAssociation({ tier: 81, others: 55, failingTier, failingOthers })
    expect(Math.round(p * 1000) / 1000).toBe(figure)
  })
  test('of no failure says nothing', () => {
    expect(tierAssociation({ tier: 81, others: 55, failingTier: 0, failingOthers: 0 })).toBeCloseTo(
      1,
      9,
    )
  })
})
