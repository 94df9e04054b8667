// Lives of an outbox: random failures, hanging channels, restarts and crashes, and what each channel heard.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Result, err, ok } from '../../std/result.ts'
import { fakeClock } from '../../world/clock.ts'
import { memoryFiles } from '../../world/files.ts'
import type { IncidentEvent } from '../incident/incident.ts'
import type { NotifyFault } from './notice.ts'
import { open, start } from './outbox.fixture.ts'
import { named, scriptedChannel, settle, testEvent } from './testing.ts'

const passing: Result<void, NotifyFault> = err({ retry: true, detail: 'Answered 503: no text' })

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
  /** Keys that came twice without saying so. */
  const unmarked: string[] = []
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
        if (taken[i].includes(notice.key) && !notice.subject.startsWith('Perhaps again: '))
          unmarked.push(notice.key)
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
  return { taken, repeatable, unmarked, happened }
}

test('whatever fails and restarts: each channel hears of each incident in order, its beginning, its end, and nothing twice without saying so', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 40 }), async (script) => {
      const { happened, repeatable, taken, unmarked } = await live(script)
      expect(unmarked).toEqual([])
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
