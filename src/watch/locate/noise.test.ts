// Learning of noise: slow to believe, quick enough for a network that is worse than assumed.
import { describe, expect, test } from 'bun:test'
import { createLocator } from './locate.ts'
import { NoiseMeter, noiseLevels } from './noise.ts'
import { seeded, simulatedRound, studyMatrix } from './testing.ts'

function learned(rate: number, rounds: number): number {
  const random = seeded(1)
  const meter = new NoiseMeter(0.005)
  for (let i = 0; i < rounds; i++)
    meter.learn(Uint8Array.from({ length: 12 }, () => (random() < rate ? 1 : 0)))
  return noiseLevels[meter.level] ?? 0
}

describe('NoiseMeter', () => {
  test.each([
    [0, 5000, 1],
    [0.005, 5000, 1],
    [0.01, 5000, 2],
    [0.02, 5000, 4],
    [0.5, 5000, 8],
    [0.02, 20, 1],
  ])('noise of %p over %p rounds is %p times the assumed', (rate, rounds, level) => {
    expect(learned(rate, rounds)).toBe(level)
  })
  test('forgets a bad time once it is long over', () => {
    const meter = new NoiseMeter(0.005)
    for (let i = 0; i < 2000; i++) meter.learn(Uint8Array.from({ length: 12 }, () => 1))
    expect(meter.level).toBe(3)
    for (let i = 0; i < 200_000; i++) meter.learnQuiet(12)
    expect(meter.level).toBe(0)
  })
  test('does not count probes that did not run', () => {
    const meter = new NoiseMeter(0.005)
    for (let i = 0; i < 10_000; i++) meter.learn(Uint8Array.from({ length: 12 }, () => 2))
    expect(meter.level).toBe(0)
  })
})

describe('createLocator() in a noisy network', () => {
  test('calls nothing with four times the assumed noise, and still finds a fault', () => {
    const random = seeded(11)
    const locator = createLocator(studyMatrix)
    const round = (minute: number, broken: number) =>
      simulatedRound(studyMatrix, { minute, broken: { gate_new: broken }, noise: 0.02, random })
    for (let minute = 0; minute < 20_000; minute++)
      expect(locator.take(round(minute, 0)).kind).not.toBe('fault')
    const verdicts = [1, 2, 3, 4, 5].map((minute) => locator.take(round(minute, 0.95)))
    expect(verdicts.at(-1)).toMatchObject({ kind: 'fault', leader: { elements: ['gate_new'] } })
  })
})
