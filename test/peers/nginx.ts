// nginx around the files that `gatehouse snippet nginx` wrote into a directory.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PeerProcess, startPeer } from './peer-process.ts'

const main = `daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr info;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path temporary/body;
    proxy_temp_path temporary/proxy;
    fastcgi_temp_path temporary/fastcgi;
    uwsgi_temp_path temporary/uwsgi;
    scgi_temp_path temporary/scgi;
    include conf.d/*.conf;
}
`

/** Starts nginx in the foreground; `port` is where the snippet makes it listen. */
export async function startNginx(directory: string, port: number): Promise<PeerProcess> {
  mkdirSync(join(directory, 'temporary'), { recursive: true })
  // Its workers are somebody else when root starts it, and buffer large bodies there.
  chmodSync(directory, 0o755)
  writeFileSync(join(directory, 'nginx.conf'), main)
  const command = ['nginx', '-p', directory, '-c', join(directory, 'nginx.conf')] as const
  return startPeer({ name: 'nginx', command: [...command], directory, ports: [port] })
}
