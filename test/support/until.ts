// Waiting for something outside of the test (a socket, a process) to become so, with an end.

const waitTimeoutMs = 10_000

/** Resolves as soon as `condition` holds; rejects when it does not within ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + waitTimeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Still not so: ${condition.toString()}`)
    await Bun.sleep(1)
  }
}
