// A program on a pseudo terminal, and a person before it: what is shown, and the keys that are pressed.
import { until } from './until.ts'

/** Keys that are no letters. */
export const keys = { enter: '\r', ctrlC: '\u0003', ctrlD: '\u0004', backspace: '\u007f' } as const

/** A program that has a terminal for all three of its streams. */
export interface OnTerminal {
  /** All that was shown so far, without what moves the cursor. */
  shown(): string
  /** Waits until `text` is shown below everything that {@link until} has waited for before. */
  until(text: string): Promise<void>
  press(text: string): void
  /** Exit code, once it has ended and all that it wrote was shown. */
  ended(): Promise<number>
  /** Ends it, if it has not ended. */
  close(): void
}

/** Starts `command` on a terminal of 200 columns, so that no line is broken. */
export function startOnTerminal(command: readonly string[], cwd: string): OnTerminal {
  const decoder = new TextDecoder()
  let raw = ''
  let isClosed = false
  let from = 0
  const child = Bun.spawn([...command], {
    cwd,
    env: { ...process.env, TERM: 'xterm' },
    terminal: {
      cols: 200,
      data: (_terminal, bytes) => {
        raw += decoder.decode(bytes, { stream: true })
      },
      exit: () => {
        isClosed = true
      },
    },
  })
  // CSI sequences (ECMA-48 section 5.4), of which readline uses some at every line.
  // oxlint-disable-next-line no-control-regex -- escape is what they begin with
  const shown = (): string => raw.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, '')
  return {
    shown,
    until: async (text) => {
      await until(
        () => shown().includes(text, from),
        () => `"${text}" in ${JSON.stringify(shown().slice(from))}`,
      )
      from = shown().indexOf(text, from) + text.length
    },
    press: (text) => void child.terminal?.write(text),
    ended: async () => {
      const code = await child.exited
      await until(() => isClosed)
      return code
    },
    close: () => {
      child.kill('SIGKILL')
      child.terminal?.close()
    },
  }
}
