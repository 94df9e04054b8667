// Programmer errors: what must hold if our own code is right. Never used on input from outside.

/** Thrown by {@link assert}: a defect of ours, counted by the request boundary and never shown. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Throws {@link AssertionError} unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Marks a branch that the types prove unreachable. */
export function unreachable(value: never): never {
  throw new AssertionError(`Reached an impossible case: ${JSON.stringify(value)}`)
}

/** Narrows away `null` and `undefined` where the surrounding code guarantees a value. */
export function must<T>(value: T | null | undefined, message: string): T {
  if (value === null || value === undefined) throw new AssertionError(message)
  return value
}
