// The real endpoint inside this process, without sockets: for the profile of the hot path.
import type { GateConfig } from '../../src/gate/config.ts'
import { AuthEndpoint, type EndpointState } from '../../src/gate/auth-endpoint.ts'
import { Front } from '../../src/gate/http.ts'
import { Meter } from '../../src/gate/meter.ts'
import { Observer } from '../../src/gate/observer.ts'
import { compilePolicy } from '../../src/gate/policy/compile.ts'
import { ProbeMarks } from '../../src/gate/probe-marks.ts'
import { createSealer } from '../../src/gate/seal.ts'
import { createSessions } from '../../src/gate/session/create-sessions.ts'
import { openSessionStore } from '../../src/gate/session/registry.ts'
import type { Sessions } from '../../src/gate/session/sessions.ts'
import { createTrust } from '../../src/gate/trust.ts'
import type { World } from '../../src/world/world.ts'

/** The parts that a request passes. */
export interface Inside {
  readonly state: EndpointState
  readonly sessions: Sessions
  readonly meter: Meter
  readonly endpoint: AuthEndpoint
  readonly front: Front
}

/** Puts them together as `startGate` does, without listeners and pages. */
export function openInside(config: GateConfig, world: World): Inside {
  const { clock, log, random } = world
  const settings = { ...config.sessions, domain: config.domain, secure: config.secure }
  const sessions = createSessions({
    config: () => settings,
    store: openSessionStore(() => config, world),
    sealer: createSealer(new Uint8Array(32), random),
    clock,
    random,
    log,
  })
  const meter = new Meter()
  let ids = 0
  const nextRequestId = (): string => `bench-${(++ids).toString(36)}`
  const state: EndpointState = {
    config,
    policy: compilePolicy(config.services),
    trust: createTrust(config.trustedProxies),
  }
  const observer = new Observer({ meter, log, clock, random })
  const secret = new Uint8Array(32)
  const marks = new ProbeMarks({ secret, configuredKey: () => null, clock })
  const tools = { sessions, meter, observer, marks, clock, nextRequestId }
  const endpoint = new AuthEndpoint(tools, state)
  const front = new Front({
    endpoint,
    pages: [],
    outpost: null,
    config: () => config,
    trust: () => state.trust,
    nextRequestId,
    clock,
    log,
  })
  return { state, sessions, meter, endpoint, front }
}
