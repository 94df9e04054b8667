// Every rule about the estate finds what its failing example shows, and nothing in the passing one.
import { describe, expect, test } from 'bun:test'
import { estateRules } from '../estate-check.ts'
import type { EstateRule, RuleExample } from '../estate.ts'
import { readDeclaration } from './estate.fixture.ts'
import type { ConfigMistake } from './mistake.ts'

function findings(example: RuleExample): readonly ConfigMistake[] {
  const checked = readDeclaration(example)
  return checked.ok ? checked.value.warnings : checked.error
}

function about(rule: EstateRule, example: RuleExample): readonly ConfigMistake[] {
  return findings(example).filter(({ id }) => id === rule.id)
}

for (const rule of estateRules)
  describe(rule.id, () => {
    const { failing, passing } = rule.examples
    test('finds the one thing that is wrong in its failing example', () => {
      expect(about(rule, failing)).toHaveLength(1)
      expect(about(rule, failing)[0]).toMatchObject({ severity: rule.severity })
    })
    test('finds nothing in its passing example', () => {
      expect(about(rule, passing)).toEqual([])
    })
    test('has examples that are right but for what it is about', () => {
      for (const example of [failing, passing])
        expect(
          findings(example).filter(({ id, severity }) => severity === 'error' && id !== rule.id),
        ).toEqual([])
    })
  })

describe('estateRules', () => {
  test('have each an id of their own, and say why and what to do', () => {
    expect(new Set(estateRules.map(({ id }) => id)).size).toBe(estateRules.length)
    for (const { id, title, reason, fix } of estateRules) {
      expect(id).toMatch(/^[a-z]+(-[a-z0-9]+)+$/)
      for (const text of [title, reason, fix]) expect(text).toMatch(/^[A-Z].*[^.]$/)
    }
  })

  test('find nothing in an estate that declares nothing', () => {
    expect(findings({})).toEqual([])
  })
})
