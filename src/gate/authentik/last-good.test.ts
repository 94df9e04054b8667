// The last good configuration on disk: sealed, for its owner alone, and of no use to any other outpost.
import { describe, expect, test } from 'bun:test'
import { memoryFiles } from '../../world/files.ts'
import { realRandom } from '../../world/random.ts'
import { createSealer } from '../seal.ts'
import { type LastGood, lastGoodOnDisk } from './last-good.ts'
import { sampleSettings, sampleSnapshot } from './samples.fixture.ts'

const path = '/data/authentik-outpost'
const sealer = createSealer(new Uint8Array(32).fill(1), realRandom())
const pair = { uuid: 'u', fingerprint: 'f', certificatePem: 'C', privateKeyPem: 'K' }

function onDisk(files = memoryFiles({}), over: Partial<Parameters<typeof lastGoodOnDisk>[0]> = {}) {
  const settings = sampleSettings()
  const lastGood: LastGood = lastGoodOnDisk({ files, sealer, dataDir: '/data', settings, ...over })
  const text = (): string => {
    const read = files.readText(path)
    return read.ok ? read.value : ''
  }
  return { files, lastGood, text }
}

/** A file that holds this, sealed as ours. */
function holding(value: unknown, purpose: 'outpost' | 'session' = 'outpost') {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return onDisk(memoryFiles({ [path]: `${sealer.seal(purpose, text)}\n` })).lastGood.load()
}

describe('lastGoodOnDisk()', () => {
  test('gives back what was kept, certificates with it', () => {
    const { files, lastGood } = onDisk()
    expect(lastGood.load()).toBeNull()
    const snapshot = sampleSnapshot(undefined, { certificates: [pair] })
    expect(lastGood.save(snapshot)).toEqual({ ok: true, value: undefined })
    expect(onDisk(files).lastGood.load()).toEqual(snapshot)
    expect(files.mode(path)).toEqual({ ok: true, value: 0o600 })
  })

  test('holds nothing on disk that could be read there', () => {
    const { lastGood, text } = onDisk()
    lastGood.save(sampleSnapshot())
    expect(text()).toMatch(/^[\w-]+\n$/)
    for (const hidden of ['secret-1', 'token-of-a-test', 'example.com', 'client'])
      expect(Buffer.from(text(), 'base64url').toString('latin1')).not.toContain(hidden)
  })

  test('is nothing to an outpost of another authentik, another token or another gate', () => {
    const { files, lastGood } = onDisk()
    lastGood.save(sampleSnapshot())
    const address = { baseUrl: 'https://other.example.com/', query: '', unixSocket: null }
    const others = [
      { settings: sampleSettings({ token: 'another' }) },
      { settings: sampleSettings({ address }) },
      { settings: sampleSettings({ address: { ...sampleSettings().address, query: 'a=1' } }) },
      { sealer: createSealer(new Uint8Array(32).fill(2), realRandom()) },
    ]
    for (const over of others) expect(onDisk(files, over).lastGood.load()).toBeNull()
    // What does not decide whose it is may differ.
    expect(
      onDisk(files, { settings: sampleSettings({ version: '9' }) }).lastGood.load(),
    ).not.toBeNull()
  })

  test('is nothing when a byte of it was changed, or when it was cut', () => {
    const { lastGood, text } = onDisk()
    lastGood.save(sampleSnapshot())
    const whole = text().trim()
    for (const changed of [
      whole.slice(0, -1),
      whole.slice(1),
      `${whole}A`,
      '',
      'x',
      whole.replace(/.$/, '!'),
    ])
      expect(onDisk(memoryFiles({ [path]: changed })).lastGood.load()).toBeNull()
  })

  test('is nothing in another form, however well it is sealed', () => {
    const { files, lastGood } = onDisk()
    lastGood.save(sampleSnapshot())
    const kept = files.readText(path)
    const good: unknown = JSON.parse(sealer.open('outpost', kept.ok ? kept.value.trim() : '') ?? '')
    expect(holding(good)).not.toBeNull()
    expect(holding(good, 'session')).toBeNull()
    const fields = Object.entries(good ?? {})
    const without = (name: string): unknown =>
      Object.fromEntries(fields.filter(([key]) => key !== name))
    for (const name of ['form', 'origin', 'outpost', 'providers', 'certificates', 'fetchedAt'])
      expect([name, holding(without(name))]).toEqual([name, null])
    for (const [name, value] of [
      ['form', 2],
      ['form', '1'],
      ['outpost', []],
      ['providers', {}],
      ['certificates', null],
      ['fetchedAt', '1'],
    ] as const)
      expect([name, holding({ ...Object.fromEntries(fields), [name]: value })]).toEqual([
        name,
        null,
      ])
    for (const text of ['', 'null', '[]', '{', '1']) expect(holding(text)).toBeNull()
  })

  test('leaves out certificates that are none, and keeps the rest', () => {
    const { files, lastGood } = onDisk()
    const broken = [null, [], { ...pair, uuid: 7 }, { ...pair, privateKeyPem: undefined }]
    lastGood.save(sampleSnapshot(undefined, { certificates: [...(broken as never[]), pair] }))
    expect(onDisk(files).lastGood.load()?.certificates).toEqual([pair])
  })

  test('says why it could not be kept, and that is all', () => {
    const files = memoryFiles({})
    const full = {
      ...files,
      writeAtomic: () => ({ ok: false, error: { code: 'ENOSPC', path } }) as const,
    }
    expect(onDisk(full).lastGood.save(sampleSnapshot())).toEqual({
      ok: false,
      error: `Keeping the configuration in "${path}" failed: "ENOSPC"`,
    })
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    expect(onDisk().lastGood.save(sampleSnapshot([loop]))).toMatchObject({ ok: false })
  })
})
