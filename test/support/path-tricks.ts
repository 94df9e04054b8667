// Paths that two readers could understand differently, and the worst reading of one.

/** Targets on `app`, where `/public/**` is open, `/admin/**` is for admins and the rest for staff. */
export const pathTricks: readonly string[] = [
  '/admin',
  '/admin/',
  '/admin/x',
  '/admin?x=/public/',
  '/admin?/public/x',
  '/admin#/public/',
  '/admin%23/public/',
  '/admin;/public/',
  '/admin;x=/public/../',
  '/admin.',
  '/admin%20',
  '/admin%00',
  '/admin%00/public',
  '/admin%09',
  '/ADMIN',
  '/%61dmin',
  '/%2561dmin',
  '/%61%64%6d%69%6e/x',
  '//admin',
  '///admin',
  '//admin/x',
  '/./admin',
  '/.//admin',
  '/x/../admin',
  '/public/../admin',
  '/public/../admin/x',
  '/public/%2e%2e/admin',
  '/public/.%2e/admin',
  '/public/%2E./admin',
  '/public/%252e%252e/admin',
  '/public/..%2fadmin',
  '/public/..%2Fadmin',
  '/public%2f..%2fadmin',
  '/public/%2e%2e%2fadmin',
  '/public/..%252fadmin',
  '/public/..%5cadmin',
  '/public/..\\admin',
  '/public\\..\\admin',
  '/public/..;/admin',
  '/public/..;x=1/admin',
  '/public;/../admin',
  '/public//../admin',
  '/public/x/../../admin',
  '/public/./../admin',
  '/public/...//../../admin',
  '/public/.%00./admin',
  '/public/.%0d./admin',
  '/public/..%c0%afadmin',
  '/public/%c0%ae%c0%ae/admin',
  '/public/%ef%bc%8e%ef%bc%8e/admin',
  '/publicity',
  '/public.evil',
  '/public%2fx',
  '/public/..',
  '/public/../',
  '/public/%2e%2e',
  '/..',
  '/../admin',
  '/../../admin',
  '/%2e%2e/admin',
  '/%2fadmin',
  '/%5cadmin',
  '\\admin',
  '/public/\tadmin',
  '/public/\x01/../admin',
  'http://app.home.localhost/admin',
  'http://app.home.localhost/public/../admin',
  '//app.home.localhost/admin',
  '//open.home.localhost/admin',
  'admin',
  '*',
  '?/admin',
  '/%',
  '/%zz/admin',
  '/public/%zz/../admin',
]

/**
 * Reads a target as the most careless service would: decoded again and again, backslashes as slashes,
 * path parameters off, slashes merged, dots resolved. An encoded `#` stays a character. Case counts: rules say when it does not.
 */
export function carelessReading(target: string): string {
  let path = target.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*$/, '')
  for (let i = 0; i < 4; i++) path = decodeLoosely(path)
  const segments: string[] = []
  for (const part of path.replaceAll('\\', '/').split('/')) {
    const segment = part.replace(/;.*$/, '').replace(/[\0-\x20]/g, '')
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment.replace(/\.+$/, ''))
  }
  return `/${segments.join('/')}`
}

function decodeLoosely(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex')
    // Overlong forms of `.` and `/` (RFC 3629 section 10), which old decoders accept.
    return bytes.toString('latin1').replaceAll('\xc0\xae', '.').replaceAll('\xc0\xaf', '/')
  })
}

/** Null when `who` may have what the careless reading of `target` names; otherwise that reading. */
export function forbiddenReading(target: string, who: 'stranger' | 'staff'): string | null {
  const path = carelessReading(target)
  const isAdmin = path === '/admin' || path.startsWith('/admin/')
  const isPublic = path === '/public' || path.startsWith('/public/')
  if (who === 'stranger') return isPublic ? null : path
  return isAdmin ? path : null
}
