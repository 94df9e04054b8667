// JSON Schema out of declarations, look-ups in it, and paths as people write them.
import { describe, expect, test } from 'bun:test'
import { type Path, formatPath, schemaAt, toJsonSchema } from './json-schema.ts'
import {
  choice,
  count,
  defaulted,
  duration,
  flag,
  list,
  optional,
  required,
  secret,
  section,
  text,
} from './schema.ts'

const schema = section({
  name: required('What it is called', text('a name', 'Grafana', 50)),
  mode: defaulted('How', choice(['fast', 'slow']), 'fast'),
  age: optional('How old', duration({ min: '1m', max: '7d' })),
  on: defaulted('Whether', flag(), true),
  key: optional('Key', secret('a key')),
  ports: defaulted('Ports', list(count(1, 9), { max: 3 }), [1]),
  inner: defaulted('Inside', section({ deep: required('Deep', flag()) }), { deep: true }),
})

describe('toJsonSchema', () => {
  test('says form, limits, defaults, examples, secrets and meaning of every setting', () => {
    expect(toJsonSchema(schema)).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: {
        name: {
          type: 'string',
          minLength: 1,
          maxLength: 50,
          examples: ['Grafana'],
          description: 'What it is called',
        },
        mode: { type: 'string', enum: ['fast', 'slow'], default: 'fast', description: 'How' },
        age: {
          type: 'string',
          minLength: 1,
          maxLength: 32,
          examples: ['1m', '7d'],
          description: 'How old',
        },
        on: { type: 'boolean', default: true, description: 'Whether' },
        key: {
          type: 'string',
          minLength: 1,
          maxLength: 1024,
          writeOnly: true,
          description: 'Key',
        },
        ports: {
          type: 'array',
          minItems: 1,
          maxItems: 3,
          items: { type: 'integer', minimum: 1, maximum: 9 },
          default: [1],
          description: 'Ports',
        },
        inner: {
          type: 'object',
          additionalProperties: false,
          required: ['deep'],
          properties: { deep: { type: 'boolean', description: 'Deep' } },
          default: { deep: true },
          description: 'Inside',
        },
      },
    } as never)
  })
})

describe('schemaAt', () => {
  const root = toJsonSchema(schema)
  test('finds what describes a value', () => {
    expect(schemaAt(root, [])).toBe(root)
    expect(schemaAt(root, ['inner', 'deep'])?.description).toBe('Deep')
    expect(schemaAt(root, ['ports', 2])?.type).toBe('integer')
  })

  const nothing: readonly Path[] = [
    ['nope'],
    ['name', 'x'],
    ['name', 0],
    ['inner', 0],
    ['constructor'],
    ['__proto__'],
    ['inner', 'hasOwnProperty'],
  ]
  for (const path of nothing)
    test(`finds nothing at ${formatPath(path)}`, () => {
      expect(schemaAt(root, path)).toBeNull()
    })
})

describe('formatPath', () => {
  const cases: readonly (readonly [Path, string])[] = [
    [[], ''],
    [['services', 3, 'auth'], 'services[3].auth'],
    [['a', 0, 1], 'a[0][1]'],
    [[0], '[0]'],
    [['a', 'my key'], 'a["my key"]'],
    [['a', ''], 'a[""]'],
    [['a', '\n'], 'a["\\n"]'],
    [['x-y', '_z'], 'x-y._z'],
  ]
  for (const [path, written] of cases)
    test(`writes ${written}`, () => {
      expect(formatPath(path)).toBe(written)
    })
})
