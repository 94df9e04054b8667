// The outbox on a clock that stands still: order, once, retries, restarts, channels that fail.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Result, err, ok } from '../../std/result.ts'
import { type FakeClock, fakeClock } from '../../world/clock.ts'
import { type Files, memoryFiles } from '../../world/files.ts'
import { memoryLog } from '../../world/log.ts'
import { seededRandom } from '../../world/random.ts'
import type { IncidentEvent } from '../incident/incident.ts'
import type { Notice, NotifyFault } from './notice.ts'
import {
  ageMsMax,
  attemptsMax,
  backoffMs,
  backoffMsMax,
  backoffMsMin,
  openOutbox,
} from './outbox.ts'
import { waitingMax } from './queue.ts'
import { type ScriptedChannel, named, scriptedChannel, settle, testEvent } from './testing.ts'

const start = Date.UTC(2026, 3, 16)
const path = '/data/watch/notify.jsonl'
const passing: Result<void, NotifyFault> = err({ retry: true, detail: 'Answered 503: no text' })
const permanent: Result<void, NotifyFault> = err({ retry: false, detail: 'Answered 404: "none"' })

interface Setup {
  readonly clock?: FakeClock
  readonly files?: Files
  readonly path?: string | null
}

function open(channels: readonly ScriptedChannel[], setup: Setup = {}) {
  const clock = setup.clock ?? fakeClock(start)
  const files = setup.files ?? memoryFiles({})
  const log = memoryLog()
  const outbox = openOutbox({
    channels,
    clock,
    random: seededRandom(7),
    files,
    log,
    path: setup.path === undefined ? path : setup.path,
  })
  /** Lets time pass in steps, so that what happens at one moment can cause something at the next. */
  const pass = async (ms: number, step = Math.max(1000, ms / 200)): Promise<void> => {
    for (let passed = 0; passed < ms; passed += step) {
      clock.advance(step)
      await settle()
    }
  }
  return { outbox, clock, files, log, pass }
}

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

/** One step of a life of the outbox. */
type Step =
  | { readonly do: 'event'; readonly incident: number; readonly kind: 'changed' | 'closed' }
  | { readonly do: 'works' | 'fails' | 'hangs'; readonly channel: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'restart' | 'crash' }

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('event' as const),
    incident: fc.nat(3),
    kind: fc.constantFrom('changed' as const, 'changed' as const, 'closed' as const),
  }),
  fc.record({
    do: fc.constantFrom('works' as const, 'fails' as const, 'hangs' as const),
    channel: fc.nat(1),
  }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 600_000 }) }),
  fc.record({ do: fc.constantFrom('restart' as const, 'crash' as const) }),
)

/** Lives through steps; gives what each channel took, in order, and the notices that crashes fell upon. */
async function live(script: readonly Step[]) {
  const files = memoryFiles({})
  const taken: [string[], string[]] = [[], []]
  const modes: ['works' | 'fails' | 'hangs', 'works' | 'fails' | 'hangs'] = ['works', 'works']
  const repeatable = new Set<string>()
  const sequences = new Map<string, number>()
  const happened = new Map<string, IncidentEvent[]>()
  let now = start
  const begin = () => {
    const clock = fakeClock(now)
    let dead = false
    const channels = ([0, 1] as const).map((i) => {
      const channel = scriptedChannel(`channel${i}`)
      channel.answer = async (notice) => {
        if (modes[i] === 'fails') return passing
        taken[i].push(notice.key)
        // Taken there, and never said so: what a crash makes of it.
        if (modes[i] === 'hangs' || dead) {
          repeatable.add(`${i} ${notice.key}`)
          return new Promise(() => {})
        }
        return ok(undefined)
      }
      return channel
    })
    const opened = open(channels, { files, clock })
    return { ...opened, die: () => (dead = true) }
  }
  let life = begin()
  let serial = 0
  const current = new Map<number, string>()
  for (const step of script) {
    switch (step.do) {
      case 'event': {
        const id = current.get(step.incident) ?? `i${step.incident}-${serial++}`
        current.set(step.incident, id)
        const sequence = (sequences.get(id) ?? 0) + 1
        sequences.set(id, sequence)
        const kind = sequence === 1 ? 'opened' : step.kind
        // Not always: one that comes back is the same incident, and says so as a change.
        if (kind === 'closed' && step.incident > 1) current.delete(step.incident)
        const event = testEvent(kind, sequence, named(id))
        happened.set(id, [...(happened.get(id) ?? []), event])
        life.outbox.take(event)
        break
      }
      case 'pass':
        await life.pass(step.ms, step.ms)
        now = life.clock.now()
        break
      case 'restart':
      case 'crash': {
        // Not waited for: a channel that hangs would be waited for until its time-out.
        if (step.do === 'restart') void life.outbox.close()
        life.die()
        life = begin()
        break
      }
      default:
        modes[step.channel === 0 ? 0 : 1] = step.do
    }
    await settle()
  }
  modes.fill('works')
  life.die()
  life = begin()
  await life.pass(3_600_000, 60_000)
  return { taken, repeatable, happened }
}

test('whatever fails and restarts: each channel hears of each incident in order, its beginning, its end, and nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 40 }), async (script) => {
      const { happened, repeatable, taken } = await live(script)
      for (const [i, heard] of taken.entries())
        for (const [id, events] of happened) {
          const own = heard.filter((key) => key.startsWith(`${id}#`))
          const once = own.filter((key, at) => own[at - 1] !== key)
          const repeated = own.filter((key, at) => own[at - 1] === key)
          for (const key of repeated) expect(repeatable).toContain(`${i} ${key}`)
          const sequences = once.map((key) => Number(key.split('#')[1]))
          expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b))
          expect(sequences[0]).toBe(1)
          expect(sequences.at(-1)).toBe(events.length)
        }
    }),
    { numRuns: 150 },
  )
})
