// The outbox on a clock that stands still: order, once, retries, restarts, channels that fail.
import { describe, expect, test } from 'bun:test'
import { type Result, err, ok } from '../../std/result.ts'
import { fakeClock } from '../../world/clock.ts'
import { type Files, memoryFiles } from '../../world/files.ts'
import { seededRandom } from '../../world/random.ts'
import type { Notice, NotifyFault } from './notice.ts'
import { open, path, start } from './outbox.fixture.ts'
import { ageMsMax, attemptsMax, backoffMs, backoffMsMax, backoffMsMin } from './outbox.ts'
import { waitingMax } from './queue.ts'
import { named, scriptedChannel, settle, testEvent } from './testing.ts'

const passing: Result<void, NotifyFault> = err({ retry: true, detail: 'Answered 503: no text' })
const permanent: Result<void, NotifyFault> = err({ retry: false, detail: 'Answered 404: "none"' })

const keys = (notices: readonly Notice[]): string[] => notices.map(({ key }) => key)

describe('openOutbox()', () => {
  test('tells every channel of every event, in order, once', async () => {
    const channels = [scriptedChannel('a'), scriptedChannel('b')]
    const { outbox } = open(channels)
    for (const [i, kind] of (['opened', 'changed', 'closed'] as const).entries()) {
      outbox.take(testEvent(kind, i + 1, named('x')))
      outbox.take(testEvent(kind, i + 1, named('x')))
      await settle()
    }
    for (const { sent } of channels) expect(keys(sent)).toEqual(['x#1', 'x#2', 'x#3'])
    expect(outbox.states().map(({ outcomes }) => outcomes.sent)).toEqual([3, 3])
  })

  test('tells a channel that shows layers alone also that one is no longer down', async () => {
    const channel = scriptedChannel('kuma', { carriesText: false })
    const { outbox } = open([channel])
    const phases = ['warning', 'failing', 'recovered', 'recovered'] as const
    for (const [i, phase] of phases.entries()) {
      const kind = i === 0 ? 'opened' : i === 3 ? 'closed' : 'changed'
      outbox.take(testEvent(kind, i + 1, { ...named('x', 'store:shm'), phase }))
      await settle()
    }
    expect(channel.sent.map(({ key, layer }) => [key, layer])).toEqual([
      ['x#2', 'gate_new'],
      ['x#3', null],
      ['x#4', null],
    ])
  })

  test('drops a sequence that it has seen, also one that comes late', async () => {
    const channel = scriptedChannel('a')
    const { outbox } = open([channel])
    outbox.take(testEvent('changed', 4, named('x')))
    await settle()
    outbox.take(testEvent('changed', 3, named('x')))
    await settle()
    expect(keys(channel.sent)).toEqual(['x#4'])
  })

  test('tries again with growing waits until the channel takes it', async () => {
    const channel = scriptedChannel('a')
    let attempts = 0
    channel.answer = () => (++attempts < 6 ? passing : ok(undefined))
    const { outbox, pass } = open([channel])
    outbox.take(testEvent('opened', 1, named('x')))
    await pass(10 * 60_000)
    expect(keys(channel.taken)).toEqual(['x#1'])
    expect(channel.sent).toHaveLength(6)
    expect(outbox.states()[0]).toMatchObject({
      waiting: 0,
      outage: null,
      outcomes: { sent: 1, retried: 5, failed: 0 },
    })
  })

  test('leaves a channel alone for as long as it asks', async () => {
    const channel = scriptedChannel('a')
    channel.answer = () => err({ retry: true, detail: 'Answered 429', retryAfterMs: 60_000 })
    const { outbox, pass } = open([channel])
    outbox.take(testEvent('opened', 1, named('x')))
    await pass(59_000)
    expect(channel.sent).toHaveLength(1)
    await pass(2000)
    expect(channel.sent).toHaveLength(2)
  })

  test('leaves out a "changed" that nobody has heard when a later event comes, never the first or last', async () => {
    const channel = scriptedChannel('a')
    channel.answer = () => passing
    const { outbox, pass } = open([channel])
    outbox.take(testEvent('opened', 1, named('x')))
    for (const sequence of [2, 3, 4]) outbox.take(testEvent('changed', sequence, named('x')))
    await settle()
    expect(outbox.states()[0]?.waiting).toBe(2)
    outbox.take(testEvent('closed', 5, named('x')))
    channel.answer = () => ok(undefined)
    await pass(60_000)
    expect(keys(channel.taken)).toEqual(['x#1', 'x#5'])
  })

  test('an incident that came back before anybody heard that it was over is not told to be over', async () => {
    const channel = scriptedChannel('a')
    channel.answer = () => passing
    const { outbox, pass } = open([channel])
    for (const [i, kind] of (['opened', 'closed', 'changed', 'closed'] as const).entries())
      outbox.take(testEvent(kind, i + 1, named('x')))
    channel.answer = () => ok(undefined)
    await pass(60_000)
    expect(channel.taken.map(({ kind, sequence }) => `${kind} ${sequence}`)).toEqual([
      'opened 1',
      'closed 4',
    ])
  })

  test('a notice that a channel chokes on holds up its own incident only', async () => {
    const channel = scriptedChannel('a')
    channel.answer = ({ incident }) => (incident === 'poison' ? passing : ok(undefined))
    const { outbox, pass } = open([channel])
    outbox.take(testEvent('opened', 1, named('poison')))
    outbox.take(testEvent('closed', 2, named('poison')))
    outbox.take(testEvent('opened', 1, named('y')))
    outbox.take(testEvent('closed', 2, named('y')))
    await pass(60_000)
    expect(keys(channel.taken)).toEqual(['y#1', 'y#2'])
  })

  test('gives up after so many attempts, and says with the next notice what was missed', async () => {
    const channel = scriptedChannel('a')
    channel.answer = ({ incident }) => (incident === 'poison' ? passing : ok(undefined))
    const { outbox, pass } = open([channel])
    outbox.take(testEvent('opened', 1, { ...named('poison'), title: 'Poison' }))
    await pass(ageMsMax + 60_000, backoffMsMax)
    expect(outbox.states()[0]).toMatchObject({ waiting: 0, outcomes: { failed: 1 } })
    expect(channel.sent.length).toBeLessThanOrEqual(attemptsMax)
    channel.answer = () => ok(undefined)
    outbox.take(testEvent('opened', 1, named('y')))
    await pass(backoffMsMax * 2)
    expect(channel.taken[0]?.text).toStartWith('Not delivered here before this (1):\n- gate_new is')
    outbox.take(testEvent('closed', 2, named('y')))
    await pass(1000)
    expect(channel.taken[1]?.text).not.toContain('Not delivered')
  })

  test('a clock that is put right, or a machine that was off for days, costs no notice its turn', async () => {
    const channel = scriptedChannel('a')
    channel.answer = () => passing
    const { clock, outbox, pass } = open([channel])
    outbox.take(testEvent('opened', 1, named('x')))
    await pass(backoffMsMin / 4)
    clock.jump(ageMsMax * 3)
    channel.answer = () => ok(undefined)
    await pass(backoffMsMax)
    expect(keys(channel.taken)).toEqual(['x#1'])
  })

  test('does not repeat what is refused for good', async () => {
    const channel = scriptedChannel('a')
    channel.answer = () => permanent
    const { outbox, log, pass } = open([channel])
    outbox.take(testEvent('opened', 1, named('x')))
    await pass(ageMsMax / 10)
    expect(channel.sent).toHaveLength(1)
    expect(log.lines.map(({ event }) => event)).toContain('notification-given-up')
  })

  test('holds no more than its bound, gives up "changed" first, and counts what is dropped', async () => {
    const channel = scriptedChannel('a')
    channel.answer = () => passing
    const { outbox, log } = open([channel])
    outbox.take(testEvent('opened', 1, named('first')))
    outbox.take(testEvent('changed', 2, named('first')))
    for (let i = 0; i < waitingMax + 5; i++) outbox.take(testEvent('opened', 1, named(`n${i}`)))
    await settle()
    const [state] = outbox.states()
    expect(state?.waiting).toBe(waitingMax)
    expect(state?.outcomes.failed).toBe(7)
    expect(log.lines.filter(({ event }) => event === 'notification-dropped')).toHaveLength(7)
  })

  test('a channel that throws is one that fails, and stops no other', async () => {
    const [broken, whole] = [scriptedChannel('broken'), scriptedChannel('whole')]
    broken.answer = () => {
      throw new TypeError('secret-token in a message')
    }
    const { outbox, pass, log } = open([broken, whole])
    outbox.take(testEvent('opened', 1, named('x')))
    await pass(60_000)
    expect(keys(whole.taken)[0]).toBe('x#1')
    expect(JSON.stringify(log.lines)).not.toContain('secret-token')
  })
})

describe('a channel that fails', () => {
  test('is named on another once per outage, and again when it takes messages', async () => {
    const [bad, good, other] = [
      scriptedChannel('bad'),
      scriptedChannel('good'),
      scriptedChannel('other'),
    ]
    bad.answer = () => passing
    const { outbox, pass } = open([bad, good, other])
    outbox.take(testEvent('opened', 1, named('x')))
    await pass(3_600_000)
    outbox.take(testEvent('closed', 2, named('x')))
    await pass(3_600_000)
    const named1 = good.taken.filter(({ cause }) => cause === 'channel:bad')
    expect(named1).toHaveLength(1)
    expect(named1[0]).toMatchObject({
      kind: 'opened',
      subject: 'Notifications do not get through channel "bad"',
      labels: { alertname: 'GatehouseNotificationsFail', channel: 'bad', severity: 'warning' },
    })
    bad.answer = () => ok(undefined)
    await pass(3_600_000)
    expect(keys(bad.taken)).toEqual(['x#1', 'x#2'])
    const named2 = good.taken.filter(({ cause }) => cause === 'channel:bad')
    expect(named2.map(({ kind }) => kind)).toEqual(['opened', 'closed'])
    expect(named2[1]?.subject).toStartWith('Channel "bad" takes notifications again after 2h')
    expect(other.taken.filter(({ cause }) => cause === 'channel:bad')).toEqual([])
  })

  test('is named at once when it refuses for good', async () => {
    const [bad, good] = [scriptedChannel('bad'), scriptedChannel('good')]
    bad.answer = () => permanent
    const { outbox } = open([bad, good])
    outbox.take(testEvent('opened', 1, named('x')))
    await settle()
    expect(good.taken.map(({ cause }) => cause)).toContain('channel:bad')
    expect(good.taken.at(-1)?.text).toContain('Answered 404')
  })

  test('is named by a third when the second fails too, and by nobody while none works', async () => {
    const [a, b] = [scriptedChannel('a'), scriptedChannel('b')]
    const mute = scriptedChannel('mute', { carriesText: false })
    for (const channel of [a, b]) channel.answer = () => passing
    const { outbox, pass } = open([a, b, mute])
    outbox.take(testEvent('opened', 1, named('x')))
    await pass(3_600_000)
    expect([...a.taken, ...b.taken]).toEqual([])
    expect(mute.sent.filter(({ cause }) => cause.startsWith('channel:'))).toEqual([])
    b.answer = () => ok(undefined)
    await pass(3_600_000)
    expect(b.taken.map(({ cause }) => cause)).toEqual(['service:x', 'channel:a'])
  })

  test('an outage is not named again after a restart', async () => {
    const files = memoryFiles({})
    const clock = fakeClock(start)
    const lives = []
    for (let life = 0; life < 3; life++) {
      const [bad, good] = [scriptedChannel('bad'), scriptedChannel('good')]
      bad.answer = () => passing
      const { outbox, pass } = open([bad, good], { files, clock })
      outbox.take(testEvent('opened', 1, named('x')))
      await pass(3_600_000)
      await outbox.close()
      lives.push(good.taken.filter(({ cause }) => cause === 'channel:bad').length)
    }
    expect(lives).toEqual([1, 0, 0])
  })
})

describe('a restart', () => {
  test('goes on with what waits, and says nothing twice', async () => {
    const files = memoryFiles({})
    const before = scriptedChannel('a')
    before.answer = ({ sequence }) => (sequence === 1 ? ok(undefined) : passing)
    const first = open([before], { files })
    first.outbox.take(testEvent('opened', 1, named('x')))
    await settle()
    first.outbox.take(testEvent('closed', 2, named('x')))
    await settle()
    await first.outbox.close()
    const after = scriptedChannel('a')
    const second = open([after], { files })
    second.outbox.take(testEvent('opened', 1, named('x')))
    second.outbox.take(testEvent('closed', 2, named('x')))
    await settle()
    expect(keys(after.sent)).toEqual(['x#2'])
  })

  test('between a message and its acknowledgement repeats that one, with the same key', async () => {
    const files = memoryFiles({})
    const before = scriptedChannel('a')
    before.answer = async () => new Promise(() => {})
    const first = open([before], { files })
    first.outbox.take(testEvent('opened', 1, named('x')))
    first.outbox.take(testEvent('opened', 1, named('y')))
    await settle()
    expect(keys(before.sent)).toEqual(['x#1'])
    const after = scriptedChannel('a')
    open([after], { files })
    await settle()
    expect(keys(after.sent)).toEqual(['x#1', 'y#1'])
  })

  test('on a torn journal loses no more than the torn line', async () => {
    const files = memoryFiles({})
    const before = scriptedChannel('a')
    before.answer = () => passing
    const first = open([before], { files })
    for (const id of ['x', 'y']) first.outbox.take(testEvent('opened', 1, named(id)))
    await settle()
    await first.outbox.close()
    const text = files.readText(path)
    const lines = text.ok ? text.value.split('\n') : []
    files.writeAtomic(path, ['{"notice":{"key":"x#1","inci', ...lines.slice(1)].join('\n'), 0o600)
    const after = scriptedChannel('a')
    const second = open([after], { files })
    await settle()
    expect(keys(after.sent)).toEqual(['y#1'])
    expect(second.log.lines.map(({ event }) => event)).toContain('notify-journal-damaged')
  })

  test('a disk that takes nothing keeps nobody from being told', async () => {
    const files: Files = {
      ...memoryFiles({}),
      writeAtomic: () => err({ code: 'ENOSPC', path }),
    }
    const channel = scriptedChannel('a')
    const { outbox, log } = open([channel], { files })
    outbox.take(testEvent('opened', 1, named('x')))
    outbox.take(testEvent('opened', 1, named('y')))
    await settle()
    expect(keys(channel.taken)).toEqual(['x#1', 'y#1'])
    const failed = log.lines.filter(({ event }) => event === 'notify-journal-not-written')
    expect(failed.map(({ fields }) => fields)).toEqual([{ path, code: 'ENOSPC' }])
  })
})

describe('a channel that must be told again', () => {
  test('is told what is open at its own pace, also after a restart and what it refused', async () => {
    const files = memoryFiles({})
    const clock = fakeClock(start)
    const told: string[][] = []
    const refresh = {
      everyMs: 60_000,
      run: async (notices: readonly Notice[]) => {
        told.push(keys(notices))
        return ok(undefined)
      },
    }
    const channel = scriptedChannel('a', { refresh })
    const first = open([channel], { files, clock })
    await settle()
    expect(told).toEqual([[]])
    first.outbox.take(testEvent('opened', 1, named('x')))
    channel.answer = () => permanent
    first.outbox.take(testEvent('opened', 1, named('refused')))
    await first.pass(120_000)
    expect(told.at(-1)).toEqual(['x#1', 'refused#1'])
    await first.outbox.close()
    told.length = 0
    const second = open([scriptedChannel('a', { refresh })], { files, clock })
    await settle()
    expect(told).toEqual([['x#1', 'refused#1']])
    second.outbox.take(testEvent('closed', 2, named('x')))
    await second.pass(61_000)
    expect(told.at(-1)).toEqual(['refused#1'])
  })
})

test('a refresh that fails keeps its pace, and is named on another channel once', async () => {
  let refreshed = 0
  const refresh = {
    everyMs: 30_000,
    run: async () => {
      refreshed++
      return permanent
    },
  }
  const kuma = scriptedChannel('kuma', { refresh, carriesText: false })
  const phone = scriptedChannel('phone')
  const { pass } = open([kuma, phone])
  await pass(3_600_000, 1000)
  expect(refreshed).toBeGreaterThan(115)
  expect(phone.taken.map(({ cause, kind }) => `${cause} ${kind}`)).toEqual(['channel:kuma opened'])
})

describe('backoffMs()', () => {
  test('doubles up to its bound, and is never less than half of it', () => {
    const random = seededRandom(3)
    for (let failures = 1; failures < 200; failures++) {
      const whole = Math.min(backoffMsMin * 2 ** (failures - 1), backoffMsMax)
      const wait = backoffMs(failures, random)
      expect(wait).toBeGreaterThanOrEqual(Math.floor(whole / 2))
      expect(wait).toBeLessThanOrEqual(whole)
    }
  })
})
