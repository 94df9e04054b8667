// Secrets: made once, kept, refused when they are weak or open; those of others read and never shown.
import { describe, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Files, memoryFiles, realFiles } from '../world/files.ts'
import { seededRandom } from '../world/random.ts'
import { err } from '../std/result.ts'
import { loadOrCreateSecret, readSecretFile } from './secret.ts'

const directory = '/var/lib/gatehouse'
const file = `${directory}/secret`
const good = `${'A'.repeat(42)}8`

describe('loadOrCreateSecret', () => {
  test('makes 32 bytes at first start and finds the same ones again', () => {
    const files = memoryFiles({})
    const made = loadOrCreateSecret(files, seededRandom(1), directory)
    const found = loadOrCreateSecret(files, seededRandom(2), directory)
    expect(made.ok && made.value).toHaveLength(32)
    expect(found).toEqual(made)
  })

  test('makes a file that only its owner may read, in a directory that only its owner may enter', () => {
    const parent = mkdtempSync(join(tmpdir(), 'gatehouse-secret-'))
    try {
      const made = loadOrCreateSecret(realFiles(), seededRandom(1), join(parent, 'a', 'data'))
      expect(made.ok).toBe(true)
      expect(statSync(join(parent, 'a', 'data', 'secret')).mode & 0o777).toBe(0o600)
      expect(statSync(join(parent, 'a', 'data')).mode & 0o777).toBe(0o700)
    } finally {
      rmSync(parent, { recursive: true })
    }
  })

  const modes: readonly (readonly [mode: number, taken: boolean])[] = [
    [0o600, true],
    [0o400, true],
    [0o660, true],
    [0o644, false],
    [0o602, false],
    [0o604, false],
  ]
  for (const [mode, taken] of modes)
    test(`${taken ? 'takes' : 'refuses'} a file of mode ${mode.toString(8)}`, () => {
      const parent = mkdtempSync(join(tmpdir(), 'gatehouse-secret-'))
      try {
        writeFileSync(join(parent, 'secret'), good)
        chmodSync(join(parent, 'secret'), mode)
        const loaded = loadOrCreateSecret(realFiles(), seededRandom(1), parent)
        expect(loaded.ok).toBe(taken)
        if (!loaded.ok) {
          expect(loaded.error.message).toContain(`has mode "${mode.toString(8)}", wanted "600"`)
          expect(loaded.error.fix).toStartWith(`Run "chmod 600 ${parent}/secret"`)
        }
      } finally {
        rmSync(parent, { recursive: true })
      }
    })

  const contents: readonly (readonly [name: string, text: string, bytes: string])[] = [
    ['empty', '', '"0" bytes'],
    ['a byte short', 'A'.repeat(40), '"30" bytes'],
    ['not base64url', `${'+'.repeat(43)}`, '"0" bytes'],
    ['a password', 'correct horse battery staple, correct horse', '"0" bytes'],
  ]
  for (const [name, text, bytes] of contents)
    test(`refuses a secret that is ${name}, and does not show it`, () => {
      const loaded = loadOrCreateSecret(memoryFiles({ [file]: text }), seededRandom(1), directory)
      expect(loaded.ok).toBe(false)
      if (loaded.ok) return
      expect(loaded.error.message).toContain(bytes)
      if (text !== '') expect(JSON.stringify(loaded)).not.toContain(text)
    })

  test('says where it could not write, and why', () => {
    const files: Files = {
      ...memoryFiles({}),
      writeAtomic: (path) => err({ code: 'EROFS', path }),
    }
    expect(loadOrCreateSecret(files, seededRandom(1), directory)).toEqual(
      err({
        message: `Cannot write "${file}": "EROFS"`,
        fix: 'Make "data_dir" a directory that this user may write to',
      }),
    )
  })

  test('goes on with the secret that stayed when two processes make one at a moment', () => {
    const files = memoryFiles({})
    const other = { ...files, exists: () => false }
    const first = loadOrCreateSecret(files, seededRandom(1), directory)
    const second = loadOrCreateSecret(other, seededRandom(2), directory)
    expect(second.ok && first.ok && second.value).not.toEqual(first.ok ? first.value : null)
    expect(loadOrCreateSecret(files, seededRandom(3), directory)).toEqual(second)
  })
})

describe('readSecretFile', () => {
  test('leaves white space around the secret out', () => {
    const read = readSecretFile(memoryFiles({ '/s': '\n  a secret \r\n' }), '/s')
    expect(read.ok && read.value).toBe('a secret')
  })

  const refused: readonly (readonly [name: string, text: string, message: string])[] = [
    [
      'nothing',
      ' \n',
      'Cannot use the secret in "/s": it has "0" characters, wanted "1" to "1024"',
    ],
    [
      'far too much',
      'x'.repeat(2000),
      'Cannot use the secret in "/s": it has "2000" characters, wanted "1" to "1024"',
    ],
  ]
  for (const [name, text, message] of refused)
    test(`refuses ${name}`, () => {
      const read = readSecretFile(memoryFiles({ '/s': text }), '/s')
      expect(read.ok ? '' : read.error.message).toBe(message)
    })

  test('names the code of the system where the file cannot be read', () => {
    const files: Files = {
      ...memoryFiles({}),
      readText: (path) => err({ code: 'EACCES', path }),
    }
    const read = readSecretFile(files, '/s')
    expect(read.ok ? '' : read.error.message).toBe('Cannot read the secret: "/s" answers "EACCES"')
  })
})
