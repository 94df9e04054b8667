// One transport in a process of its own: `bun-serve` before the real endpoint, or `bun-serve-bare` and
// `listener-bare`, which give one ready answer to everything. Arguments: which, configuration, port.
import { loadConfig } from '../../src/config.ts'
import { dialects } from '../../src/gate/dialect/registry.ts'
import { listen } from '../../src/gate/transport/server.ts'
import { realWorld } from '../../src/world/world.ts'
import { serveWithBun } from './bun-serve.ts'
import { openInside } from './in-process.ts'

const [kind = '', file = '', portText = '0'] = process.argv.slice(2)
const hostname = '127.0.0.1'
const port = Number(portText)
const world = { ...realWorld(), log: { write: () => {} } }

/** As long and with the same lines as an answer to a person who is let in. */
const bareHeaders: Readonly<Record<string, string>> = {
  'X-Gatehouse-Decision': 'allow; member',
  'Remote-User': 'person-4711',
  'Remote-Groups': 'team-11,staff',
  'Remote-Email': 'person-4711@example.com',
  'Remote-Name': 'Person Number 4711',
}

function bareAnswer(): Buffer {
  const lines = Object.entries(bareHeaders).map(([name, value]) => `${name}: ${value}\r\n`)
  const date = `Date: ${new Date().toUTCString()}\r\n`
  return Buffer.from(`HTTP/1.1 200 OK\r\n${date}${lines.join('')}Content-Length: 0\r\n\r\n`)
}

async function start(): Promise<void> {
  if (kind === 'listener-bare') {
    const answer = bareAnswer()
    const handler = { handle: () => answer, refuse: () => answer, isTrusted: () => true }
    listen({ hostname, port, clock: world.clock, handler })
    return
  }
  if (kind === 'bun-serve-bare') {
    const headers = { ...bareHeaders }
    Bun.serve({ hostname, port, fetch: () => new Response(null, { headers }) })
    return
  }
  const loaded = await loadConfig({ files: world.files, file, withSecrets: true })
  if (!loaded.ok) throw new Error(`Reading "${file}" failed`)
  serveWithBun({ hostname, port }, openInside(loaded.value.gate, world).endpoint, dialects.traefik)
}

await start()
