// Doors, answers and places for the tests of contracts.
import type { Hostname } from '../../model/host.ts'
import type { Door } from '../door.ts'
import type { ProbeAnswer } from '../probe/prober.ts'
import type { AnswerContext } from './classify.ts'

/** A door of tier `required` at `https://app.example.com/`; `over` says what differs. */
export function testDoor(over: Partial<Door> = {}): Door {
  return {
    id: 'app.example.com/',
    host: 'app.example.com' as Hostname,
    path: '/',
    headers: {},
    tier: 'required',
    statuses: [],
    marker: null,
    upstream: null,
    ...over,
  }
}

/** Where an answer came from: the edge, with a sign-in at the gate and at `https://id.example.com`. */
export function testContext(over: Partial<AnswerContext> = {}): AnswerContext {
  return {
    door: testDoor(),
    vantage: 'edge',
    scheme: 'https',
    port: 443,
    signInOrigins: ['https://auth.example.com/_gatehouse/sign-in', 'https://id.example.com'],
    signedIn: false,
    ...over,
  }
}

/** An answer with a status; header names are lower case. */
export function testAnswer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  over: Partial<ProbeAnswer> = {},
): ProbeAnswer {
  return {
    status,
    headers: new Map(Object.entries(headers)),
    setCookies: [],
    body: '',
    address: '10.0.20.5',
    certificate: null,
    ms: 12,
    ...over,
  }
}
