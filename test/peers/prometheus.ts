// A real Prometheus with a configuration of the test's own.
import { freePorts } from './ports.ts'
import { peerDirectory, startPeer } from './peer-process.ts'

/** A running Prometheus. */
export interface Prometheus {
  readonly url: string
  /** `data` of an answer of the HTTP API: `get('query?query=up')`. */
  get(path: string): Promise<unknown>
  stop(): Promise<void>
}

/** Starts it. `files` are relative to its directory; `prometheus.yml` is its configuration. */
export async function startPrometheus(
  files: Readonly<Record<string, string>> & { readonly 'prometheus.yml': string },
): Promise<Prometheus> {
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const peer = await startPeer({
    name: 'prometheus',
    command: [
      'prometheus',
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    directory: peerDirectory('prometheus', files),
    ports: [port],
    isReady: async () => (await fetch(`${url}/-/ready`)).ok,
  })
  return {
    url,
    get: async (path) => {
      const answer = await fetch(`${url}/api/v1/${path}`)
      const { data }: { data?: unknown } = JSON.parse(await answer.text())
      return data
    },
    stop: peer.stop,
  }
}
