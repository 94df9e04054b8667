// A name server on loopback (RFC 1035 over UDP): knows a few names, and can fail or stay silent.
import { createSocket } from 'node:dgram'

/** What is known of a name: addresses of both families, a failure, or nothing that is ever said. */
export type KnownName =
  | { readonly a?: readonly string[]; readonly aaaa?: readonly string[] }
  | 'servfail'
  | 'silent'

/** A running name server. */
export interface NameServer {
  /** Address and port, as a resolver is named. */
  readonly address: string
  /** Names that were asked for, in order. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

const typeA = 1
const typeAaaa = 28
const noError = 0x81_80
const serverFailure = 0x81_82
const nameError = 0x81_83

/** Starts it on a free port; names that are not in `zone` do not exist. */
export async function startNameServer(
  zone: Readonly<Record<string, KnownName>>,
): Promise<NameServer> {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const { name, end } = readName(query)
    asked.push(name)
    const known = zone[name]
    if (known !== 'silent') socket.send(answer(query, end, known), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    close: () => new Promise((resolve) => socket.close(resolve)),
  }
}

/** The one question's name, and where it ends. */
function readName(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 }
}

function answer(
  query: Buffer,
  end: number,
  known: Exclude<KnownName, 'silent'> | undefined,
): Buffer {
  const type = query.readUInt16BE(end)
  const addresses =
    known === undefined || known === 'servfail'
      ? []
      : ((type === typeA ? known.a : type === typeAaaa ? known.aaaa : []) ?? [])
  const head = Buffer.alloc(12)
  query.copy(head, 0, 0, 2)
  head.writeUInt16BE(
    known === undefined ? nameError : known === 'servfail' ? serverFailure : noError,
    2,
  )
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(addresses.length, 6)
  const records = addresses.map((address) => {
    const data = type === typeA ? Buffer.from(address.split('.').map(Number)) : ipv6(address)
    // A pointer to the name in the question, type, class, a minute, and the address.
    return Buffer.concat([
      Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]),
      data,
    ])
  })
  return Buffer.concat([head, query.subarray(12, end + 4), ...records])
}

/** `::1` and its like: groups behind the gap. */
function ipv6(address: string): Buffer {
  const bytes = Buffer.alloc(16)
  const groups = address.slice(2).split(':')
  for (const [index, group] of groups.entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), 16 - (groups.length - index) * 2)
  return bytes
}
