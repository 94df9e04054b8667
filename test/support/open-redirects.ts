// A corpus of addresses that try to leave: made from a few hosts, schemes and tricks, not a copied list.

/** Host that is allowed and host that is not, as the corpus is made for. */
export interface CorpusHosts {
  readonly good: string
  readonly evil: string
}

/** Leading texts that some reader strips or misreads. */
const leads = ['', ' ', '\t', '\n', '\r\n', '\u0000', '\u00a0', '\ufeff', '%09', '%0a', '%20', './']
/** What may stand between scheme and authority. */
const slashes = ['', '/', '//', '///', '\\', '\\\\', '/\\', '\\/', '/%2f', '%2f%2f', '//\t', '/\n/']
const schemes = [
  'https:',
  'HTTPS:',
  'hTTps:',
  'http:',
  'javascript:',
  'data:',
  'vbscript:',
  'file:',
  'blob:https:',
  'view-source:https:',
  'ws:',
  'ftp:',
  '',
]

/** Authorities that mean to be taken for the good host. */
function disguises({ good, evil }: CorpusHosts): readonly string[] {
  const last = good.split('.').at(-1) ?? ''
  return [
    evil,
    `${good}@${evil}`,
    `${good}:443@${evil}`,
    `${good}%40${evil}`,
    `${evil}@${good}`,
    `user:password@${good}`,
    `@${good}`,
    `${good}%2f@${evil}`,
    `${good}%23@${evil}`,
    `${good}\\@${evil}`,
    `${good};@${evil}`,
    `${evil}#${good}`,
    `${evil}?${good}`,
    `${evil}/${good}`,
    `${evil}\\${good}`,
    `${evil}%5c${good}`,
    `${evil}%00.${good}`,
    `${evil}\u0000${good}`,
    `${good}.${evil}`,
    `${good}.`,
    `${good}..`,
    `.${good}`,
    `evil${good}`,
    `evil-${good}`,
    `${good}evil`,
    `${good}.${last}`,
    good.replace('.', '%2e'),
    good.replace('.', '\u3002'),
    good.replace('.', '\uff0e'),
    good.replace('e', '\u0435'),
    good.replace('a', '\uff41'),
    `${good}:`,
    `${good}:0`,
    `${good}:22`,
    `${good}:99999`,
    `${good}:443:443`,
    `${good}:-1`,
    `[::1]`,
    `[::ffff:127.0.0.1]`,
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    'localhost',
    `*.${good}`,
    `${good},${evil}`,
    `${good} ${evil}`,
    `${good}\t.${evil}`,
    `xn--${good}`,
    `${good}&rd=https://${evil}`,
  ]
}

/** Addresses without an authority of their own. */
function relatives({ good, evil }: CorpusHosts): readonly string[] {
  return [
    '',
    '/',
    '/path',
    'path',
    '?x',
    '#x',
    `//${evil}`,
    `//${good}`,
    `/\\${evil}`,
    `/%09/${evil}`,
    `/%5c${evil}`,
    `/.//${evil}`,
    `/..//${evil}`,
    `https:${evil}`,
    `https:/${evil}`,
    `https:${good}`,
    'javascript:alert(1)',
    `javascript://${good}/%0aalert(1)`,
    'data:text/html,<script>alert(1)</script>',
    `https://${good}\r\nSet-Cookie: a=b`,
    `https://${good}/\r\nLocation: https://${evil}`,
    `https://${good}/\u0000`,
    `https://${good}/\u2028`,
    `https://${good}/${'a'.repeat(4000)}`,
  ]
}

/** The whole corpus, each payload once. */
export function openRedirects(hosts: CorpusHosts): readonly string[] {
  const payloads = new Set<string>(relatives(hosts))
  for (const authority of disguises(hosts)) {
    for (const scheme of schemes) payloads.add(`${scheme}//${authority}/x`)
    for (const slash of slashes) payloads.add(`https:${slash}${authority}`)
    for (const lead of leads.slice(1)) payloads.add(`${lead}https://${authority}`)
  }
  for (const lead of leads.slice(1))
    for (const scheme of schemes) payloads.add(`${lead}${scheme}//${hosts.good}/`)
  for (const slash of slashes.filter((text) => text !== '//'))
    payloads.add(`https:${slash}${hosts.good}/x`)
  return [...payloads]
}
