// Free loopback ports for peers that cannot take port 0 and say which one they got.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** Below this, services of the machine itself may come and go. */
const lowestPort = 10_000
/** Where outgoing connections get their ports if the system does not say (RFC 6335 section 6 has 49152). */
const dynamicFrom = 32_768
const attemptsMax = 1000

/** Ports from here on are lent to outgoing connections: never ours, or one of those could be on it first. */
const end = firstDynamicPort()
/** Where the next search begins: somewhere else in each process, and never at a port given out a moment ago. */
let next = lowestPort + Math.floor(Math.random() * (end - lowestPort))

/**
 * `count` different ports that are free, and that no outgoing connection of this machine can take before
 * they are listened on. No port is given out twice by one process, for thousands of ports.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = []
  for (let attempt = 0; ports.length < count; attempt++) {
    if (attempt === attemptsMax)
      throw new Error(`Found ${ports.length} free ports, wanted ${count}`)
    const port = next
    next = port + 1 < end ? port + 1 : lowestPort
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

function firstDynamicPort(): number {
  try {
    const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    const first = Number(range.split(/\s/)[0])
    return first > lowestPort + attemptsMax ? first : dynamicFrom
  } catch {
    return dynamicFrom
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
