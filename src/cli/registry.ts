// Every command there is, in the order of `gatehouse --help`: a new one is one file and one line here.
import { registerAlerts } from './alerts.ts'
import { registerCapacity } from './capacity.ts'
import { registerCheck } from './check.ts'
import type { RegisterCommand } from './cli.ts'
import { registerCodify } from './codify.ts'
import { registerConfig } from './config.ts'
import { registerDiscover } from './discover.ts'
import { registerDrift } from './drift.ts'
import { registerExplain } from './explain.ts'
import { registerDoctor } from './doctor.ts'
import { registerDrill } from './drill.ts'
import { registerDemo } from './demo.ts'
import { registerGenerate } from './generate.ts'
import { registerHashPassword } from './hash-password.ts'
import { registerHealthcheck } from './healthcheck.ts'
import { registerInit } from './init.ts'
import { registerImport } from './import-authentik.ts'
import { registerIncident } from './incident.ts'
import { registerPlan } from './plan.ts'
import { registerNotify } from './notify.ts'
import { registerPolicyTest } from './policy-test.ts'
import { registerServe } from './serve.ts'
import { registerSessions } from './sessions.ts'
import { registerWhy } from './why.ts'
import { registerUsers } from './users.ts'
import { registerSnippet } from './snippet.ts'
import { registerVersion } from './version.ts'
import { registerWatch } from './watch.ts'

/** Registrars of all commands. */
export const commands: readonly RegisterCommand[] = [
  registerInit,
  registerServe,
  registerWatch,
  registerCheck,
  registerPlan,
  registerDiscover,
  registerDrift,
  registerCodify,
  registerDoctor,
  registerDrill,
  registerWhy,
  registerIncident,
  registerExplain,
  registerPolicyTest,
  registerSnippet,
  registerDemo,
  registerNotify,
  registerCapacity,
  registerConfig,
  registerImport,
  registerGenerate,
  registerAlerts,
  registerHashPassword,
  registerUsers,
  registerSessions,
  registerHealthcheck,
  registerVersion,
]
