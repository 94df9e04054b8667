// Drills that are written wrong: each mistake with its place, what was found and what is wanted.
import { describe, expect, test } from 'bun:test'
import { readScenario } from './read-scenario.ts'

const right = `title: The gate fails
source: ours
faults:
  - { element: gate_new }
truth: [gate_new]
`

/** The mistakes in a drill, as lines. */
function mistakesIn(text: string): readonly string[] {
  const read = readScenario(text)
  return read.ok ? [] : read.error
}

describe('readScenario', () => {
  test('reads a drill and fills in what is usual', () => {
    const read = readScenario(right)
    expect(read.ok && read.value).toMatchObject({
      lasts: 3_600_000,
      estate: { services: 12, ingress: 1, gates: 1, robot: true, edge: true, every: 60_000 },
      faults: [{ element: 'gate_new', mode: 'hard', clients: 'all', from: 600_000 }],
      noise: { probe: 5, hiccups: 0, flaps: 0 },
      truth: ['gate_new'],
      beside: [],
    })
  })

  test.each<[string, string, string]>([
    [
      'an element that is none',
      right.replace('element: gate_new', 'element: gate_knew'),
      '4:16: faults[0].element: Found "gate_knew", wanted an element such as "gate_new" or "ingress/10.0.20.2". Did you mean "gate_new"',
    ],
    [
      'an element that does not stand there',
      right.replace('element: gate_new', 'element: ingress/10.0.20.7'),
      '4:16: faults[0].element: Found "ingress/10.0.20.7", which is not in this estate',
    ],
    [
      'an unknown key',
      right.replace('element: gate_new', 'element: gate_new, shar: 3'),
      'Unknown key "shar"',
    ],
    ['a missing truth', right.replace('truth: [gate_new]\n', ''), 'Missing "truth"'],
    [
      'a truth that is none',
      right.replace('truth: [gate_new]', 'truth: [everything]'),
      'Found "everything", wanted an element, "blind", or a cause',
    ],
    [
      'a mode that is none',
      right.replace('element: gate_new', 'element: gate_new, mode: softly'),
      'Found "softly", wanted one of "hard", "partial", "flapping", "slow-fill"',
    ],
    [
      'a share above a hundred',
      right.replace('element: gate_new', 'element: gate_new, mode: partial, share: 101'),
      'wanted a whole number from "1" to "100"',
    ],
    [
      'an end before the beginning',
      right.replace('element: gate_new', 'element: gate_new, from: 20m, to: 10m'),
      'faults[0].to: The fault ends before it begins',
    ],
    [
      'a beginning after the end of the drill',
      right.replace('element: gate_new', 'element: gate_new, from: 2h'),
      'faults[0].from: The fault begins after the end of the drill',
    ],
    [
      'a slow fill of no store',
      right.replace('element: gate_new', 'element: gate_new, mode: slow-fill, store: shm'),
      'Found "shm", wanted the name of one of "stores" for a slow fill',
    ],
    [
      'a change without a time',
      `${right}changes: [{ title: A deploy }]\n`,
      'changes[0]: A change has either "ago" or "at"',
    ],
    ['no YAML', 'title: [', 'Cannot read this as YAML'],
    ['a list', '- a', 'wanted a mapping of settings'],
    ['nothing', '', 'wanted a mapping of settings'],
  ])('finds %s', (_, text, wanted) => {
    const mistakes = mistakesIn(text)
    expect(mistakes.join('\n')).toContain(wanted)
    expect(mistakes.length).toBeGreaterThan(0)
  })

  test('finds all mistakes at once', () => {
    const text = right.replace('element: gate_new', 'element: gate, mode: softly, share: 0')
    expect(mistakesIn(text).length).toBe(3)
  })

  test('refuses a file that is too long, and aliases without end', () => {
    expect(mistakesIn(`${right}about: ${'x'.repeat(300_000)}`).join()).toContain(
      'more than "262144"',
    )
    const bomb = `a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n`
    expect(mistakesIn(bomb).length).toBeGreaterThan(0)
  })
})
