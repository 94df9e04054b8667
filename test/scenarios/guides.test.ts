// Each guide is followed as a reader would: its files are written, its commands run, what they print is
// compared with what stands there. `…` in a document stands for what differs from time to time.
import { describe, expect } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scenario } from '../scenario.ts'
import { codeBlocks } from '../tidy/markdown.ts'
import { root } from '../tidy/tree.ts'

const guides = [
  'policy',
  'accounts',
  'openid-connect',
  'operations',
  'alerts',
  'capacity',
  'witnesses',
  'watch',
  'estate',
]
const timeoutMs = 120_000

/** A command of a document and what it is said to print. */
interface Step {
  readonly command: string
  readonly printed: string
}

/** `$ command` and the lines up to the next one. */
function stepsOf(markdown: string): Step[] {
  return codeBlocks(markdown, 'console').flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command = '', ...printed] = text.split('\n')
        return { command, printed: printed.join('\n').trimEnd() }
      }),
  )
}

/** YAML blocks that open with the name of their file: `# gatehouse.yaml`. */
function filesOf(markdown: string): ReadonlyMap<string, string> {
  const named = codeBlocks(markdown, 'yaml').flatMap((text) => {
    const name = /^# ([\w.-]+\.yaml)$/m.exec(text.split('\n')[0] ?? '')?.[1]
    return name === undefined ? [] : [[name, text] as const]
  })
  return new Map(named)
}

async function run(command: string, cwd: string): Promise<string> {
  const PATH = `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`
  const child = Bun.spawn(['sh', '-c', `exec 2>&1; ${command}`], {
    cwd,
    env: { ...process.env, PATH, NO_COLOR: '1' },
    stdin: 'ignore',
    stdout: 'pipe',
  })
  const printed = await new Response(child.stdout).text()
  await child.exited
  return printed.trimEnd()
}

/** What was printed with every part that a `…` of the document stands for put back to one. */
function blurred(printed: string, wanted: string): string {
  const pattern = wanted
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^\\n]*')
  return new RegExp(`^${pattern}$`).test(printed) ? wanted : printed
}

describe('the guide', () => {
  for (const guide of guides)
    scenario(
      `${guide} is true to the letter`,
      {},
      async () => {
        const markdown = readFileSync(join(root, `docs/guide/${guide}.md`), 'utf8')
        const steps = stepsOf(markdown)
        expect(steps.length).toBeGreaterThan(0)
        const directory = mkdtempSync(join(tmpdir(), 'gatehouse-guide-'))
        try {
          for (const [name, text] of filesOf(markdown)) writeFileSync(join(directory, name), text)
          for (const { command, printed } of steps) {
            // oxlint-disable-next-line no-await-in-loop -- a reader goes from step to step
            const got = await run(command, directory)
            expect({ command, printed: blurred(got, printed) }).toEqual({ command, printed })
          }
        } finally {
          rmSync(directory, { recursive: true })
        }
      },
      timeoutMs,
    )
})
