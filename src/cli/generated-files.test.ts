// Files that are generated again: what people wrote between the markers stays, what they changed elsewhere stops it.
import { describe, expect, test } from 'bun:test'
import { handWrittenMarkers } from '../estate.ts'
import { memoryFiles } from '../world/files.ts'
import type { Process } from '../world/process.ts'
import { writeGenerated } from './generated-files.ts'

const { begin, end } = handWrittenMarkers
const page = (table: string, notes: string): string => `# A\n\n${table}\n\n${begin}${notes}${end}\n`

function world(contents: Record<string, string> = {}) {
  const files = memoryFiles(contents)
  const said: string[] = []
  const say = (line: string): void => {
    said.push(line)
  }
  // Only these two are used.
  const process = { out: say, error: say } as unknown as Process
  return { files, process, said, text: (path: string) => files.readText(path) }
}

const write = (to: ReturnType<typeof world>, text: string, options: object = {}) =>
  writeGenerated(to, [{ path: 'a.md', text }], {
    out: '/docs',
    check: false,
    force: false,
    ...options,
  })

describe('writeGenerated()', () => {
  test('keeps what people wrote between the markers', () => {
    const disk = world()
    expect(write(disk, page('one', '\n\n'))).toBe(0)
    const edited = page('one', '\nMind the step\n')
    disk.files.writeAtomic('/docs/a.md', edited, 0o644)
    expect(write(disk, page('two', '\n\n'))).toBe(0)
    expect(disk.text('/docs/a.md')).toEqual({ ok: true, value: page('two', '\nMind the step\n') })
    expect(write(disk, page('two', '\n\n'), { check: true })).toBe(0)
  })

  test('does not write over what was changed elsewhere, and says which file', () => {
    const disk = world()
    write(disk, page('one', '\n\n'))
    disk.files.writeAtomic('/docs/a.md', page('mine', '\n\n'), 0o644)
    expect(write(disk, page('two', '\n\n'))).toBe(1)
    expect(disk.said.join('')).toContain('Found "/docs/a.md" changed by hand')
    expect(disk.text('/docs/a.md')).toEqual({ ok: true, value: page('mine', '\n\n') })
    expect(write(disk, page('two', '\n\n'), { force: true })).toBe(0)
    expect(disk.text('/docs/a.md')).toEqual({ ok: true, value: page('two', '\n\n') })
  })

  test('does not write over a file that it never wrote', () => {
    const disk = world({ '/docs/a.md': 'A page of somebody' })
    expect(write(disk, page('one', '\n\n'))).toBe(1)
    expect(disk.text('/docs/a.md')).toEqual({ ok: true, value: 'A page of somebody' })
  })

  test('says with check what is missing or stale, and writes nothing', () => {
    const disk = world()
    expect(write(disk, page('one', ''), { check: true })).toBe(1)
    expect(disk.said.join('')).toContain('Missing file "/docs/a.md"')
    write(disk, page('one', ''))
    expect(write(disk, page('two', ''), { check: true })).toBe(1)
    expect(disk.said.join('')).toContain('Stale file "/docs/a.md"')
    expect(disk.text('/docs/a.md')).toEqual({ ok: true, value: page('one', '') })
  })
})
