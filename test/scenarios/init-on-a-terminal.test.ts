// `gatehouse init` before a person: a real pseudo terminal, questions, answers, second thoughts.
import { expect } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scenario } from '../scenario.ts'
import { launcher, run } from '../support/run-program.ts'
import { type OnTerminal, keys, startOnTerminal } from '../support/terminal.ts'

const needs = ['terminal'] as const
const askDomain = 'Domain whose hosts are protected (example.com): '
const askIssuer = 'OpenID Connect issuer (empty: built-in accounts): '

/** Starts it in an empty directory; afterwards both are gone. */
async function beforeInit(
  args: readonly string[],
  story: (terminal: OnTerminal, directory: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-init-'))
  const terminal = startOnTerminal([launcher, 'init', ...args], directory)
  try {
    await story(terminal, directory)
  } finally {
    terminal.close()
    rmSync(directory, { recursive: true })
  }
}

scenario('init: a person answers, wrongly at first, and has a configuration', { needs }, () =>
  beforeInit([], async (terminal, directory) => {
    await terminal.until(askDomain)
    terminal.press(`https://no domain/${keys.enter}`)
    await terminal.until('Found the domain "https://no domain/", wanted one such as "example.com"')
    await terminal.until(askDomain)
    terminal.press(keys.enter)
    await terminal.until('Found the domain "", wanted one such as "example.com"')
    await terminal.until(askDomain)
    // A slip that is seen in time is taken back by a key.
    terminal.press(`home.example.con${keys.backspace}m${keys.enter}`)
    await terminal.until(askIssuer)
    terminal.press(`id.example.com${keys.enter}`)
    await terminal.until('Found the issuer "id.example.com", wanted one such as "https://id.')
    await terminal.until(askIssuer)
    terminal.press(`https://id.example.com${keys.enter}`)
    await terminal.until('Wrote gatehouse.yaml')
    await terminal.until('Next:')
    await terminal.until('gatehouse serve --config gatehouse.yaml')
    expect(await terminal.ended()).toBe(0)
    const text = readFileSync(join(directory, 'gatehouse.yaml'), 'utf8')
    expect(text).toContain('domains: ["home.example.com"]')
    expect(text).toContain('issuer: "https://id.example.com"')
    const checked = await run([launcher, 'check', '--config', 'gatehouse.yaml'], { cwd: directory })
    expect([checked.code, checked.error]).toEqual([0, ''])
  }),
)

scenario(
  'init: no provider is built-in accounts, and a file that is there is kept',
  { needs },
  () =>
    beforeInit(['--out', 'mine.yaml'], async (terminal, directory) => {
      await terminal.until(askDomain)
      terminal.press(`example.com${keys.enter}`)
      await terminal.until(askIssuer)
      terminal.press(keys.enter)
      await terminal.until('gatehouse users add alice --config mine.yaml')
      expect(await terminal.ended()).toBe(0)
      expect(readFileSync(join(directory, 'mine.yaml'), 'utf8')).toContain('accounts: {}')
      // Nobody is asked anything whose answers would come to nothing.
      const again = startOnTerminal([launcher, 'init', '--out', 'mine.yaml'], directory)
      expect(await again.ended()).toBe(1)
      expect(again.shown()).toContain('wanted a new file; use --out or --force')
      expect(again.shown()).not.toContain(askDomain)
    }),
)

for (const [name, key] of [
  ['Ctrl-C', keys.ctrlC],
  ['Ctrl-D', keys.ctrlD],
] as const)
  scenario(`init: ${name} at either question writes nothing`, { needs }, async () => {
    await beforeInit([], async (terminal, directory) => {
      await terminal.until(askDomain)
      terminal.press(key)
      await terminal.until('gatehouse: Nothing was written')
      expect(await terminal.ended()).toBe(2)
      expect(readdirSync(directory)).toEqual([])
    })
    await beforeInit([], async (terminal, directory) => {
      await terminal.until(askDomain)
      terminal.press(`example.com${keys.enter}`)
      await terminal.until(askIssuer)
      terminal.press(`https://id.example.com${key === keys.ctrlC ? key : ''}`)
      // Ctrl-D ends an empty line only: what was typed is taken back first.
      if (key === keys.ctrlD) terminal.press(`${'\u0015'}${key}`)
      await terminal.until('gatehouse: Nothing was written')
      expect(await terminal.ended()).toBe(2)
      expect(existsSync(join(directory, 'gatehouse.yaml'))).toBe(false)
    })
  })

scenario('init: what flags say is not asked', { needs }, () =>
  beforeInit(['--domain', 'example.com'], async (terminal) => {
    await terminal.until('Wrote gatehouse.yaml')
    expect(await terminal.ended()).toBe(0)
    expect(terminal.shown()).not.toContain(askDomain)
    expect(terminal.shown()).not.toContain(askIssuer)
  }),
)
