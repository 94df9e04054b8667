// Where a listener binds, and how others say it.

/** Where a listener binds. Port 0 takes a free one. */
export interface ListenAddress {
  readonly hostname: string
  readonly port: number
}

/** `127.0.0.1:9300`, `[::1]:9300`. */
export function listenAddressText({ hostname, port }: ListenAddress): string {
  return `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
}
