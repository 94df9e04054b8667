// Files of our own that pages load: a fixed list, in memory, named by a digest of their content.
import { createHash } from 'node:crypto'
import type { PageRequest, PageRoute } from '../page.ts'
import css from './gatehouse.css' with { type: 'text' }
import icon from './gatehouse.svg' with { type: 'text' }
import passkey from './passkey.js' with { type: 'text' }

/** One file. */
export interface Asset {
  readonly name: string
  /** Media type for Content-Type. */
  readonly type: string
  readonly text: string
  /** Short digest of the content. */
  readonly digest: string
}

const assetsPath = '/_gatehouse/assets/'

/** The whole list; a new file is one line. */
const assets: readonly Asset[] = [
  asset('gatehouse.css', 'text/css; charset=utf-8', css),
  asset('gatehouse.svg', 'image/svg+xml', icon),
  asset('passkey.js', 'text/javascript; charset=utf-8', passkey),
]

function asset(name: string, type: string, text: string): Asset {
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 16)
  return { name, type, text, digest }
}

/** Address of a file on the sign-in host, with its digest; without one for a file not in the list. */
export function assetPath(name: string): string {
  const found = assets.find((candidate) => candidate.name === name)
  return `${assetsPath}${name}${found === undefined ? '' : `?v=${found.digest}`}`
}

/** A route for each file. */
export function assetRoutes(): readonly PageRoute[] {
  return assets.map((file) => ({
    method: 'GET',
    path: `${assetsPath}${file.name}`,
    handle: (request) => Promise.resolve(serveAsset(file, request)),
  }))
}

/**
 * A file for a request: kept for a year where the address names the content (RFC 8246 `immutable`),
 * asked for again each time where it does not.
 */
function serveAsset(file: Asset, request: PageRequest): Response {
  const tag = `"${file.digest}"`
  const named = request.query.get('v') === file.digest
  const headers = {
    'cache-control': named ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: tag,
    // Answer pages on the services' own hosts load the style sheet from here.
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  }
  if (tagsOf(request.headers.get('if-none-match')).includes(tag))
    return new Response(null, { status: 304, headers })
  return new Response(file.text, { headers: { ...headers, 'content-type': file.type } })
}

/** Entity tags of If-None-Match, compared weakly (RFC 9110 section 13.1.2). */
function tagsOf(header: string | null): readonly string[] {
  return (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
}
