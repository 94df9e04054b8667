// Stories of a provider that misbehaves: one sign-in gate and one provider of a file, as new for each story.
import { afterAll, beforeAll, beforeEach } from 'bun:test'
import { type HostileProvider, startHostileProvider } from '../peers/hostile-provider.ts'
import { providerConfig, type SignInGate, startSignInGate } from './sign-in-gate.ts'

/** Who is on it. Filled before the first story; not to be taken apart outside of one. */
export interface HostileStage {
  readonly gate: SignInGate
  readonly peer: HostileProvider
}

/** Sets the stage for all stories of a file; for each, what is known of the provider has run out. */
export function hostileStage(): HostileStage {
  let gate: SignInGate
  let peer: HostileProvider
  beforeAll(async () => {
    gate = await startSignInGate()
    peer = await startHostileProvider(() => gate.clock.now())
    gate.providers.push(providerConfig('main', peer.issuer))
  })
  afterAll(async () => {
    await peer.stop()
    await gate.stop()
  })
  beforeEach(() => {
    peer.script = {}
    gate.clock.advance(2 * 86_400_000)
  })
  return {
    get gate() {
      return gate
    },
    get peer() {
      return peer
    },
  }
}
