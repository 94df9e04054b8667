// Real files and files in memory keep the same promises: one suite over both.
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../../test/support/until.ts'
import { type Files, memoryFiles, realFiles } from './files.ts'

const directory = mkdtempSync(join(tmpdir(), 'gatehouse-files-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

let made = 0
const kinds: readonly (readonly [name: string, files: Files])[] = [
  ['real', realFiles()],
  ['memory', memoryFiles({})],
]

for (const [name, files] of kinds) {
  const fresh = (): string => join(directory, `${name}-${++made}`)

  describe(`${name} files`, () => {
    test('read back what was written, with its mode', () => {
      const path = fresh()
      expect(files.exists(path)).toBe(false)
      expect(files.writeAtomic(path, 'zwölf', 0o640).ok).toBe(true)
      expect(files.exists(path)).toBe(true)
      expect(files.readText(path)).toEqual({ ok: true, value: 'zwölf' })
      expect(files.mode(path)).toEqual({ ok: true, value: 0o640 })
    })

    test('replace a file whole, mode included', () => {
      const path = fresh()
      files.writeAtomic(path, 'a long first text', 0o644)
      files.writeAtomic(path, 'short', 0o600)
      expect(files.readText(path)).toEqual({ ok: true, value: 'short' })
      expect(files.mode(path)).toEqual({ ok: true, value: 0o600 })
    })

    test('say by code and path that a file is not there', () => {
      const path = fresh()
      const missing = { ok: false, error: { code: 'ENOENT', path } } as const
      expect(files.readText(path)).toEqual(missing)
      expect(files.mode(path)).toEqual(missing)
    })

    test('read no more than was asked for', () => {
      const path = join(directory, 'long')
      files.writeAtomic(path, 'häuser', 0o600)
      expect(files.readText(path, 7)).toEqual({ ok: true, value: 'häuser' })
      expect(files.readText(path, 6)).toEqual({ ok: false, error: { code: 'EFBIG', path } })
      const none = join(directory, 'none')
      expect(files.readText(none, 6)).toEqual({ ok: false, error: { code: 'ENOENT', path: none } })
    })

    test('tell what a file system has and has left, by code when there is none', () => {
      const inside = fresh()
      files.writeAtomic(inside, 'x', 0o600)
      const use = files.fileSystem(directory)
      if (!use.ok) throw new Error(use.error.code)
      const { blockBytes, blocks, blocksFree, inodes, inodesFree } = use.value
      expect(blockBytes).toBeGreaterThan(0)
      expect(blocksFree).toBeWithin(0, blocks + 1)
      expect(inodesFree).toBeWithin(0, inodes + 1)
      const missing = join(directory, 'nothing-here')
      const error = { code: 'ENOENT', path: missing }
      expect(files.fileSystem(missing)).toEqual({ ok: false, error })
    })

    test('list the files of a directory that are wanted, with size and time, up to a bound', async () => {
      const prefix = `scan-${name}-`
      for (let i = 0; i < 5; i++)
        files.writeAtomic(join(directory, `${prefix}${i}`), 'x'.repeat(i), 0o600)
      const scan = async (entriesMax: number) => {
        const found = await files.scan(directory, {
          entriesMax,
          isWanted: (file) => file.startsWith(prefix),
        })
        if (!found.ok) throw new Error(found.error.code)
        return found.value
      }
      const all = await scan(5)
      const sizes = all.entries.map(({ name: file, sizeBytes }) => [file, sizeBytes])
      expect(sizes.toSorted()).toEqual(Array.from({ length: 5 }, (_, i) => [`${prefix}${i}`, i]))
      expect(all.entries.every(({ modifiedAt }) => Number.isFinite(modifiedAt))).toBe(true)
      expect([all.isCut, (await scan(4)).isCut, (await scan(4)).entries.length]).toEqual([
        false,
        true,
        4,
      ])
      const gone = join(directory, 'no-such-directory')
      expect(await files.scan(gone, { entriesMax: 1, isWanted: () => true })).toEqual({
        ok: false,
        error: { code: 'ENOENT', path: gone },
      })
    })

    test('tell of a change, and no more after it was cancelled', async () => {
      const path = fresh()
      files.writeAtomic(path, 'before', 0o600)
      let changes = 0
      const cancel = files.watch(path, () => changes++)
      files.writeAtomic(path, 'after', 0o600)
      await until(() => changes > 0)
      cancel()
      const seen = changes
      files.writeAtomic(path, 'later', 0o600)
      expect(changes).toBe(seen)
    })
  })
}

describe('real files', () => {
  const files = realFiles()

  test('list regular files alone, hundreds of them, links never followed', async () => {
    const path = join(directory, 'crowd')
    files.ensureDirectory(join(path, 'session_directory'), 0o700)
    for (let i = 0; i < 300; i++) writeFileSync(join(path, `session_${i}`), '')
    symlinkSync('/etc/passwd', join(path, 'session_link'))
    const scan = await files.scan(path, { entriesMax: 1000, isWanted: () => true })
    expect(scan.ok && [scan.value.entries.length, scan.value.isCut]).toEqual([300, false])
    const half = await files.scan(path, { entriesMax: 150, isWanted: () => true })
    expect(half.ok && [half.value.entries.length, half.value.isCut]).toEqual([150, true])
  })

  test('leave nothing behind when a file cannot be replaced', () => {
    const path = join(directory, 'a-directory')
    expect(files.ensureDirectory(join(path, 'inner'), 0o700).ok).toBe(true)
    const written = files.writeAtomic(path, 'text', 0o600)
    expect(written.ok).toBe(false)
    expect(readdirSync(directory).filter((name) => name.endsWith('-new'))).toEqual([])
  })

  test('leave alone what a person keeps beside a file that is replaced', () => {
    const path = join(directory, 'beside.md')
    writeFileSync(`${path}.new`, 'mine')
    expect(files.writeAtomic(path, 'text', 0o600).ok).toBe(true)
    expect(readFileSync(`${path}.new`, 'utf8')).toBe('mine')
  })

  test('write through no link, neither at the place nor at that of the temporary file', () => {
    const victim = join(directory, 'victim')
    writeFileSync(victim, 'mine')
    const path = join(directory, 'linked.md')
    symlinkSync(victim, path)
    symlinkSync(victim, join(directory, '.linked.md.gatehouse-new'))
    expect(files.isLink(path)).toBe(true)
    expect(files.writeAtomic(path, 'text', 0o600).ok).toBe(true)
    expect(readFileSync(victim, 'utf8')).toBe('mine')
    expect([files.isLink(path), readFileSync(path, 'utf8')]).toEqual([false, 'text'])
    expect(readdirSync(directory).filter((name) => name.endsWith('-new'))).toEqual([])
  })

  test('know a link from what it leads to, be there anything or not', () => {
    const dangling = join(directory, 'dangling')
    symlinkSync(join(directory, 'nowhere'), dangling)
    expect([files.isLink(dangling), files.exists(dangling)]).toEqual([true, false])
    expect(files.isLink(join(directory, 'nowhere'))).toBe(false)
    expect(files.isLink(directory)).toBe(false)
  })

  test('make a directory for its owner alone, and are content when it is there', () => {
    const path = join(directory, 'data', 'deep')
    expect(files.ensureDirectory(path, 0o700).ok).toBe(true)
    expect(files.ensureDirectory(path, 0o700).ok).toBe(true)
    expect(files.mode(path)).toEqual({ ok: true, value: 0o700 })
  })

  test('give the system’s own code where a file stands in the way of a directory', () => {
    const path = join(directory, 'in-the-way')
    writeFileSync(path, '')
    const made = files.ensureDirectory(join(path, 'below'), 0o700)
    expect(made.ok ? 'made' : made.error.code).toBeOneOf(['ENOTDIR', 'EEXIST'])
  })

  test('notice a file that Kubernetes replaces by turning a link', async () => {
    const mount = join(directory, 'mount')
    files.ensureDirectory(join(mount, 'v1'), 0o700)
    files.ensureDirectory(join(mount, 'v2'), 0o700)
    writeFileSync(join(mount, 'v1', 'gatehouse.yaml'), 'one')
    writeFileSync(join(mount, 'v2', 'gatehouse.yaml'), 'two')
    symlinkSync('v1', join(mount, '..data'))
    symlinkSync(join('..data', 'gatehouse.yaml'), join(mount, 'gatehouse.yaml'))
    let changes = 0
    const cancel = files.watch(join(mount, 'gatehouse.yaml'), () => changes++)
    rmSync(join(mount, '..data'))
    symlinkSync('v2', join(mount, '..data'))
    await until(() => changes > 0)
    cancel()
    expect(files.readText(join(mount, 'gatehouse.yaml'))).toEqual({ ok: true, value: 'two' })
  })

  test('watching what cannot be watched does no harm', () => {
    files.watch(join(directory, 'nowhere', 'at-all'), () => {})()
  })
})

test('writing below what is no directory is a fault, and nothing is thrown', () => {
  const file = join(directory, 'a-file')
  writeFileSync(file, '')
  const path = join(file, 'below')
  expect(realFiles().writeAtomic(path, 'x', 0o600)).toEqual({
    ok: false,
    error: { code: 'ENOTDIR', path },
  })
})
