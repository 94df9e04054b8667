// What the machine is, how busy others keep it, and what a process has used of it.
import { readFileSync, readdirSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'

/** Core of the server under test and core of its client. One for both where there is only one. */
export const serverCore = 0
export const clientCore = availableParallelism() > 1 ? 1 : 0

/** One line of facts for the reader of a result. */
export interface MachineFacts {
  readonly cpu: string
  readonly cores: number
  readonly bun: string
  readonly kernel: string
}

export function machineFacts(): MachineFacts {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    bun: Bun.version,
    kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
  }
}

/** Load average over one minute: above the number of cores somebody else is measured, too. */
export function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100
}

const ticksPerSecond = 100

/** Seconds of processor time that `pid` and its children have used so far. */
export function processorSeconds(pid: number): number {
  return [pid, ...childrenOf(pid)].map(ownSeconds).reduce((sum, seconds) => sum + seconds, 0)
}

function ownSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in parentheses may hold blanks: fields are counted from behind it (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter((text) => text !== '')
      .map(Number),
  )
}

/**
 * With `GATEHOUSE_BENCH_REALTIME=1` servers and client run with real-time priority (needs root): figures
 * mean something on a machine that others keep busy, and the others stand still meanwhile.
 */
export const isRealtime = process.env['GATEHOUSE_BENCH_REALTIME'] === '1'

/** `command` bound to one core: `taskset` becomes the program, so the process id is the program's. */
export function pinned(
  core: number,
  command: readonly [string, ...string[]],
): [string, ...string[]] {
  const bound = ['taskset', '-c', String(core), ...command] as const
  return isRealtime ? ['chrt', '--rr', '5', ...bound] : [...bound]
}
