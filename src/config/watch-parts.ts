// Parts of the section `watch` that others are named in: stores, witnesses, channels, changes.
import { resolve } from 'node:path'
import { layers } from '../model/layer.ts'
import type { Path } from '../std/schema/json-schema.ts'
import {
  type Change,
  type ChannelConfig,
  type WatchedStore,
  type WitnessConfig,
  isChannelUrl,
} from '../watch.ts'
import type { Inspection } from './inspection.ts'
import type { Settings } from './schema.ts'
import { secretSetting } from './secret-setting.ts'
import type { WatchSettings } from './watch-section.ts'

/** The stores whose fill is forecast. */
export function buildStores(
  inspection: Inspection,
  { stores }: WatchSettings,
): readonly WatchedStore[] {
  reportTwins(inspection, ['watch', 'stores'], stores ?? [])
  return (stores ?? []).map((store, i) => {
    if (store.size === undefined && store.path === undefined && store.rate !== undefined)
      inspection.report({
        id: 'store-without-size',
        severity: 'warning',
        path: ['watch', 'stores', i],
        message: `Nothing says what the store "${store.name}" holds: it has no "size" and no "path" to measure`,
        fix: 'Add "size", or "path" where it can be measured from here',
      })
    return {
      name: store.name,
      layer: store.layer,
      sizeBytes: store.size ?? null,
      blockBytes: store.block,
      entryBytes: store.entry,
      retentionMs: store.retention ?? null,
      restartMs: store.restart ?? null,
      path: store.path === undefined ? null : resolve(inspection.baseDirectory, store.path),
      files: store.files,
      declaredPerMs: store.rate ?? null,
      probesLeaveEntries: store.probes_leave_entries,
      ...(store.series === undefined ? {} : { series: store.series }),
      ...(store.volume === undefined ? {} : { volume: store.volume }),
    }
  })
}

type WitnessSettings = NonNullable<WatchSettings['witnesses']>[number]
type ChannelSettings = NonNullable<Settings['notify']>[number]

/** Settings of witnesses and channels that only some kinds have; a key in the wrong place is a mistake. */
const witnessKeys: Readonly<Record<WitnessSettings['kind'], readonly string[]>> = {
  'uptime-kuma': ['status_page', 'password', 'password_file', 'monitors_file'],
  prometheus: ['token', 'token_file'],
  kubelet: ['token', 'token_file', 'ca_file'],
  gate: [],
}

const channelKeys: Readonly<Record<ChannelSettings['kind'], readonly string[]>> = {
  alertmanager: ['token', 'token_file'],
  ntfy: ['token', 'token_file'],
  slack: [],
  discord: [],
  webhook: ['secret', 'secret_file'],
  email: ['from', 'to', 'user', 'password', 'password_file'],
  'uptime-kuma': ['tokens', 'tokens_file'],
}

/** The witnesses, each with what its kind needs. */
export function buildWitnesses(
  inspection: Inspection,
  { witnesses }: WatchSettings,
): readonly WitnessConfig[] {
  reportTwins(inspection, ['watch', 'witnesses'], witnesses ?? [])
  return (witnesses ?? []).map((witness, i): WitnessConfig => {
    const at: Path = ['watch', 'witnesses', i]
    reportForeign(inspection, at, { written: witness, own: ['url', ...witnessKeys[witness.kind]] })
    const { kind, name, url } = witness
    const bearer = secretOf(inspection, at, { key: 'token', from: witness })
    if (kind === 'uptime-kuma') {
      const password = secretOf(inspection, at, { key: 'password', from: witness })
      const statusPage = witness.status_page ?? null
      const { monitors_file: monitors } = witness
      const own = { kind, name, url, statusPage, password }
      if (monitors === undefined) return own
      return { ...own, monitorsFile: resolve(inspection.baseDirectory, monitors) }
    }
    if (kind === 'gate') return { kind, name, url }
    if (kind === 'prometheus') return { kind, name, url, bearer }
    const { ca_file: caFile } = witness
    const ca = caFile === undefined ? null : resolve(inspection.baseDirectory, caFile)
    return { kind, name, url, bearer, caFile: ca }
  })
}

/** The channels, each with what its kind needs. */
export function buildChannels(inspection: Inspection): readonly ChannelConfig[] {
  const { notify } = inspection.settings
  reportTwins(inspection, ['notify'], notify ?? [])
  return (notify ?? []).map((channel, i): ChannelConfig => {
    const at: Path = ['notify', i]
    const own = ['url', 'url_file', ...channelKeys[channel.kind]]
    reportForeign(inspection, at, { written: channel, own })
    const { kind, name } = channel
    const url = channelUrl(inspection, at, channel)
    const secret = (key: 'token' | 'secret' | 'password'): string | null =>
      secretOf(inspection, at, { key, from: channel })
    switch (kind) {
      case 'alertmanager':
        return { kind, name, url, bearer: secret('token') }
      case 'ntfy':
        return { kind, name, url, token: secret('token') }
      case 'webhook':
        return { kind, name, url, secret: secret('secret') }
      case 'email':
        return {
          kind,
          name,
          server: url,
          ...mailOf(inspection, at, channel),
          password: secret('password'),
        }
      case 'uptime-kuma':
        return { kind, name, url, tokens: kumaTokens(inspection, at, channel) }
      default:
        return { kind, name, url }
    }
  })
}

/** Changes that somebody wrote down. */
export function buildChanges({ changes }: WatchSettings): readonly Change[] {
  return (changes ?? []).map(({ at, source, title, touches }, i) => ({
    id: `declared-${i + 1}-${at}`,
    at,
    source,
    title,
    touches: touches ?? [],
    actor: 'operator',
  }))
}

type Secrets = Readonly<Partial<Record<string, unknown>>>

function secretOf(
  inspection: Inspection,
  at: Path,
  { from, key }: { readonly key: string; readonly from: Secrets },
): string | null {
  const text = (name: string): string | undefined => {
    const value = from[name]
    return typeof value === 'string' ? value : undefined
  }
  return secretSetting(inspection, { at, key, inline: text(key), file: text(`${key}_file`) })
}

function channelUrl(inspection: Inspection, at: Path, channel: ChannelSettings): string {
  const url = secretOf(inspection, at, { key: 'url', from: channel })
  const isMail = channel.kind === 'email'
  const wanted = isMail ? 'smtps://mail.example.com:465' : 'https://ntfy.example.com/estate'
  if (url === null)
    inspection.report({
      id: 'missing',
      path: at,
      message: `Missing "url", wanted an address such as "${wanted}"`,
      fix: 'Add "url", or "url_file"',
    })
  // Empty: not read, or its file could not be, which is said already.
  if (url === null || url === '') return ''
  if (!isChannelUrl(url) || /^smtps?:/i.test(url) !== isMail)
    inspection.report({
      id: 'wrong-value',
      path: [...at, channel.url === undefined ? 'url_file' : 'url'],
      message: `Found a value that is hidden, wanted an address such as "${wanted}" for "${channel.kind}"`,
      fix: `Write an address that begins with "${isMail ? 'smtps:' : 'https:'}"`,
    })
  return url
}

interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly user: string | null
}

function mailOf(inspection: Inspection, at: Path, { from, to, user }: ChannelSettings): Mail {
  for (const [key, value] of Object.entries({ from, to }))
    if (value === undefined)
      inspection.report({
        id: 'missing',
        path: at,
        message: `Missing "${key}", wanted an e-mail address`,
        fix: `Add "${key}"`,
      })
  return { from: from ?? '', to: to ?? [], user: user ?? null }
}

type KumaTokens = Extract<ChannelConfig, { kind: 'uptime-kuma' }>['tokens']

function kumaTokens(inspection: Inspection, at: Path, channel: ChannelSettings): KumaTokens {
  const { tokens } = channel
  const file = secretSetting(inspection, {
    at,
    key: 'tokens',
    inline: tokens === undefined ? undefined : '',
    file: channel.tokens_file,
  })
  if (file === null)
    inspection.report({
      id: 'missing',
      path: at,
      message: 'Missing "tokens", wanted a push token for each layer that has a monitor',
      fix: 'Add "tokens", or "tokens_file"',
    })
  if (tokens !== undefined) return tokens
  const lines = (file ?? '').split('\n').filter((line) => line.trim() !== '')
  const read = lines.map((line) => /^\s*(\w+)\s*[:=\s]\s*(\S+)\s*$/.exec(line))
  if (read.some((match) => !layers.some((layer) => layer === match?.[1])))
    inspection.report({
      id: 'secret-file',
      path: [...at, 'tokens_file'],
      message: `Cannot use the tokens: some line is not a layer and a token, layers are ${layers.map((layer) => `"${layer}"`).join(', ')}`,
      fix: 'Write one token a line: "gate_new abc123"',
    })
  return Object.fromEntries(read.map((match) => [match?.[1] ?? '', match?.[2] ?? '']))
}

/** A key that another kind has. */
function reportForeign(
  inspection: Inspection,
  at: Path,
  {
    own,
    written,
  }: { readonly own: readonly string[]; readonly written: { readonly kind: string } },
): void {
  const allowed = ['kind', 'name', ...own]
  for (const key of Object.keys(written))
    if (!allowed.includes(key))
      inspection.report({
        id: 'foreign-key',
        path: [...at, key],
        message: `Found "${key}" for "${written.kind}", wanted one of ${allowed.map((name) => `"${name}"`).join(', ')}`,
        fix: 'Remove it, or change "kind"',
      })
}

function reportTwins(
  inspection: Inspection,
  at: Path,
  entries: readonly { readonly name: string }[],
): void {
  for (const [i, { name }] of entries.entries())
    if (entries.findIndex((other) => other.name === name) < i)
      inspection.report({
        id: 'duplicate-name',
        path: [...at, i, 'name'],
        message: `Found the name "${name}" twice, wanted each once`,
        fix: 'Choose another name',
      })
}
