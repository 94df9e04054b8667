// Real files and files in memory keep the same promises: one suite over both.
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
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

  test('leave nothing behind when a file cannot be replaced', () => {
    const path = join(directory, 'a-directory')
    expect(files.ensureDirectory(join(path, 'inner'), 0o700).ok).toBe(true)
    const written = files.writeAtomic(path, 'text', 0o600)
    expect(written.ok).toBe(false)
    expect(readdirSync(directory).filter((name) => name.endsWith('.new'))).toEqual([])
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
