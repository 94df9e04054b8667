// Clients that count what they are waiting for, so that a fake clock moves on only when the network is still.
import type { HttpClient } from '../../src/world/http-client.ts'
import type { SocketClient } from '../../src/world/web-socket.ts'

/** What these clients wait for. */
export interface UnderWay {
  readonly http: HttpClient
  readonly sockets: SocketClient
  /** True while a request has no answer, a connection is not there yet, or a text was not answered. */
  isBusy(): boolean
}

/** Wraps two clients. Every text that is sent over a connection is taken to be answered by one. */
export function countUnderWay(http: HttpClient, sockets: SocketClient): UnderWay {
  let requests = 0
  /** Texts sent less texts received, by connection; a connection that is being made is one as well. */
  const owed = new Set<{ count: number }>()
  return {
    isBusy: () => requests > 0 || [...owed].some(({ count }) => count > 0),
    http: {
      send: async (request) => {
        requests++
        try {
          return await http.send(request)
        } finally {
          requests--
        }
      },
    },
    sockets: {
      connect: (options, events) => {
        const own = { count: 1 }
        owed.add(own)
        const socket = sockets.connect(options, {
          opened: () => {
            own.count--
            events.opened()
          },
          message: (text) => {
            own.count--
            events.message(text)
          },
          binary: events.binary,
          closed: (detail) => {
            owed.delete(own)
            events.closed(detail)
          },
        })
        return {
          send: (text) => {
            const isSent = socket.send(text)
            if (isSent) own.count++
            return isSent
          },
          close: () => socket.close(),
        }
      },
    },
  }
}
