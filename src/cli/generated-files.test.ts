// Files that are generated again: what people wrote between the markers stays, what they changed elsewhere stops it.
import { afterAll, describe, expect, test } from 'bun:test'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { handWrittenMarkers } from '../estate-render.ts'
import { memoryFiles, realFiles } from '../world/files.ts'
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
    by: 'generate docs',
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

const directory = mkdtempSync(join(tmpdir(), 'gatehouse-generated-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** A directory to write into, beside one of somebody else. */
function onDisk() {
  const place = mkdtempSync(join(directory, 'out-'))
  const out = join(place, 'out')
  const elsewhere = join(place, 'elsewhere')
  mkdirSync(out)
  mkdirSync(elsewhere)
  const { process, said } = world()
  const disk = { files: realFiles(), process }
  const run = (
    files: readonly { readonly path: string; readonly text: string }[],
    options: { readonly check?: boolean; readonly force?: boolean; readonly by?: string } = {},
  ) => writeGenerated(disk, files, { out, check: false, force: false, by: 'x', ...options })
  return { out, elsewhere, said, run }
}

const pages = [
  { path: 'README.md', text: 'index\n' },
  { path: 'architecture/vpn.md', text: 'vpn\n' },
]

describe('writeGenerated() on a disk', () => {
  test('writes through no link to a directory, also with force, and writes nothing then', () => {
    const { elsewhere, out, run, said } = onDisk()
    symlinkSync(elsewhere, join(out, 'architecture'))
    for (const force of [false, true]) expect(run(pages, { force })).toBe(1)
    expect(said[0]).toBe(
      `gatehouse: Found a link at "${out}/architecture", wanted a directory: files written there would land elsewhere\n`,
    )
    expect([readdirSync(elsewhere), readdirSync(out)]).toEqual([[], ['architecture']])
  })

  test('takes a link in place of a file for one of a person, and force replaces it, not what it leads to', () => {
    const { elsewhere, out, run, said } = onDisk()
    const theirs = join(elsewhere, 'theirs.md')
    writeFileSync(theirs, 'theirs')
    symlinkSync(theirs, join(out, 'README.md'))
    expect(run(pages)).toBe(1)
    expect(said.join('')).toContain(`Found "${out}/README.md" changed by hand`)
    expect(run(pages, { force: true })).toBe(0)
    expect([readFileSync(theirs, 'utf8'), readFileSync(join(out, 'README.md'), 'utf8')]).toEqual([
      'theirs',
      'index\n',
    ])
    expect(lstatSync(join(out, 'README.md')).isSymbolicLink()).toBe(false)
  })

  test('takes a link that leads nowhere for one of a person', () => {
    const { elsewhere, out, run } = onDisk()
    symlinkSync(join(elsewhere, 'not-yet'), join(out, 'README.md'))
    expect(run(pages)).toBe(1)
    expect(readdirSync(elsewhere)).toEqual([])
  })

  test('takes a link to a copy of what it wrote for a change once there is something to write', () => {
    const { elsewhere, out, run } = onDisk()
    expect(run(pages)).toBe(0)
    const copy = join(elsewhere, 'copy.md')
    writeFileSync(copy, 'index\n')
    rmSync(join(out, 'README.md'))
    symlinkSync(copy, join(out, 'README.md'))
    expect(run(pages)).toBe(0)
    expect(run([{ path: 'README.md', text: 'new\n' }])).toBe(1)
    expect(readFileSync(copy, 'utf8')).toBe('index\n')
  })

  test('takes what cannot be read for no missing file', () => {
    const { out, run, said } = onDisk()
    mkdirSync(join(out, 'README.md'))
    for (const force of [false, true]) expect(run(pages, { force })).toBe(1)
    expect(said[0]).toBe(
      `gatehouse: Cannot read "${out}/README.md" (EISDIR), wanted a file as generated\n`,
    )
    expect(readdirSync(out)).toEqual(['README.md'])
    expect(run(pages, { check: true })).toBe(1)
  })

  test('says where a file stands in the way of a directory', () => {
    const { out, run, said } = onDisk()
    writeFileSync(join(out, 'architecture'), 'a file')
    expect(run(pages)).toBe(1)
    expect(said.join('')).toMatch(/Cannot (read|write) ".*architecture.*" \(ENOTDIR\)/)
    expect(readdirSync(out)).toEqual(['architecture'])
  })

  test('leaves alone everything that it did not write', () => {
    const { out, run } = onDisk()
    for (const name of ['README.md.new', 'notes.md', '.hidden']) writeFileSync(join(out, name), '!')
    expect([run(pages), run([{ path: 'README.md', text: 'new\n' }])]).toEqual([0, 0])
    for (const name of ['README.md.new', 'notes.md', '.hidden'])
      expect(readFileSync(join(out, name), 'utf8')).toBe('!')
  })

  test('gives files that everybody may read, whatever the mask of the shell', () => {
    const { out, run } = onDisk()
    run(pages)
    chmodSync(join(out, 'README.md'), 0o600)
    expect(run([{ path: 'README.md', text: 'new\n' }])).toBe(0)
    expect(lstatSync(join(out, 'README.md')).mode & 0o777).toBe(0o644)
  })
})

describe('files that are no longer generated', () => {
  const [index, vpn] = pages
  const fewer = index === undefined ? [] : [index]
  const stale = (out: string): string =>
    `gatehouse: Stale file "${out}/architecture/vpn.md": it is no longer generated; remove it\n`

  test('are stale with check, until they are gone', () => {
    const { out, run, said } = onDisk()
    expect([run(pages), run(pages, { check: true })]).toEqual([0, 0])
    said.length = 0
    expect(run(fewer, { check: true })).toBe(1)
    expect(said).toEqual([stale(out)])
    rmSync(join(out, 'architecture/vpn.md'))
    expect(run(fewer, { check: true })).toBe(0)
  })

  test('are named and kept by a run that writes, and by those after it', () => {
    const { out, run, said } = onDisk()
    run(pages)
    said.length = 0
    for (let i = 0; i < 2; i += 1) expect(run(fewer, { force: true })).toBe(0)
    expect(said.filter((line) => line === stale(out)).length).toBe(2)
    expect(readFileSync(join(out, 'architecture/vpn.md'), 'utf8')).toBe(vpn?.text ?? '')
    expect(run(fewer, { check: true })).toBe(1)
    rmSync(join(out, 'architecture/vpn.md'))
    expect(run(fewer)).toBe(0)
    // A file that a person puts there later was never ours.
    writeFileSync(join(out, 'architecture/vpn.md'), 'mine')
    expect(run(fewer, { check: true })).toBe(0)
  })

  test('of another generator in the same directory are none', () => {
    const { run } = onDisk()
    expect(run(pages)).toBe(0)
    const other = [{ path: 'rules.yaml', text: 'groups: []\n' }]
    expect([run(other, { by: 'y' }), run(other, { by: 'y', check: true })]).toEqual([0, 0])
    expect([run(pages, { check: true }), run(pages)]).toEqual([0, 0])
  })

  test('are looked for below the directory alone, and said without escapes', () => {
    const { elsewhere, out, run, said } = onDisk()
    writeFileSync(join(elsewhere, 'a'), 'a')
    writeFileSync(join(out, 'b\u001b[2J'), 'b')
    const marks = { '../elsewhere/a': '0 x', '/etc/passwd': '0 x', 'b\u001b[2J': '0 x' }
    writeFileSync(join(out, '.gatehouse-generated.json'), JSON.stringify(marks))
    expect(run([], { check: true })).toBe(1)
    expect(said).toEqual([
      `gatehouse: Stale file "${out}/b\\u001b[2J": it is no longer generated; remove it\n`,
    ])
  })

  test('of a manifest that does not say who wrote them are not judged, but still known', () => {
    const { out, run } = onDisk()
    run(pages)
    const manifest = join(out, '.gatehouse-generated.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll(' x"', '"'))
    expect(run(fewer, { check: true })).toBe(0)
    expect(run([{ path: 'README.md', text: 'new\n' }])).toBe(0)
  })
})

describe('places of generated files', () => {
  test.each(['/etc/passwd', '../a', 'a/../../b', './a', 'a//b', 'a/', '..', '.', 'a\\..\\b'])(
    '%p is a defect of ours',
    (path) => {
      const { run } = onDisk()
      expect(() => run([{ path, text: 'x' }])).toThrow('stays below its directory')
    },
  )

  test.each([
    ['A.md', 'a.md'],
    ['caf\u00e9.md', 'cafe\u0301.md'],
    ['x/y.md', 'X/y.md'],
    ['a.md', 'a.md'],
  ])('%p and %p are one file somewhere, and so a defect of ours', (one, other) => {
    const { out, run } = onDisk()
    const both = [one, other].map((path) => ({ path, text: path }))
    expect(() => run(both)).toThrow('Two generated files are two')
    expect(readdirSync(out)).toEqual([])
  })
})

describe('files, a person and a generator', () => {
  type Step =
    | { readonly by: 'generator'; readonly text: string; readonly force: boolean }
    | { readonly by: 'person'; readonly text: string }

  const text = fc.constantFrom('one', 'two', 'three')
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ by: fc.constant('generator' as const), text, force: fc.boolean() }),
    fc.record({ by: fc.constant('person' as const), text: text.map((word) => `my ${word}`) }),
  )

  test('without force nothing that a person wrote is ever lost, in any order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const disk = world()
        for (const { by, text: wanted, ...more } of steps) {
          const before = disk.text('/docs/a.md')
          const isTheirs = before.ok && before.value.startsWith('my ')
          if (by === 'person') disk.files.writeAtomic('/docs/a.md', wanted, 0o644)
          else {
            const isForced = 'force' in more && more.force
            const code = write(disk, wanted, { force: isForced })
            const isKept = isTheirs && !isForced
            expect(code).toBe(isKept ? 1 : 0)
            expect(disk.text('/docs/a.md')).toEqual(isKept ? before : { ok: true, value: wanted })
            // What was just written is fresh, and what was kept is stale.
            expect(write(disk, wanted, { check: true })).toBe(isKept ? 1 : 0)
          }
        }
      }),
    )
  })
})
