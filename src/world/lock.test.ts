// One process has a lock, and none after its end, however it ended.
import { afterAll, describe, expect, test } from 'bun:test'
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type LockFault, takeLock } from './lock.ts'

const directory = mkdtempSync(join(tmpdir(), 'gatehouse-lock-'))
const children: Bun.Subprocess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(directory, { recursive: true })
})
let serial = 0
const freshPath = (): string => join(directory, `${serial++}.lock`)

function taken(path: string): () => void {
  const lock = takeLock(path)
  if (!lock.ok) return expect.unreachable(JSON.stringify(lock.error))
  return lock.value
}

function refused(path: string): LockFault {
  const lock = takeLock(path)
  if (lock.ok) return expect.unreachable('It was taken')
  return lock.error
}

/** Another process that takes the lock, says so and stays. */
async function holder(path: string) {
  const script = `
    import { takeLock } from ${JSON.stringify(join(import.meta.dir, 'lock.ts'))}
    const { ok } = takeLock(${JSON.stringify(path)})
    // Whoever keeps nothing of it has it nevertheless.
    Bun.gc(true)
    console.log(ok ? 'taken' : 'refused')
    setInterval(() => {}, 1000)
  `
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'ignore' })
  children.push(child)
  const { value } = await child.stdout.getReader().read()
  return { child, said: new TextDecoder().decode(value).trim() }
}

describe('takeLock()', () => {
  test('is had once, also within one process, and again after it was released', () => {
    const path = freshPath()
    const release = taken(path)
    expect(refused(path)).toEqual({ code: 'EBUSY', path, holder: `process ${process.pid}` })
    release()
    release()
    taken(path)()
  })

  test('two of them know nothing of one another', () => {
    const releases = [taken(freshPath()), taken(freshPath())]
    for (const release of releases) release()
  })

  test('is free after the process that had it was killed', async () => {
    const path = freshPath()
    const { child, said } = await holder(path)
    expect(said).toBe('taken')
    expect(refused(path)).toEqual({ code: 'EBUSY', path, holder: `process ${child.pid}` })
    child.kill('SIGKILL')
    await child.exited
    taken(path)()
  })

  test('refuses another process as well', async () => {
    const path = freshPath()
    const release = taken(path)
    const { child, said } = await holder(path)
    child.kill('SIGKILL')
    await child.exited
    expect(said).toBe('refused')
    release()
  })

  test.each(['', 'process', 'process 1; rm -rf /', 'process 12\u001b[2J', 'x'.repeat(100_000)])(
    'repeats nothing that somebody wrote in place of the holder: %j',
    (text) => {
      const path = freshPath()
      const release = taken(path)
      writeFileSync(`${path}.holder`, text)
      expect(refused(path).holder).toBe('')
      release()
    },
  )

  test('keeps no journal beside the file, which a disk that is full has no room for', () => {
    const path = join(mkdtempSync(join(directory, 'alone-')), 'x.lock')
    const release = taken(path)
    expect(readdirSync(dirname(path)).toSorted()).toEqual(['x.lock', 'x.lock.holder'])
    release()
  })

  test('writes nothing into the file, and lets nobody else read who has it', () => {
    const path = freshPath()
    const release = taken(path)
    expect(statSync(path).size).toBe(0)
    expect(statSync(`${path}.holder`).mode & 0o777).toBe(0o600)
    expect(readFileSync(`${path}.holder`, 'utf8')).toBe(`process ${process.pid}\n`)
    release()
  })

  test('is a fault with a code where there is no directory, and where something else stands', () => {
    expect(refused(join(directory, 'none', 'x.lock')).code).toStartWith('SQLITE_CANTOPEN')
    const path = freshPath()
    writeFileSync(path, 'x'.repeat(4096))
    const found = takeLock(path)
    if (found.ok) found.value()
    else expect(found.error.code).not.toBe('EBUSY')
    chmodSync(path, 0o600)
  })
})
