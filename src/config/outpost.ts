// The section `identity.authentik`, checked: a gate with a file of its own that authentik drives.
import type { OutpostSettings } from '../gate.ts'
import { parseAuthentikAddress } from './authentik-address.ts'
import { isLocalHost } from './identity.ts'
import type { Inspection } from './inspection.ts'
import type { Settings } from './schema.ts'
import { neededSecret } from './secret-setting.ts'

type AuthentikSettings = NonNullable<Settings['identity']['authentik']>

/** The outpost of a configuration file; null without one. Findings go to `inspection`. */
export function buildOutpost(inspection: Inspection): OutpostSettings | null {
  const settings = inspection.settings.identity?.authentik
  if (settings === undefined) return null
  const address = parseAuthentikAddress(settings.host)
  checkHost(inspection, settings)
  return {
    address: address ?? { baseUrl: '', query: '', unixSocket: null },
    token: readToken(inspection, settings),
    insecure: settings.insecure,
    browserOrigin: settings.host_browser?.origin ?? null,
    version: settings.version,
    buildHash: 'gatehouse',
    logLevel: null,
    listenHttps: settings.listen_https ?? null,
    logHeaders: settings.log_headers,
    refuseFetches: settings.refuse_fetches,
  }
}

function checkHost(inspection: Inspection, { host, insecure }: AuthentikSettings): void {
  const url = new URL(host)
  if (url.protocol === 'http:' && url.hostname.includes('.') && !isLocalHost(url.hostname))
    inspection.report({
      id: 'insecure-authentik',
      severity: 'warning',
      path: ['identity', 'authentik', 'host'],
      message: `Found "${url.origin}": the token and the secrets of all providers travel in clear`,
      fix: 'Use https, unless nobody is on the way',
    })
  if (insecure)
    inspection.report({
      id: 'insecure-authentik',
      severity: 'warning',
      path: ['identity', 'authentik', 'insecure'],
      message:
        'The certificate of authentik is not verified: whoever is on the way can sign in as anyone',
      fix: 'Give authentik a certificate that this machine trusts',
    })
}

function readToken(inspection: Inspection, { token, token_file: file }: AuthentikSettings): string {
  const at = ['identity', 'authentik']
  const setting = { at, key: 'token', inline: token, file }
  return neededSecret(inspection, setting, 'the API token of the outpost')
}
