// Waiting for something outside of the test (a socket, a process) to become so, with an end.

/** Only tells a slow machine from a story that hangs: nothing here is meant to take that long. */
export const patienceMs = 30_000
/** Between two looks; a process that is waited for on the same two cores wants to run, too. */
const pauseMs = 5

/** Resolves as soon as `condition` holds; rejects when it does not within {@link patienceMs}. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: () => string = () => condition.toString(),
): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Still not so: ${what()}`)
    await Bun.sleep(pauseMs)
  }
}
