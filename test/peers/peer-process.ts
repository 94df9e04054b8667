// A peer in a process of its own: started in a temporary directory, waited for, ended by its own pid.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findProgram } from '../needs.ts'

/** Only tells a busy machine from a peer that hangs. */
const readyTimeoutMs = 60_000
/** Some proxies wait for their last connection for ever. */
const stopTimeoutMs = 3_000
const logLengthMax = 20_000

/** A running peer. */
export interface PeerProcess {
  readonly name: string
  readonly pid: number
  /** Temporary directory of its own, removed when it stops. */
  readonly directory: string
  /** The end of what it wrote to standard output and error. */
  log(): string
  /** Resident set size in bytes, from /proc. */
  memoryBytes(): number
  /** Ends it (SIGTERM, after 3 s SIGKILL) and removes its directory. Twice is the same as once. */
  stop(): Promise<void>
}

/** How to start a peer. */
export interface PeerStart {
  readonly name: string
  /** Program and arguments; a program without a slash is looked for on PATH and in the sbin folders. */
  readonly command: readonly [string, ...string[]]
  readonly directory: string
  /** It is ready when these ports accept connections, */
  readonly ports: readonly number[]
  /** and this is true, where connecting is not enough. */
  readonly isReady?: () => Promise<boolean>
  readonly env?: Readonly<Record<string, string>>
  /** How long it may take; a minute by default. */
  readonly readyTimeoutMs?: number
}

/** A fresh temporary directory with `files` in it, by relative path. */
export function peerDirectory(name: string, files: Readonly<Record<string, string>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), `gatehouse-${name}-`))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  return directory
}

/** Starts a peer and waits until it is ready. What it wrote is in the error when it does not get there. */
export async function startPeer(start: PeerStart): Promise<PeerProcess> {
  const [program, ...rest] = start.command
  const path = program.includes('/') ? program : findProgram(program)
  if (path === null) throw new Error(`Program "${program}" is not installed`)
  const logPath = join(start.directory, 'peer.log')
  writeFileSync(logPath, '')
  const child = Bun.spawn([path, ...rest], {
    cwd: start.directory,
    env: { ...process.env, ...start.env },
    stdin: 'ignore',
    stdout: Bun.file(logPath),
    stderr: Bun.file(logPath),
  })
  let stopped: Promise<void> | null = null
  const peer: PeerProcess = {
    name: start.name,
    pid: child.pid,
    directory: start.directory,
    log: () => readLog(logPath),
    memoryBytes: () => residentBytes(child.pid),
    stop: () => (stopped ??= stopChild(child, start.directory)),
  }
  try {
    await waitUntilReady(start, () => child.exitCode)
    return peer
  } catch (cause) {
    const log = peer.log()
    await peer.stop()
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${reason}\n${log}`)
  }
}

function readLog(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-logLengthMax)
  } catch {
    return ''
  }
}

function residentBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? 0) * 1024
}

async function stopChild(child: Bun.Subprocess, directory: string): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await child.exited
  clearTimeout(timer)
  rmSync(directory, { recursive: true, force: true })
}

async function waitUntilReady(start: PeerStart, exitCode: () => number | null): Promise<void> {
  const { readyTimeoutMs: limitMs = readyTimeoutMs } = start
  const deadline = performance.now() + limitMs
  for (;;) {
    const code = exitCode()
    if (code !== null) throw new Error(`Peer "${start.name}" ended with exit code ${code}`)
    if (await isReady(start)) return
    if (performance.now() > deadline)
      throw new Error(`Peer "${start.name}" was not ready after ${limitMs} ms`)
    await Bun.sleep(20)
  }
}

async function isReady(start: PeerStart): Promise<boolean> {
  const open = await Promise.all(start.ports.map(accepts))
  // What accepts connections may still cut the first ones off.
  return open.every(Boolean) && ((await start.isReady?.().catch(() => false)) ?? true)
}

/** True when something accepts connections on this port of loopback. */
async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const finish = (open: boolean): void => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}
