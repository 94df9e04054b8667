// Names with `*` for any text, as in the configuration.

/** A pattern that matches whole texts; `*` is any text, all else stands for itself. */
export function globPattern(glob: string): RegExp {
  const parts = glob.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}
