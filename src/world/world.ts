// All that the program may ask of the outside, in one argument.
import { type Clock, realClock } from './clock.ts'
import { type Connector, realConnector } from './connector.ts'
import { type Dns, realDns } from './dns.ts'
import { type Files, realFiles } from './files.ts'
import { type HttpClient, realHttpClient } from './http-client.ts'
import { type LineStreams, realLineStreams } from './line-stream.ts'
import { type Log, jsonLog } from './log.ts'
import { type Process, realProcess } from './process.ts'
import { type Random, realRandom } from './random.ts'
import { type SocketClient, realSocketClient } from './web-socket.ts'

/** The outside, as the parts see it. Each part asks for the narrowest piece that it needs. */
export interface World {
  readonly clock: Clock
  readonly random: Random
  readonly files: Files
  readonly http: HttpClient
  readonly sockets: SocketClient
  readonly streams: LineStreams
  readonly connector: Connector
  readonly dns: Dns
  readonly process: Process
  readonly log: Log
}

/** The world as it is: log lines go to standard output. */
export function realWorld(): World {
  const clock = realClock()
  const process = realProcess()
  return {
    clock,
    random: realRandom(),
    files: realFiles(),
    http: realHttpClient(),
    sockets: realSocketClient(),
    streams: realLineStreams(),
    connector: realConnector(),
    dns: realDns(),
    process,
    log: jsonLog(clock.now, (line) => process.out(`${line}\n`)),
  }
}
