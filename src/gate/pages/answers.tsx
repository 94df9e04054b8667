// Pages that an auth endpoint answers with, on the service's own host: forbidden, unavailable, refused.
import type { VNode } from 'preact'
import { type Decision, reasons } from '../../model/decision.ts'
import type { AccessRequest } from '../request.ts'
import { contentSecurityPolicy, renderPage } from './layout.tsx'

/** What an answer page tells. */
export interface AnswerPageFacts {
  readonly decision: Decision
  /** Null when no canonical request could be read. */
  readonly request: AccessRequest | null
  /** The gate's own origin: links and files come from there. */
  readonly origin: string
  readonly requestId: string
}

/** Headers that go with an answer page, beside its status. */
export function answerPageHeaders(origin: string): readonly (readonly [string, string])[] {
  return [
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Content-Security-Policy', contentSecurityPolicy({ assetOrigin: origin })],
    ['X-Content-Type-Options', 'nosniff'],
    ['Referrer-Policy', 'no-referrer'],
  ]
}

/** The page as HTML text. */
export function answerPage(facts: AnswerPageFacts): string {
  const { title } = reasons[facts.decision.reason]
  return renderPage({ title, assetOrigin: facts.origin, children: <AnswerBody {...facts} /> })
}

function AnswerBody({ decision, origin, request, requestId }: AnswerPageFacts): VNode {
  const { title, fix } = reasons[decision.reason]
  return (
    <>
      <h1>{title}</h1>
      {request === null ? null : (
        <p>
          You asked for {request.host}
          {request.path}.
        </p>
      )}
      <p>{fix}.</p>
      <p>
        <a href={`${origin}/_gatehouse/`}>Your services</a>
      </p>
      <p>
        Reason: {decision.reason}. Request: {requestId}
      </p>
    </>
  )
}
