// Stories of a reverse proxy whose service follows a script.
import type { Socket } from 'node:net'
import { type ScriptedService, startScriptedService } from '../peers/scripted-service.ts'
import { scenario } from '../scenario.ts'
import {
  type ReverseProxySetup,
  type RunningReverseProxy,
  proxiedHost,
  startReverseProxy,
} from './reverse-proxy.ts'

/** A reverse proxy and the service behind it, which follows a script. */
export interface Place {
  readonly service: ScriptedService
  readonly proxy: RunningReverseProxy
}

/** What the service does with a request. */
export type Script = (socket: Socket, head: string) => void

/** Tells a story with both, fresh. */
export function story(
  name: string,
  script: Script,
  tell: (place: Place) => Promise<void>,
  setup: Partial<ReverseProxySetup> = {},
): void {
  scenario(name, {}, async () => {
    const service = await startScriptedService(script)
    const proxy = startReverseProxy({ internal: `127.0.0.1:${service.port}`, ...setup })
    try {
      await tell({ service, proxy })
    } finally {
      await proxy.close()
      await service.stop()
    }
  })
}

/** The line by which a request names the service. */
export const host = `Host: ${proxiedHost}`
/** An answer that is right. */
export const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
/** Gives it, and closes. */
export const answerOk: Script = (socket) => void socket.end(ok)
