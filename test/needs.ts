// What scenarios need of a machine, how to see whether it is there, and which Debian package brings it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface NeedDefinition {
  /** Null when it is there, else why not. */
  readonly missing: () => string | null
  /** Debian's package, null when it cannot be had from there. */
  readonly debian: string | null
  /** True when a machine may rightly lack it, in CI too. */
  readonly optional: boolean
}

/** Every need that a scenario can name. */
export const needs = {
  nginx: program('nginx', 'nginx'),
  haproxy: program('haproxy', 'haproxy'),
  caddy: program('caddy', 'caddy'),
  chromium: program('chromium', 'chromium'),
  openssl: program('openssl', 'openssl'),
  promtool: program('promtool', 'prometheus'),
  prometheus: program('prometheus', 'prometheus'),
  alertmanager: program('alertmanager', 'prometheus-alertmanager'),
  traefik: program('traefik', null),
  envoy: program('envoy', null),
  etcd: program('etcd', null),
  'kube-apiserver': program('kube-apiserver', null),
  terraform: { ...program('terraform', null), optional: true },
  /** A tmpfs can be mounted: root, and a kernel that allows it. */
  'root-mount': { missing: mountMissing, debian: null, optional: true },
  /** Pseudo terminals, which a container may be without. */
  terminal: {
    missing: () => (existsSync('/dev/ptmx') ? null : 'There are no pseudo terminals'),
    debian: null,
    optional: true,
  },
  /** /proc, for memory and open files of another process. */
  linux: {
    missing: () => (process.platform === 'linux' ? null : 'The system is not Linux'),
    debian: null,
    optional: true,
  },
} as const satisfies Readonly<Record<string, NeedDefinition>>

/** Name of a need. */
export type Need = keyof typeof needs

/** Whether a need is there. */
export type NeedState =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly optional: boolean }

const states = new Map<Need, NeedState>()

/** Looks once per process whether `need` is there. */
export function checkNeed(need: Need): NeedState {
  const known = states.get(need)
  if (known !== undefined) return known
  const definition: NeedDefinition = needs[need]
  const reason = definition.missing()
  const state: NeedState =
    reason === null ? { ok: true } : { ok: false, reason, optional: definition.optional }
  states.set(need, state)
  return state
}

/** Debian's packages for the needs that are missing and that Debian has. */
export function missingDebianPackages(): string[] {
  const definitions: NeedDefinition[] = Object.values(needs)
  return definitions.flatMap(({ debian, missing }) =>
    debian !== null && missing() !== null ? [debian] : [],
  )
}

/**
 * A program: where `GATEHOUSE_<NAME>` says (`GATEHOUSE_TRAEFIK=/opt/traefik`), on PATH, or where a Debian
 * package puts it although PATH does not say so. Debian has Alertmanager as `prometheus-alertmanager`.
 */
export function findProgram(name: string): string | null {
  const named = process.env[`GATEHOUSE_${name.toUpperCase().replaceAll('-', '_')}`]
  if (named !== undefined && named !== '') return named
  const path = [process.env['PATH'] ?? '', '/usr/sbin', '/usr/bin', '/usr/local/bin'].join(':')
  return Bun.which(name, { PATH: path }) ?? Bun.which(`prometheus-${name}`, { PATH: path })
}

function program(name: string, debian: string | null): NeedDefinition {
  return {
    missing: () => (findProgram(name) === null ? `Program "${name}" is not installed` : null),
    debian,
    optional: debian === null,
  }
}

function mountMissing(): string | null {
  if (process.getuid?.() !== 0) return 'Mounting a tmpfs needs root'
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-mount-'))
  try {
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory])
    if (mount.status !== 0) return 'Mounting a tmpfs is not allowed here'
    spawnSync('umount', [directory])
    return null
  } finally {
    rmdirSync(directory)
  }
}
