// Witnesses that lie over a real connection: each costs at most its own time, and is blind rather than believed.
import { expect } from 'bun:test'
import { gzipSync } from 'node:zlib'
import type { WitnessConfig } from '../../src/watch/config.ts'
import { createWitness } from '../../src/watch/witness/registry.ts'
import { testStore } from '../../src/watch/witness/testing.fixture.ts'
import { must } from '../../src/std/assert.ts'
import { realWorld } from '../../src/world/world.ts'
import { type Behaviour, drips, repeats, says, startTarget } from '../peers/hostile-target.ts'
import { scenario } from '../scenario.ts'

const MiB = 1024 ** 2
const head = (...lines: readonly string[]): string =>
  ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n')
const chunk = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`
const bomb = gzipSync(Buffer.alloc(64 * MiB))

/** What a target does, and what every witness says of it. */
const lies: Readonly<Record<string, readonly [Behaviour, RegExp]>> = {
  'an endless body': [
    repeats(head('transfer-encoding: chunked'), chunk),
    /^Its answer is larger than 16 MiB$/,
  ],
  'a bomb': [
    says(
      Buffer.concat([
        Buffer.from(head('content-encoding: gzip', `content-length: ${bomb.length}`)),
        bomb,
      ]),
    ),
    /^Its answer is larger than 16 MiB$/,
  ],
  'a head that never ends': [drips('HTTP/1.1 200 OK\r\nx: ', 50), /^No answer in 10 seconds$/],
  silence: [() => {}, /^No answer in 10 seconds$/],
  'no HTTP': [says('SSH-2.0-OpenSSH_9.2\r\n'), /^It cannot be reached$/],
  'nothing at all': [(socket) => void socket.destroy(), /^It cannot be reached$/],
  'a redirect': [
    says('HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n'),
    /^It redirected to another address, which is not followed$/,
  ],
  'a page': [
    says(head('content-type: text/html', 'content-length: 13') + '<html></html>'),
    /^Its answer (is no JSON|has no metric)/,
  ],
  'bytes that are no text': [
    says(Buffer.concat([Buffer.from(head('content-length: 4')), Buffer.from([0xff, 0xfe, 0, 1])])),
    /^Its answer is not UTF-8$/,
  ],
}

/** Lies of many mebibytes. */
const heavy: readonly string[] = ['an endless body', 'a bomb']

function witnesses(url: string): readonly WitnessConfig[] {
  return [
    { kind: 'uptime-kuma', name: 'kuma', url, statusPage: null, password: 'uk1_x' },
    { kind: 'uptime-kuma', name: 'page', url, statusPage: 'all', password: null },
    { kind: 'prometheus', name: 'prometheus', url, bearer: null },
    { kind: 'kubelet', name: 'kubelet', url, bearer: 'x', caFile: null },
    { kind: 'gate', name: 'gate', url },
  ]
}

scenario('witnesses that lie are blind, within their time', {}, async () => {
  const world = realWorld()
  const store = testStore({ series: 'device="shm"', volume: 'a/b/c' })
  const tell = async (name: string): Promise<void> => {
    const [behaviour, detail] = must(lies[name], 'It is one of the lies')
    const target = await startTarget({ behaviour })
    const configs = witnesses(`http://127.0.0.1:${target.port}`)
    const read = await Promise.all(
      configs.map((config) => createWitness(config, world, [store]).read()),
    )
    await target.close()
    for (const [i, answer] of read.entries())
      expect([name, configs[i]?.name, answer.ok ? 'a report' : answer.error.detail]).toEqual([
        name,
        configs[i]?.name,
        expect.stringMatching(detail),
      ])
  }
  // What takes work is told alone: a busy machine has ten seconds for each. What takes time, together.
  for (const name of heavy) await tell(name)
  await Promise.all(
    Object.keys(lies)
      .filter((name) => !heavy.includes(name))
      .map(tell),
  )
})
