// What an outbox says of a message that may have arrived already: perhaps again, where nobody else can tell.
import { describe, expect, test } from 'bun:test'
import { type Result, err, ok } from '../../std/result.ts'
import { memoryFiles } from '../../world/files.ts'
import type { Notice, NotifyFault } from './notice.ts'
import { open } from './outbox.fixture.ts'
import { named, scriptedChannel, settle, testEvent } from './testing.ts'

const passing: Result<void, NotifyFault> = err({ retry: true, detail: 'Answered 503: no text' })

const keys = (notices: readonly Notice[]): string[] => notices.map(({ key }) => key)

describe('a message whose arrival is not known', () => {
  const subjects = (notices: readonly Notice[]): string[] => notices.map(({ subject }) => subject)
  const silence: Result<void, NotifyFault> = err({
    ...{ retry: true, mayHaveArrived: true, detail: 'Did not answer within 10 s' },
  })

  const stories: readonly (readonly [
    name: string,
    answers: readonly Result<void, NotifyFault>[],
    marked: readonly boolean[],
  ])[] = [
    ['refused and sent again is no repeat', [passing, ok(undefined)], [false, false]],
    ['without an answer may be one', [silence, ok(undefined)], [false, true]],
    ['stays one through a refusal', [silence, passing, ok(undefined)], [false, true, true]],
    ['refused, then without an answer', [passing, silence, ok(undefined)], [false, false, true]],
  ]
  for (const [name, answers, marked] of stories)
    test(name, async () => {
      const channel = scriptedChannel('chat')
      let turn = 0
      channel.answer = () => answers[turn++] ?? passing
      const { outbox, pass } = open([channel])
      outbox.take(testEvent('opened', 1, named('x')))
      await pass(60_000)
      expect(subjects(channel.sent).map((text) => text.startsWith('Perhaps again: '))).toEqual([
        ...marked,
      ])
    })

  test('says so after a crash while it was being sent, but not where repeats are known', async () => {
    const files = memoryFiles({})
    const hung = () => new Promise<Result<void, NotifyFault>>(() => {})
    const first = [scriptedChannel('chat'), scriptedChannel('mail', { knowsRepeats: true })]
    for (const channel of first) channel.answer = hung
    open(first, { files }).outbox.take(testEvent('opened', 1, named('x')))
    await settle()
    const second = [scriptedChannel('chat'), scriptedChannel('mail', { knowsRepeats: true })]
    open(second, { files })
    await settle()
    const [before = ''] = subjects(first[0]?.sent ?? [])
    expect(subjects(second[0]?.sent ?? [])).toEqual([`Perhaps again: ${before}`])
    expect(subjects(second[1]?.sent ?? [])).toEqual([before])
    expect(second.flatMap(({ sent }) => keys(sent))).toEqual(['x#1', 'x#1'])
  })

  test('waited only, when the process ended, is no repeat', async () => {
    const files = memoryFiles({})
    const chat = scriptedChannel('chat')
    chat.answer = () => passing
    const { outbox } = open([chat], { files })
    outbox.take(testEvent('opened', 1, named('x')))
    await settle()
    const again = scriptedChannel('chat')
    open([again], { files })
    await settle()
    expect(subjects(again.sent)).toEqual(subjects(chat.sent))
  })
})
