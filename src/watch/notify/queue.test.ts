// The queue of one channel as tables: what stays, what leaves, what comes next, what was missed.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Notice, NoticeKind } from './notice.ts'
import { subjectLengthMax, textLengthMax } from './notice.ts'
import { ChannelQueue, waitingMax } from './queue.ts'
import { named, testEvent, testNotice } from './testing.ts'
import { wordNotice } from './wording.ts'

/** `x1o` is the opening of incident x with sequence 1; c changed, z closed. */
function notice(text: string): Notice {
  const [, id = '', sequence = '', kind = ''] = /^([a-z]+)(\d+)([ocz])$/.exec(text) ?? []
  const kinds = { o: 'opened', c: 'changed', z: 'closed' } as const
  const found = Object.entries(kinds).find(([letter]) => letter === kind)?.[1] ?? 'opened'
  return wordNotice(testEvent(found, Number(sequence), named(id)))
}

const short: Readonly<Record<NoticeKind, string>> = {
  opened: 'o',
  changed: 'c',
  closed: 'z',
  test: 't',
}

function waitingIn(queue: ChannelQueue): string {
  return queue
    .record()
    .waiting.map(({ notice: { incident, kind, sequence } }) => incident + sequence + short[kind])
    .join(' ')
}

function filled(texts: string): ChannelQueue {
  const queue = new ChannelQueue()
  for (const text of texts.split(' ')) queue.add(notice(text), 0, null)
  return queue
}

describe('ChannelQueue.add()', () => {
  test.each([
    ['x1o', 'x1o'],
    ['x1o x1o', 'x1o'],
    ['x1o x2c', 'x1o x2c'],
    ['x1o x2c x3c x4c', 'x1o x4c'],
    ['x1o x2c x3z', 'x1o x3z'],
    ['x1o x3z x2c', 'x1o x3z'],
    ['x1o y1o x2c y2c x3z', 'x1o y1o y2c x3z'],
    ['x1o x2z x3c', 'x1o x3c'],
    ['x1o x2z x3c x4z', 'x1o x4z'],
    ['x2c', 'x2c'],
  ])('of %p keeps %p', (added, kept) => {
    expect(waitingIn(filled(added))).toBe(kept)
  })

  test('leaves alone what is on its way', () => {
    const queue = filled('x1o x2c')
    queue.add(notice('x3z'), 0, 'x#2')
    expect(waitingIn(queue)).toBe('x1o x2c x3z')
  })

  test('is bounded whatever comes, and accounts for all that it dropped', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 600 }), (ids) => {
        const queue = new ChannelQueue()
        let added = 0
        for (const [i, id] of ids.entries()) {
          const opening = testNotice('opened', named(`n${id}-${i}`))
          if (queue.add(opening, 0, null)) added++
        }
        expect(queue.size).toBeLessThanOrEqual(waitingMax)
        expect(queue.size + queue.record().missed.count).toBe(added)
      }),
      { numRuns: 20 },
    )
  })
})

describe('ChannelQueue.next()', () => {
  test('keeps the order within an incident, and tries the least tried incident first', () => {
    const queue = filled('x1o x2z y1o')
    const first = queue.next()
    expect(first?.notice.key).toBe('x#1')
    if (first !== null) first.attempts = 3
    expect(queue.next()?.notice.key).toBe('y#1')
    const second = queue.next()
    if (second !== null) queue.delivered(second, queue.record().missed)
    expect(queue.next()?.notice.key).toBe('x#1')
  })
  test('is null when nothing waits', () => {
    expect(new ChannelQueue().next()).toBeNull()
  })
})

describe('what was missed', () => {
  test('is named with the next message, the last five by subject and the rest by number', () => {
    const queue = filled('a1o b1o c1o d1o e1o f1o g1o')
    for (let i = 0; i < 6; i++) {
      const next = queue.next()
      if (next !== null) queue.giveUp(next)
    }
    const next = queue.next()
    if (next === null) throw new Error('Nothing waits')
    const { missed, notice: worded } = queue.worded(next, false)
    const lines = worded.text.split('\n')
    expect(lines[0]).toBe('Not delivered here before this (6):')
    expect(lines.slice(1, 6).every((line) => line.startsWith('- '))).toBe(true)
    expect(lines[6]).toBe('- and 1 before')
    expect(worded.text.length).toBeLessThanOrEqual(textLengthMax)
    expect([worded.key, worded.subject]).toEqual([next.notice.key, next.notice.subject])
    queue.delivered(next, missed)
    expect(queue.record().missed.count).toBe(0)
  })

  test('since the message was worded is not forgotten with it', () => {
    const queue = filled('a1o b1o c1o')
    const a = queue.next()
    if (a !== null) queue.giveUp(a)
    const b = queue.next()
    if (b === null) throw new Error('Nothing waits')
    const { missed } = queue.worded(b, false)
    const c = queue.record().waiting.find(({ notice: { incident } }) => incident === 'c')
    if (c !== undefined) queue.giveUp(c)
    queue.delivered(b, missed)
    expect(queue.record().missed.count).toBe(2)
  })
})

describe('ChannelQueue.open()', () => {
  test('holds the last word on what is open, also when it was given up, and nothing that is over', () => {
    const queue = filled('x1o y1o')
    for (let next = queue.next(); next !== null; next = queue.next())
      if (next.notice.incident === 'x') queue.giveUp(next)
      else queue.delivered(next, queue.record().missed)
    expect(queue.open().map(({ key }) => key)).toEqual(['x#1', 'y#1'])
    queue.add(notice('x2z'), 0, null)
    const over = queue.next()
    if (over !== null) queue.delivered(over, queue.record().missed)
    expect(queue.open().map(({ key }) => key)).toEqual(['y#1'])
  })
})

describe('ChannelQueue.takeBack()', () => {
  test('takes what waits, once, and lets it come again; never what is on its way', () => {
    const queue = filled('x1o')
    expect(queue.takeBack(notice('x1o'), 'x#1')).toBe(false)
    expect(queue.takeBack(notice('x1o'), null)).toBe(true)
    expect(queue.takeBack(notice('x1o'), null)).toBe(false)
    expect(queue.add(notice('x1o'), 0, null)).toBe(true)
  })
})

test('a record of a queue makes the same queue again', () => {
  const queue = filled('x1o x2c y1o z1o')
  const next = queue.next()
  if (next !== null) queue.giveUp(next)
  expect(new ChannelQueue(queue.record()).record()).toEqual(queue.record())
})

describe('a message that may be there already', () => {
  const longest = 'x'.repeat(10_000)
  test.each([
    [true, false, 'Perhaps again: '],
    [true, true, ''],
    [false, false, ''],
    [false, true, ''],
  ])('mayHaveArrived %p, known there %p: "%s"', (mayHaveArrived, knowsRepeats, lead) => {
    const waiting = { notice: testNotice(), attempts: 1, queuedAt: 0, mayHaveArrived }
    const { notice } = new ChannelQueue().worded(waiting, knowsRepeats)
    expect(notice.subject).toBe(`${lead}${waiting.notice.subject}`.slice(0, subjectLengthMax))
    expect(notice.text.startsWith('You may have had this message before')).toBe(lead !== '')
    expect(notice.key).toBe(waiting.notice.key)
  })

  test('stays within the bounds of subject and text', () => {
    const notice = { ...testNotice(), subject: longest, text: longest }
    const waiting = { notice, attempts: 1, queuedAt: 0, mayHaveArrived: true }
    const worded = new ChannelQueue().worded(waiting, false).notice
    expect(worded.subject.length).toBeLessThanOrEqual(subjectLengthMax)
    expect(worded.text.length).toBeLessThanOrEqual(textLengthMax)
  })
})
