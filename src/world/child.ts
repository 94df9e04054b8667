// Another program of this package in a process of its own, by the runtime that runs us.

/** A running child. */
export interface Child {
  /** The first line of its standard output; null when it ended before it said one. */
  firstLine(): Promise<string | null>
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>
}

/** Starts `script`. It ends with us at the latest: its standard input is ours to hold. */
export function startChild(script: string, args: readonly string[]): Child {
  const child = Bun.spawn([process.execPath, script, ...args], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
  })
  return {
    firstLine: () => firstLine(child.stdout),
    stop: async () => {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

const lineLengthMax = 65_536

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | null> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true })
    const end = text.indexOf('\n')
    if (end !== -1) return text.slice(0, end)
    if (text.length > lineLengthMax) return null
  }
  return null
}
