// A connected socket with back-pressure, the same whether it is Bun's own or one of node's streams.
import type { Socket } from 'node:net'

/** The sending half, and the tap of the receiving half. */
export interface ByteSocket {
  /** Gives how many bytes were taken, from the front; offer the others again after `drain`. */
  write(bytes: Uint8Array): number
  /** Ends the connection after what was written. */
  end(): void
  /** Ends the connection at once. */
  terminate(): void
  /** Stops and continues receiving; what arrives meanwhile waits with the sender. */
  pause(): void
  resume(): void
}

/** What happens on a socket. */
export interface ByteSocketEvents {
  data(chunk: Buffer): void
  /** More bytes can be written. */
  drain(): void
  /** Last call. `isClean`: the other end had said that it was done, nothing was cut off. */
  close(isClean: boolean): void
}

/** Wraps a connected stream of `node:net` or `node:tls`. */
export function byteSocketOf(stream: Socket, events: ByteSocketEvents): ByteSocket {
  let isClean = false
  stream.on('data', events.data)
  stream.on('drain', events.drain)
  stream.on('end', () => {
    isClean = true
  })
  stream.on('error', () => {
    isClean = false
    stream.destroy()
  })
  stream.on('close', (hadError: boolean) => events.close(isClean && !hadError))
  return {
    write: (bytes) => {
      if (stream.destroyed) return 0
      // The stream would keep any amount in memory: it is given a piece, and the next when that is gone.
      if (stream.writableNeedDrain) return 0
      stream.write(bytes)
      return bytes.length
    },
    end: () => void stream.end(),
    terminate: () => void stream.destroy(),
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
  }
}
