// Runs wrk once against one server and reads what it says.
import { join } from 'node:path'
import { findProgram } from '../../test/needs.ts'
import { clientCore, pinned, processorSeconds } from './machine.ts'

const script = join(import.meta.dir, 'wrk.lua')

/** A server to be asked, and what it is asked. */
export interface Target {
  readonly port: number
  /** Process whose processor time is counted. */
  readonly pid: number
  /** File of requests, separated by NUL. */
  readonly requestsFile: string
}

/** How hard to ask. */
export interface Push {
  readonly connections: number
  readonly seconds: number
  /** Mean pause of one connection between answer and next request, in ms; 0 for none. */
  readonly pauseMs: number
}

/** One round. */
export interface Round {
  readonly requests: number
  readonly perSecond: number
  /** Requests per second of processor time that the server used: says the cost whoever else is busy. */
  readonly perProcessorSecond: number
  /** Share of the round in which the server was at work. */
  readonly busy: number
  /** Latencies in ms, as the client saw them. */
  readonly p50: number
  readonly p99: number
  /** Answers of 400 and above; whether they are right is checked elsewhere. */
  readonly notOk: number
  readonly socketErrors: number
}

interface Summary {
  readonly requests: number
  readonly microseconds: number
  readonly notOk: number
  readonly socketErrors: number
  readonly p50: number
  readonly p99: number
}

/** Null when wrk can be used, else why not. */
export function wrkMissing(): string | null {
  for (const name of ['wrk', 'taskset'])
    if (findProgram(name) === null) return `Program "${name}" is not installed`
  return null
}

export async function runWrk(target: Target, push: Push): Promise<Round> {
  const before = processorSeconds(target.pid)
  const child = Bun.spawn(
    pinned(clientCore, [
      'wrk',
      '--threads=1',
      `--connections=${push.connections}`,
      `--duration=${push.seconds}s`,
      `--script=${script}`,
      `http://127.0.0.1:${target.port}/`,
      '--',
      target.requestsFile,
      String(push.pauseMs),
    ]),
    { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' },
  )
  const text = await new Response(child.stdout).text()
  if ((await child.exited) !== 0)
    throw new Error(`wrk failed: ${await new Response(child.stderr).text()}`)
  return roundOf(parseSummary(text), processorSeconds(target.pid) - before)
}

/** The JSON line among what wrk prints. */
export function parseSummary(text: string): Summary {
  const line = text.split('\n').findLast((candidate) => candidate.startsWith('{'))
  if (line === undefined) throw new Error(`wrk said nothing that can be read: ${text}`)
  return JSON.parse(line) as Summary
}

/** Rates out of counts. */
export function roundOf(summary: Summary, processorTime: number): Round {
  const seconds = summary.microseconds / 1e6
  return {
    requests: summary.requests,
    perSecond: summary.requests / seconds,
    perProcessorSecond: processorTime > 0 ? summary.requests / processorTime : 0,
    busy: processorTime / seconds,
    p50: summary.p50 / 1000,
    p99: summary.p99 / 1000,
    notOk: summary.notOk,
    socketErrors: summary.socketErrors,
  }
}
