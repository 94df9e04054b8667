// The probe that most tests start from.
import type { ProbeRequest } from './prober.ts'

/** `GET https://app.example.com/` as a stranger; `over` says what differs. */
export function testProbe(over: Partial<ProbeRequest> = {}): ProbeRequest {
  return {
    scheme: 'https',
    host: 'app.example.com',
    port: 443,
    address: null,
    family: 'any',
    method: 'GET',
    target: '/',
    headers: {},
    timeoutMs: 5000,
    verifyTls: true,
    ...over,
  }
}
