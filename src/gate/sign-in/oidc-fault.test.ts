// Faults of a provider: which exception means what, and that its words are tame.
import { describe, expect, test } from 'bun:test'
import { AuthorizationResponseError, OperationProcessingError, PARSE_ERROR } from 'oauth4webapi'
import { faultOf, type OidcFaultCode, tameText } from './oidc-fault.ts'
import { ProviderUnreachable } from './oidc-http.ts'

describe('faultOf', () => {
  const cases: readonly (readonly [string, unknown, OidcFaultCode])[] = [
    ['no answer in time', new ProviderUnreachable('timeout', 'x'), 'provider-slow'],
    ['no connection', new ProviderUnreachable('unreachable', 'x'), 'provider-down'],
    ['a status of trouble', new ProviderUnreachable('status', 'Answered 500'), 'provider-down'],
    ['too many bytes', new ProviderUnreachable('too-large', 'x'), 'provider-answer'],
    ['a redirect', new ProviderUnreachable('redirect', 'x'), 'provider-answer'],
    [
      'an error in the response',
      new AuthorizationResponseError('x', { cause: new URLSearchParams('error=access_denied') }),
      'denied',
    ],
    [
      'an unreadable answer',
      new OperationProcessingError('x', { code: PARSE_ERROR }),
      'provider-answer',
    ],
    ['an unfit token', new OperationProcessingError('x', { code: 'OTHER' }), 'bad-token'],
    ['a defect of the library', new TypeError('x'), 'bad-token'],
    ['something that is no error', 'x', 'bad-token'],
  ]
  for (const [name, cause, code] of cases)
    test(`calls ${name} ${code}`, () => {
      expect(faultOf(cause, 'bad-token').code).toBe(code)
    })

  test('keeps the words of the provider apart from ours', () => {
    const cause = new URLSearchParams({ error: 'access_denied', error_description: 'Not today' })
    expect(faultOf(new AuthorizationResponseError('x', { cause }), 'bad-token')).toEqual({
      code: 'denied',
      detail: 'The provider answered with an error',
      error: 'access_denied',
      description: 'Not today',
    })
  })
})

describe('tameText', () => {
  test('leaves out what could forge a line or turn the reading direction, and shortens', () => {
    expect(tameText('a\nb\u0000c\u202ed\u2028e')).toBe('a b c d e')
    expect(tameText('x'.repeat(500))).toHaveLength(200)
    expect(tameText(undefined)).toBe('')
    expect(tameText('\ud800')).toBe('\ufffd')
  })
})
