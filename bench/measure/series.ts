// Interleaved rounds (A B C A B C …) and what is said of them: median and spread.
import type { Round } from './wrk.ts'

/** One thing that is measured again and again. */
export interface Candidate {
  readonly name: string
  run(): Promise<Round>
}

/** All rounds of one candidate. */
export interface Series {
  readonly name: string
  readonly rounds: readonly Round[]
}

/** Numbers that stand for a series. */
export interface Summary {
  readonly median: number
  /** (largest − smallest) ÷ median. */
  readonly spread: number
}

/**
 * Runs every candidate once, `rounds` times over: what else the machine does meanwhile hits all alike,
 * and a ratio of two candidates of one round says more than two numbers.
 */
export async function interleave(
  candidates: readonly Candidate[],
  rounds: number,
): Promise<Series[]> {
  const collected = candidates.map(({ name }) => ({ name, rounds: new Array<Round>() }))
  for (let round = 0; round < rounds; round++)
    for (const [i, candidate] of candidates.entries())
      collected[i]?.rounds.push(await candidate.run())
  return collected
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

export function summarise(numbers: readonly number[]): Summary {
  const middle = median(numbers)
  if (middle === 0) return { median: 0, spread: 0 }
  return { median: middle, spread: (Math.max(...numbers) - Math.min(...numbers)) / middle }
}

/** Median over the rounds of `of ÷ to`, each pair taken from the same round. */
export function ratio(of: Series, to: Series, rate: (round: Round) => number): number {
  const ratios: number[] = []
  for (const [i, round] of of.rounds.entries()) {
    const other = to.rounds[i]
    if (other !== undefined && rate(other) > 0) ratios.push(rate(round) / rate(other))
  }
  return median(ratios)
}
