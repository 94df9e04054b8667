// The legacy store of the lab fails as those of 2026-04-18 did: a file for each stranger, 400 without room.
import { afterEach, describe, expect, test } from 'bun:test'
import { err } from '../../../std/result.ts'
import { type Files, memoryFiles } from '../../../world/files.ts'
import { seededRandom } from '../../../world/random.ts'
import { type LegacyOutpost, legacyAuthPath, startLegacyOutpost } from './legacy-outpost.ts'
import { freeLoopbackPorts } from '../../../world/loopback.ts'

let running: LegacyOutpost | null = null
afterEach(async () => {
  await running?.close()
  running = null
})

/** An outpost whose disk takes `room` files; asks it with a Cookie header. */
async function outpost(room = Number.POSITIVE_INFINITY) {
  const [port = 0] = await freeLoopbackPorts(1)
  const memory = memoryFiles({})
  const written: string[] = []
  const files: Files = {
    ...memory,
    writeAtomic: (path, text, mode) => {
      if (written.length >= room) return err({ code: 'ENOSPC', path })
      written.push(path)
      return memory.writeAtomic(path, text, mode)
    },
  }
  const signIn = 'http://127.0.0.1:1/authorize'
  const options = { directory: '/disk', port, signIn, files, random: seededRandom(1) }
  const legacy = startLegacyOutpost(options)
  running = legacy
  const ask = async (cookie?: string, path = legacyAuthPath): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      redirect: 'manual',
      headers: cookie === undefined ? {} : { cookie },
    })
  return { ask, legacy, written }
}

describe('startLegacyOutpost()', () => {
  test('keeps a file for each request without a cookie, and sends it to sign in', async () => {
    const { ask, written } = await outpost()
    const answers = [await ask(), await ask(), await ask()]
    expect(answers.map(({ status }) => status)).toEqual([302, 302, 302])
    expect(answers[0]?.headers.get('location')).toBe('http://127.0.0.1:1/authorize')
    expect(new Set(written).size).toBe(3)
    expect(written[0]).toMatch(/^\/disk\/session_[\w-]{32}$/)
  })

  test('a cookie of somebody who has not signed in is nobody, and costs a file again', async () => {
    const { ask, written } = await outpost()
    const cookie = (await ask()).headers.get('set-cookie')?.split(';')[0]
    expect((await ask(cookie)).status).toBe(302)
    expect(written).toHaveLength(2)
  })

  test('lets in who has signed in, also when there is no room', async () => {
    const { ask, legacy, written } = await outpost(1)
    const cookie = legacy.signIn('ada') ?? ''
    for (let i = 0; i < 3; i++) {
      const answer = await ask(cookie)
      expect([answer.status, answer.headers.get('remote-user')]).toEqual([200, 'ada'])
    }
    expect((await ask()).status).toBe(400)
    expect(legacy.signIn('ben')).toBeNull()
    expect(written).toHaveLength(1)
  })

  test.each([
    'legacy_session=../../etc/passwd',
    'legacy_session=short',
    'other=legacy_session',
    'legacy_session=',
  ])('takes %p for nobody', async (cookie) => {
    const { ask } = await outpost()
    expect((await ask(cookie)).status).toBe(302)
  })

  test('answers nothing else', async () => {
    const { ask, written } = await outpost()
    expect((await ask(undefined, '/')).status).toBe(404)
    expect(written).toEqual([])
  })
})
