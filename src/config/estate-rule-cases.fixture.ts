// Tables of cases for the rules about the estate: what is declared, and the settings that are found fault with.
import { describe, expect, test } from 'bun:test'
import { estateRules } from '../estate-check.ts'
import type { EstateRule, RuleExample } from '../estate.ts'
import { must } from '../std/assert.ts'
import { formatPath } from '../std/schema/json-schema.ts'
import { estateOf } from './estate.fixture.ts'

/** What is declared, and the settings that the rule finds fault with, in order. */
export type Case = readonly [what: string, declared: RuleExample, paths: readonly string[]]

/** A service of `example.com`. */
export const host = (name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  host: `${name}.example.com`,
  ...more,
})

/** An open tier with its reason. */
export const open = { auth: 'none', reason: 'Said' }

/** The tier of a service that asks by itself. */
export const ownSignIn = { auth: 'app', reason: 'Has its own sign-in' }

/** A volume of sessions in memory; `more` says what differs. */
export const volume = (more: Readonly<Record<string, unknown>>) => ({
  ...{ name: 'shm', medium: 'memory', size: '64MiB', holds: 'sessions' },
  ...more,
})

/** An estate of nothing but volumes. */
export const volumes = (...list: readonly object[]): RuleExample => ({
  estate: { storage: { volumes: list } },
})

/** The area of monitoring with nothing but tools. */
export const tools = (...list: readonly object[]) => ({ monitoring: { tools: list } })

/** The rule of that id. */
export function ruleOf(id: string): EstateRule {
  return must(estateRules.find((rule) => rule.id === id) ?? null, `There is a rule ${id}`)
}

/** Registers the cases of every rule as tests; each declaration is read without the rules that would refuse it. */
export function describeCases(cases: Readonly<Record<string, readonly Case[]>>): void {
  for (const [id, rows] of Object.entries(cases))
    describe(id, () => {
      const rule = ruleOf(id)
      test.each(rows)('finds %s', (_, declared, paths) => {
        const estate = estateOf(declared, { withRules: false })
        expect(rule.find(estate).map(({ path }) => formatPath(path))).toEqual([...paths])
      })
    })
}
