// The stand-in as a process: prints one JSON line with its addresses and tokens, runs until it is told to
// stop (SIGINT, SIGTERM) or its standard input ends.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startAuthentik } from './authentik.ts'
import { exampleOptions } from './example.ts'
import type { AuthentikOptions } from './state.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    /** JSON file with people, providers and the like, instead of the example. */
    options: { type: 'string' },
    /** End with standard input, so that nothing stays behind when the parent is killed. */
    'until-stdin-ends': { type: 'boolean', default: false },
  },
})

const options: AuthentikOptions =
  values.options === undefined ? exampleOptions : JSON.parse(readFileSync(values.options, 'utf8'))

const authentik = await startAuthentik({
  ...options,
  port: Number(values.port),
  controlPort: Number(values['control-port']),
})

const { url, token, adminToken, controlUrl } = authentik
console.log(JSON.stringify({ url, token, adminToken, controlUrl }))

async function stop(): Promise<void> {
  await authentik.close()
  process.exit(0)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop())
if (values['until-stdin-ends']) {
  process.stdin.resume()
  process.stdin.on('end', () => void stop())
}
