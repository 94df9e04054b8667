// The ceiling: nginx answering with `return`, the same status line of headers as ours, and no work at all.
import { type RawAnswer } from '../../test/peers/raw-client.ts'
import { type PeerProcess, peerDirectory, startPeer } from '../../test/peers/peer-process.ts'
import { pinned, serverCore } from '../measure/machine.ts'
import { freePorts } from '../../test/peers/ports.ts'

/** A running nginx. */
export interface Ceiling extends PeerProcess {
  readonly port: number
}

/** Headers that nginx writes by itself, or that a directive of its own makes. */
const ownHeaders = new Set(['date', 'content-length', 'content-type', 'connection', 'server'])

/**
 * One worker that answers everything as `like` did: same status and body, same headers with the same
 * values (a hyphen where there is none: nginx leaves out an empty header). nginx adds Server,
 * Content-Type and Connection.
 */
export async function startCeiling(like: RawAnswer): Promise<Ceiling> {
  const [port = 0] = await freePorts(1)
  const directory = peerDirectory('ceiling', { 'nginx.conf': config(port, like), 'logs/.keep': '' })
  const peer = await startPeer({
    name: 'nginx',
    command: pinned(serverCore, ['nginx', '-p', directory, '-c', `${directory}/nginx.conf`]),
    directory,
    ports: [port],
  })
  return { ...peer, port }
}

/** The configuration; every setting that could cost something is off. */
export function config(port: number, like: RawAnswer): string {
  const headers = like.headers
    .filter(([name]) => !ownHeaders.has(name.toLowerCase()))
    .map(([name, value]) => `            add_header ${name} ${quoted(value || '-')} always;`)
  const type = like.header('content-type')
  // A 3xx with a text would be taken for an address and get a page: there 200 stands for it.
  const status = like.status >= 300 && like.status < 400 ? 200 : like.status
  return `daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr crit;
worker_rlimit_nofile 4096;
events { worker_connections 2048; }
http {
    access_log off;
    server_tokens off;
    sendfile on;
    tcp_nodelay on;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
    client_body_temp_path temporary_body;
    proxy_temp_path temporary_proxy;
    fastcgi_temp_path temporary_fastcgi;
    uwsgi_temp_path temporary_uwsgi;
    scgi_temp_path temporary_scgi;
    server {
        listen 127.0.0.1:${port} backlog=1024;
        location / {
            default_type ${quoted(type ?? 'text/plain')};
${headers.join('\n')}
            return ${status} ${quoted(like.body)};
        }
    }
}
`
}

/** A string of nginx's configuration; a dollar sign would begin a variable. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '')}"`
}
