// The setting `watch.program`: whose token is tried at which door.
import type { GateConfig } from '../gate.ts'
import type { Door, ProgramConfig } from '../watch.ts'
import type { Inspection } from './inspection.ts'
import { neededSecret } from './secret-setting.ts'
import type { WatchSettings } from './watch-section.ts'

const at = ['watch', 'program']

/** What a program is made from beside its own settings. */
export interface ProgramSources {
  readonly doors: readonly Door[]
  readonly canary: Door | null
  readonly gate: GateConfig
}

/** The program; null where none is declared, or none can be made. */
export function buildProgram(
  inspection: Inspection,
  { program }: WatchSettings,
  { canary, doors, gate }: ProgramSources,
): ProgramConfig | null {
  if (program === undefined) {
    // Only an outpost takes tokens of programs (RFC 6750, RFC 7617): elsewhere nothing goes unseen.
    if (gate.outpost !== null)
      inspection.report({
        id: 'no-program',
        severity: 'warning',
        path: ['watch'],
        message:
          'No program is tried: a gate that refuses the tokens of programs, and nobody else, goes unseen',
        fix: 'Add "program" with a token of its own',
      })
    return null
  }
  const { token: inline, token_file: file } = program
  const token = neededSecret(inspection, { at, key: 'token', inline, file }, 'the token')
  const wanted = program.host ?? canary?.host
  const own = doors.filter(({ host, tier }) => host === wanted && tier === 'required')
  const door = own.find(({ path }) => path === program.path) ?? own[0]
  if (door === undefined) {
    inspection.report({
      id: 'unknown-door',
      path: [...at, ...(program.host === undefined ? [] : ['host'])],
      message: `Found ${wanted === undefined ? 'no door' : `the host "${wanted}"`}, wanted one of tier "required" that is probed`,
      fix: 'Name the host of a service that the program may enter',
    })
    return null
  }
  return { user: program.user ?? null, token, host: door.host, path: program.path ?? door.path }
}
