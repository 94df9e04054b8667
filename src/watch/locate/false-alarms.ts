// How often chance alone would raise an alarm: the arithmetic behind every threshold of the watch.
import { binomialTail } from '../../std/tails.ts'

/** A correlated alarm to be set up. */
export interface CorrelatedAlarm {
  /** Services checked in each window, independent of one another where all is well. */
  readonly services: number
  /** Probability that a healthy one fails in a window. */
  readonly failureRate: number
  /** 105,120 for windows of five minutes. */
  readonly windowsPerYear: number
  /** False alarms that are put up with. */
  readonly falseAlarmsPerYear: number
}

/**
 * Smallest k such that "k of n fail in one window" happens by chance at most so often:
 * windows × P[Binomial(n, q) ≥ k] ≤ target (study, section 4.6). At most n + 1, which never happens.
 */
export function leastFailing(alarm: CorrelatedAlarm): number {
  const { services, failureRate, windowsPerYear, falseAlarmsPerYear } = alarm
  let k = 1
  while (
    k <= services &&
    windowsPerYear * binomialTail(services, failureRate, k) > falseAlarmsPerYear
  )
    k++
  return k
}

/**
 * Mean number of probes until `count` in a row fail by chance, each with probability `failureRate`:
 * (1 − qᵏ) / ((1 − q) qᵏ) (Feller, An Introduction to Probability Theory I, XIII.7).
 */
export function probesToRun(count: number, failureRate: number): number {
  const all = failureRate ** count
  return (1 - all) / ((1 - failureRate) * all)
}

/** A control chart for a single series of outcomes. */
export interface BernoulliCusum {
  /** Added for a failure and for a pass, in nats. */
  readonly failure: number
  readonly pass: number
  /** Sum after one more outcome; never below zero. */
  next(sum: number, failed: boolean): number
  /** Whether a sum is an alarm. */
  alarms(sum: number): boolean
}

/** What a {@link bernoulliCusum} tells apart, and at which sum it alarms. */
export interface CusumSettings {
  readonly healthyRate: number
  readonly brokenRate: number
  /** In nats: 14 alarms falsely once in 7.8 million probes, and after 3.3 probes of a fault. */
  readonly threshold: number
}

/** The settings of the study, section 4.6. */
export const studyCusum: CusumSettings = { healthyRate: 0.005, brokenRate: 0.9, threshold: 14 }

/**
 * Bernoulli CUSUM: log-likelihood ratios of failure rate p₁ against p₀ are added up and reset at zero
 * (Page, 1954; Reynolds and Stoumbos, 1999).
 */
export function bernoulliCusum(settings: CusumSettings = studyCusum): BernoulliCusum {
  const { brokenRate, healthyRate, threshold } = settings
  const failure = Math.log(brokenRate / healthyRate)
  const pass = Math.log((1 - brokenRate) / (1 - healthyRate))
  return {
    failure,
    pass,
    next: (sum, failed) => Math.max(0, sum + (failed ? failure : pass)),
    alarms: (sum) => sum >= threshold,
  }
}
