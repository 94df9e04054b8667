// Types of setup.mjs, which must run before there is a compiler.

interface LockEntry {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
}

/** Names of locked packages that are not installed in the locked version. */
export function missingPackages(
  locked: Readonly<Record<string, LockEntry>>,
  installed: Readonly<Record<string, LockEntry>>,
  development: boolean,
): string[]
