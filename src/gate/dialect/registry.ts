// Every dialect by name: adding one is its file and a line here.
import { caddy } from './caddy.ts'
import type { Dialect, DialectName } from './dialect.ts'
import { envoy } from './envoy.ts'
import { haproxy } from './haproxy.ts'
import { nginx } from './nginx.ts'
import { traefik } from './traefik.ts'

/** The dialects, by name. */
export const dialects: Readonly<Record<DialectName, Dialect>> = {
  traefik,
  nginx,
  caddy,
  envoy,
  haproxy,
}
