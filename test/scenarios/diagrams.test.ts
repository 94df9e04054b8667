// Every diagram of the generated pages, drawn by mermaid in a browser: no error, and every label in the picture.
import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { mermaidId, mermaidLabel } from '../../src/std/markdown.ts'
import { checkNeed } from '../needs.ts'
import { type Chromium, startChromium } from '../peers/chromium.ts'
import { scenario } from '../scenario.ts'
import { codeBlocks } from '../tidy/markdown.ts'
import { root } from '../tidy/tree.ts'

const needs = ['chromium'] as const
/** All of mermaid that these diagrams take, in one file without dependencies. */
const library = fileURLToPath(import.meta.resolve('@mermaid-js/tiny'))
const pages = [...new Bun.Glob('{examples,docs}/**/*.md').scanSync(root)]
  .toSorted()
  .map((path) => ({
    path,
    diagrams: codeBlocks(readFileSync(join(root, path), 'utf8'), 'mermaid'),
  }))
  .filter(({ diagrams }) => diagrams.length > 0)

let chromium: Chromium
let page: Page

beforeAll(async () => {
  if (!checkNeed('chromium').ok) return
  chromium = await startChromium()
}, 90_000)

afterAll(async () => {
  if (checkNeed('chromium').ok) await chromium.stop()
}, 60_000)

/** A fresh page with mermaid in it, as strict as documents of others need it. */
async function open(): Promise<void> {
  page = await (await chromium.browser.newContext()).newPage()
  await page.setContent('<!doctype html><body></body>')
  await page.addScriptTag({ path: library })
  await page.evaluate(() => {
    mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' })
  })
}

/** What a diagram shows once it is drawn; rejects with what mermaid says of one that it cannot draw. */
interface Drawn {
  readonly isPicture: boolean
  /** Texts in boxes and of participants, each once, sorted. */
  readonly nodes: readonly string[]
  /** All text of the picture. */
  readonly text: string
}

async function draw(diagram: string): Promise<Drawn> {
  return page.evaluate(async (text): Promise<Drawn> => {
    const { svg } = await mermaid.render('diagram', text)
    document.body.innerHTML = svg
    const picture = document.querySelector('svg')
    const boxes = document.querySelectorAll('.node .nodeLabel, text.actor')
    const plain = (shown: string | null): string => (shown ?? '').replaceAll(/\s+/g, ' ').trim()
    return {
      isPicture: picture !== null && picture.getBoundingClientRect().width > 0,
      nodes: [...new Set([...boxes].map((box) => plain(box.textContent)))].toSorted(),
      text: plain(picture?.textContent ?? ''),
    }
  }, diagram)
}

/** Declared for the functions that run in the page. */
declare const mermaid: {
  initialize(options: object): void
  render(id: string, text: string): Promise<{ readonly svg: string }>
}

/** What stands in boxes: quoted labels of a flow chart, names of participants. */
function labelsOf(diagram: string): readonly string[] {
  const quoted = [...diagram.matchAll(/\w[[({]+"([^"]*)"[\])}]+/g)]
  const named = [...diagram.matchAll(/^ *participant \w+ as (.+)$/gm)]
  return [...new Set([...quoted, ...named].map((match) => unescaped(match[1] ?? '')))].toSorted()
}

/** Mermaid's own way of writing what a label cannot hold: `#quot;`, `#35;`. */
function unescaped(label: string): string {
  return label
    .replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('#quot;', '"')
    .replaceAll('#amp;', '&')
    .replaceAll('#lt;', '<')
    .replaceAll('#gt;', '>')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

describe('diagrams', () => {
  for (const { diagrams, path } of pages)
    scenario(`of ${path} are drawn with every label`, { needs }, async () => {
      await open()
      for (const diagram of diagrams) {
        const { isPicture, nodes } = await draw(diagram)
        expect([path, isPicture, nodes]).toEqual([path, true, [...labelsOf(diagram)]])
        expect(nodes.length).toBeGreaterThan(1)
      }
      await page.context().close()
    })

  scenario('of every area that has one are among the pages', { needs }, () => {
    const areas = ['authentication', 'ci-cd', 'compute', 'databases', 'monitoring', 'networking']
    const drawn = pages.map(({ path }) => path)
    for (const area of areas)
      expect(drawn).toContain(`examples/homelab/docs/architecture/${area}.md`)
    expect(drawn.some((path) => path.startsWith('docs/post-mortems/'))).toBe(true)
  })

  scenario('of names from outside show them letter by letter', { needs }, async () => {
    await open()
    const seen: (readonly [string, readonly string[]])[] = []
    for (const name of hostile) {
      const one = `${mermaidId(name)}[${mermaidLabel(name)}]`
      const drawn = await draw(`flowchart LR\n  ${one} --> other["other"]\n`).catch(String)
      seen.push([name, typeof drawn === 'string' ? [drawn] : drawn.nodes])
    }
    expect(seen).toEqual(hostile.map((name) => [name, [name, 'other'].toSorted()]))
    await page.context().close()
  })

  scenario('that are none are told from those that are', { needs }, async () => {
    await open()
    const broken = ['flowchart LR\n  a["x --> b', 'flowchart LR\n  end --> a', 'no diagram']
    for (const diagram of broken)
      expect(
        await draw(diagram).then(
          () => 'drawn',
          () => 'refused',
        ),
      ).toBe('refused')
    await page.context().close()
  })
})

/** Names that mermaid, Markdown or HTML would take for something else. */
const hostile: readonly string[] = [
  ...['end', 'graph', 'subgraph x', 'click a "http://e"', 'style a fill:red', '%% comment'],
  ...['a"b', "it's", '<b>bold</b>', '<script>alert(1)</script>', 'a < b > c', '`code`', 'a;b'],
  ...[
    'a --> b',
    'a["b"]',
    '(x)',
    '{y}',
    '[z]',
    'x|y',
    '50 %',
    '#35;',
    '#quot;',
    'a\\b',
    '&amp;',
    'a#b',
  ],
  ...['**bold**', '1. first', '- dash', '# head', 'größer', '数据', 'https://e.test/?a=b&c=d'],
]
