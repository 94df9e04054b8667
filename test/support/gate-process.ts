// A gate as its user runs it: `bin/gatehouse serve` in a process of its own, with a file of configuration.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../peers/ports.ts'
import { expectNoDefects } from './no-defects.ts'
import { launcher, start } from './run-program.ts'

// It only tells a busy machine from a gate that hangs.
const readyTimeoutMs = 60_000

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
  const gate = start([launcher, 'serve', '--config', configFile], {
    env: { ...process.env, ...options.env },
  })
  const stop = async (): Promise<number> => {
    const exitCode = await gate.stop()
    rmSync(directory, { recursive: true, force: true })
    expectNoDefects(gate.output())
    return exitCode
  }
  if (!(await gate.answers(`http://127.0.0.1:${metricsPort}/readyz`, readyTimeoutMs))) {
    await stop()
    throw new Error(`The gate did not become ready:\n${gate.output()}`)
  }
  return {
    pid: gate.pid,
    httpPort,
    metricsPort,
    directory,
    configFile,
    log: gate.output,
    metric: (name) => readMetric(metricsPort, name),
    signal: gate.signal,
    stop,
  }
}

async function readMetric(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `))
  if (line === undefined) throw new Error(`There is no metric ${name}`)
  return Number(line.slice(name.length + 1))
}
