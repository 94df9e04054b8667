// A gate as its user runs it: `bin/gatehouse serve` in a process of its own, with a file of configuration.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../peers/ports.ts'
import { expectNoDefects } from './no-defects.ts'

// Both only tell a busy machine from a gate that hangs.
const readyTimeoutMs = 60_000
const stopTimeoutMs = 20_000

/** A running `gatehouse serve`. */
export interface GateProcess {
  readonly pid: number
  readonly httpPort: number
  readonly metricsPort: number
  /** Directory with the configuration file `gatehouse.yaml`, the people file and `data/`. */
  readonly directory: string
  readonly configFile: string
  /** Everything written to standard output so far: log lines. */
  log(): string
  /** Value of a metric without labels. */
  metric(name: string): Promise<number>
  signal(name: NodeJS.Signals): void
  /** Ends it and removes the directory; gives the exit code. */
  stop(): Promise<number>
}

/** What differs from the usual fixture. */
export interface GateProcessOptions {
  /** YAML of everything but `listen` and `data_dir`; a function where it must know the port. */
  readonly config: string | ((httpPort: number) => string)
  /** Further files beside the configuration, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** Data directory; `data` beside the configuration by default. */
  readonly dataDir?: string
  /** Environment variables beside those of the test itself. */
  readonly env?: Readonly<Record<string, string>>
}

/** Starts it and waits until `/readyz` answers 200. Rejects with its output when it does not. */
export async function startGateProcess(options: GateProcessOptions): Promise<GateProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-test-'))
  const [httpPort = 0, metricsPort = 0] = await freePorts(2)
  const configFile = join(directory, 'gatehouse.yaml')
  const listen = `listen: { http: "127.0.0.1:${httpPort}", metrics: "127.0.0.1:${metricsPort}" }`
  const config = typeof options.config === 'string' ? options.config : options.config(httpPort)
  writeFileSync(configFile, `${config}\n${listen}\ndata_dir: ${options.dataDir ?? 'data'}\n`)
  for (const [name, text] of Object.entries(options.files ?? {}))
    writeFileSync(join(directory, name), text)
  const binary = join(import.meta.dir, '../../bin/gatehouse')
  const child = Bun.spawn([binary, 'serve', '--config', configFile], {
    env: { ...process.env, ...options.env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const output: string[] = []
  const collecting = [child.stdout, child.stderr].map((stream) => collect(stream, output))
  const stop = async (): Promise<number> => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
    const exitCode = await child.exited
    clearTimeout(timer)
    // What it wrote last may still be in the pipes.
    await Promise.all(collecting)
    rmSync(directory, { recursive: true, force: true })
    expectNoDefects(output.join(''))
    return exitCode
  }
  if (!(await becomesReady(metricsPort, child))) {
    await stop()
    throw new Error(`The gate did not become ready:\n${output.join('')}`)
  }
  return {
    pid: child.pid,
    httpPort,
    metricsPort,
    directory,
    configFile,
    log: () => output.join(''),
    metric: (name) => readMetric(metricsPort, name),
    signal: (name) => child.kill(name),
    stop,
  }
}

async function collect(stream: ReadableStream<Uint8Array>, output: string[]): Promise<void> {
  const decoder = new TextDecoder()
  for await (const chunk of stream) output.push(decoder.decode(chunk, { stream: true }))
}

async function becomesReady(
  port: number,
  child: { readonly exitCode: number | null },
): Promise<boolean> {
  const deadline = performance.now() + readyTimeoutMs
  while (performance.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null)
    if (answer?.status === 200) return true
    await Bun.sleep(25)
  }
  return false
}

async function readMetric(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `))
  if (line === undefined) throw new Error(`There is no metric ${name}`)
  return Number(line.slice(name.length + 1))
}
