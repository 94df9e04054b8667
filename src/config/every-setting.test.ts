// Every setting that is declared, given what it cannot be: said of that very setting and of nothing else.
import { describe, expect, test } from 'bun:test'
import { check } from '../std/schema/check.ts'
import { formatPath } from '../std/schema/json-schema.ts'
import { describeMistake } from './mistake.ts'
import { configJsonSchema, configSchema } from './schema.ts'

/** As much of JSON Schema (2020-12) as `gatehouse config schema` writes. */
interface Node {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly additionalProperties?: boolean | Node
  readonly items?: Node
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxLength?: number
  readonly writeOnly?: boolean
}

type Step = string | number

interface Setting {
  readonly path: readonly Step[]
  readonly node: Node
}

function settingsBelow(node: Node, path: readonly Step[]): readonly Setting[] {
  const { additionalProperties: others, items, properties = {} } = node
  return [
    ...(path.length === 0 ? [] : [{ path, node }]),
    ...Object.entries(properties).flatMap(([key, child]) => settingsBelow(child, [...path, key])),
    ...(items === undefined ? [] : settingsBelow(items, [...path, 0])),
    ...(typeof others === 'object' ? settingsBelow(others, [...path, 'own']) : []),
  ]
}

/** What no setting of this type can be; each with a word for it. */
function wrongValues(node: Node): readonly (readonly [what: string, value: unknown])[] {
  // What is taken as it is, in the form of another program, can be anything.
  if (node.type === undefined) return []
  const wrong: [string, unknown][] = [['null', null]]
  if (node.type !== 'object') wrong.push(['a mapping', { no: 1 }])
  if (node.type !== 'array') wrong.push(['a list', [[['x']]]])
  if (node.type === 'string') {
    wrong.push(['a number', 7], ['true', true], ['nothing in it', ''])
    if (node.enum !== undefined) wrong.push(['another word', 'no-such-word'])
    const { maxLength } = node
    if (maxLength !== undefined && node.writeOnly !== true)
      wrong.push(['control characters', 'a\u0001b'], ['too long', 'x'.repeat(maxLength + 1)])
  }
  if (node.type === 'boolean') wrong.push(['a word', 'maybe'], ['1', 1])
  if (node.type === 'integer' || node.type === 'number') {
    wrong.push(['a word', 'many'])
    if (node.minimum !== undefined) wrong.push(['too little', node.minimum - 1])
    if (node.maximum !== undefined) wrong.push(['too much', node.maximum + 1])
  }
  if (node.type === 'integer') wrong.push(['a fraction', (node.minimum ?? 0) + 0.5])
  if (node.type === 'array') {
    wrong.push(['a number', 7])
    if ((node.minItems ?? 0) > 0) wrong.push(['no entries', []])
  }
  if (node.type === 'object') {
    wrong.push(['a number', 7])
    if (node.additionalProperties === false) wrong.push(['an unknown key', { no_such_key: 1 }])
  }
  return wrong
}

/** A configuration that is right, but for `value` at `path`. */
function configWith(path: readonly Step[], value: unknown): unknown {
  const right = {
    url: 'https://auth.example.com',
    domains: ['example.com'],
    trusted_proxies: ['10.0.0.0/8'],
    identity: { accounts: {} },
    services: [{ host: 'app.example.com' }],
  }
  return put(right, path, value)
}

function put(into: unknown, path: readonly Step[], value: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  const inner = typeof into === 'object' && into !== null ? Reflect.get(into, step) : undefined
  if (typeof step === 'number') return [put(inner, rest, value)]
  const kept = typeof into === 'object' && !Array.isArray(into) ? into : {}
  return { ...kept, [step]: put(inner, rest, value) }
}

/** What is said of a configuration, as people read it, without places in a file. */
function said(config: unknown) {
  const checked = check(configSchema, config)
  return (checked.ok ? [] : checked.error).map((mistake) => describeMistake(mistake, () => null))
}

const root: Node = configJsonSchema()
const sections = Object.entries(root.properties ?? {})

describe('every setting of the configuration', () => {
  test('is declared: the table below walks some hundred of them', () => {
    expect(sections.length).toBeGreaterThan(10)
    expect(settingsBelow(root, []).length).toBeGreaterThan(400)
  })

  test.each(sections)('below "%s" says of itself what it cannot be', (key, node) => {
    for (const setting of settingsBelow(node, [key]))
      for (const [what, value] of wrongValues(setting.node)) {
        const place = formatPath(setting.path)
        const own = said(configWith(setting.path, value)).filter(({ path }) => {
          return path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`)
        })
        expect([place, what, own.length > 0]).toEqual([place, what, true])
        for (const { message, fix } of own) {
          expect([place, message]).toEqual([place, expect.stringMatching(/^[A-Z][^\n]*[^.\n]$/)])
          expect([place, fix]).toEqual([place, expect.stringMatching(/^[A-Z][^\n]*[^.\n]$/)])
        }
      }
  })

  test.each(sections)('below "%s" never has a secret repeated', (key, node) => {
    const marker = 'hunter2-hunter2-hunter2'
    for (const { path, node: leaf } of settingsBelow(node, [key])) {
      if (leaf.writeOnly !== true) continue
      for (const value of [[marker], { [marker]: marker }, marker.repeat(500)]) {
        const text = JSON.stringify(said(configWith(path, value)))
        // The key of a mapping is no value, and is named so that it can be found.
        if (!(typeof value === 'object' && !Array.isArray(value)))
          expect([formatPath(path), text.includes(marker)]).toEqual([formatPath(path), false])
      }
    }
  })
})
