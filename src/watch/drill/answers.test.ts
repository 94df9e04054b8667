// What broken layers answer in drills, told apart by the real classifier without a hint.
import { describe, expect, test } from 'bun:test'
import { layers } from '../../model/layer.ts'
import { classify } from '../contract/classify.ts'
import { judge } from '../contract/judge.ts'
import { testContext, testDoor } from '../contract/testing.ts'
import type { AnswerClass, Vantage } from '../door.ts'
import { type AnswerKind, answerKinds, brokenAnswer, usualAnswers } from './answers.ts'

const place = (vantage: Vantage) => ({
  host: 'app.example.com',
  vantage,
  signInUrl: 'https://id.example.com/authorize',
})

describe('brokenAnswer', () => {
  test.each<[AnswerKind, Vantage, AnswerClass]>([
    ['nxdomain', 'edge', 'DNS'],
    ['wrong-address', 'edge', 'TLS'],
    ['refused', 'ingress', 'CONNECT'],
    ['reset', 'ingress', 'CONNECT'],
    ['timeout', 'gate', 'TIMEOUT'],
    ['expired', 'edge', 'TLS'],
    ['bad-request', 'edge', 'GATE_4XX'],
    ['bad-request', 'gate', 'GATE_4XX'],
    ['gate-error', 'ingress', 'GATE_5XX'],
    ['gate-unauthorized', 'edge', 'SIGN_IN_401'],
    ['basic-fallback', 'edge', 'FALLBACK_BASIC'],
    ['sign-in', 'edge', 'REDIRECT_IDP'],
    ['elsewhere', 'edge', 'REDIRECT_OTHER'],
    ['let-in', 'edge', 'CONTENT'],
    ['not-found', 'ingress', 'INGRESS_404'],
    ['bad-gateway', 'ingress', 'INGRESS_5XX'],
    ['bad-gateway', 'upstream', 'CONNECT'],
    ['no-server', 'edge', 'INGRESS_5XX'],
    ['edge-unreachable', 'edge', 'EDGE_5XX'],
    ['edge-not-found', 'edge', 'EDGE_5XX'],
    ['edge-unavailable', 'edge', 'EDGE_5XX'],
    ['worker-page', 'edge', 'WORKER_PAGE'],
    ['challenge', 'edge', 'CHALLENGE'],
    ['challenge-forbidden', 'edge', 'CHALLENGE'],
    ['rate-limited', 'edge', 'RATE_LIMITED'],
    ['blank', 'edge', 'CONTENT'],
    ['forbidden', 'edge', 'DENIED_403'],
  ])('"%s" at %s is seen as %s', (kind, vantage, wanted) => {
    expect(classify(brokenAnswer(kind, place(vantage)), testContext({ vantage }))).toBe(wanted)
  })

  test.each(answerKinds.filter((kind) => kind !== 'sign-in'))(
    '"%s" breaks the promise of a gated door',
    (kind) => {
      const context = testContext()
      const outcome = brokenAnswer(kind, place('edge'))
      expect(judge(classify(outcome, context), outcome, context).ok).toBe(false)
    },
  )

  test('"sign-in" breaks the promise of an open door: it is walled off', () => {
    const context = testContext({ door: testDoor({ tier: 'none' }) })
    const outcome = brokenAnswer('sign-in', place('edge'))
    expect(judge(classify(outcome, context), outcome, context)).toMatchObject({ ok: false })
  })

  test('every layer has a usual answer', () => {
    for (const layer of layers) expect(answerKinds).toContain(usualAnswers[layer])
  })
})
