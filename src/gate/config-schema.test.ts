// The gate's settings: header names that mean something else, methods in any case.
import { describe, expect, test } from 'bun:test'
import { list, section } from '../std/schema/schema.ts'
import { check } from '../std/schema/check.ts'
import { gateSchema } from './config-schema.ts'

describe('gateSchema', () => {
  const headers = (name: string) =>
    check(section({ h: gateSchema.shape.identity_headers }), { h: { user: name } })
  const refused = [
    'Host',
    'cookie',
    'Authorization',
    'X-Forwarded-For',
    'X-Gatehouse-Decision',
    'Content-Length',
    'Connection',
    'remote user',
    'remote_user',
    '1st',
    'a:b',
    'x'.repeat(65),
  ]
  for (const name of refused)
    test(`refuses the identity header ${name}`, () => {
      expect(headers(name).ok).toBe(false)
    })
  for (const name of ['Remote-User', 'x-auth-user', 'X-WEBAUTH-USER'])
    test(`takes the identity header ${name}`, () => {
      expect(headers(name).ok).toBe(true)
    })

  const methods = list(gateSchema.shape.services.element.shape.methods.unwrap().element, { max: 9 })
  test('takes methods in any case and says which one was meant', () => {
    const checked = check(methods, ['get', 'PropFind'])
    expect(checked.ok && checked.value).toEqual(['GET', 'PROPFIND'])
    const wrong = check(methods, ['GTE', 'FROBNICATE'])
    expect(wrong.ok ? [] : wrong.error.map(({ suggestion }) => suggestion)).toEqual(['GET', null])
  })
})
