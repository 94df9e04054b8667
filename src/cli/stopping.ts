// How commands that run until they are told to stop are told.
import type { World } from '../world/world.ts'
import type { ExitCode } from './context.ts'

/** `first` is the signal that asks to stop; `second` is for a person who does not want to wait. */
export function untilToldToStop({ process }: Pick<World, 'process'>): {
  readonly first: Promise<string>
  readonly second: Promise<ExitCode>
} {
  const first = Promise.withResolvers<string>()
  const second = Promise.withResolvers<ExitCode>()
  let signals = 0
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.onSignal(signal, () => {
      signals++
      if (signals === 1) first.resolve(signal)
      else second.resolve(1)
    })
  return { first: first.promise, second: second.promise }
}
