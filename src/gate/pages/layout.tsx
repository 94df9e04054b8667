// The frame of every page: one look, no script inline, nothing loaded from elsewhere.
import type { ComponentChildren, VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'

/** What a page is made of. */
export interface PageOptions {
  readonly title: string
  readonly status?: number
  readonly headers?: readonly (readonly [string, string])[]
  /** Paths of our own script files under /_gatehouse/assets/. */
  readonly scripts?: readonly string[]
  /** Origins that forms on this page may post to, beside our own (RP-initiated sign-out). */
  readonly formTargets?: readonly string[]
  /** Origin that our files come from, for pages served on a service's own host; empty on our own. */
  readonly assetOrigin?: string
  readonly children: ComponentChildren
}

/** Renders a page to a Response with the security headers that every page carries. */
export function page(options: PageOptions): Response {
  const headers = new Headers([
    ['content-type', 'text/html; charset=utf-8'],
    ['cache-control', 'no-store'],
    ['content-security-policy', contentSecurityPolicy(options)],
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'no-referrer'],
  ])
  for (const [name, value] of options.headers ?? []) headers.append(name, value)
  return new Response(renderPage(options), { status: options.status ?? 200, headers })
}

/** Content-Security-Policy of our pages (CSP Level 3): our own files only, no inline script. */
export function contentSecurityPolicy(
  options: Pick<PageOptions, 'assetOrigin' | 'formTargets'>,
): string {
  const own = options.assetOrigin ?? "'self'"
  return [
    "default-src 'none'",
    `style-src ${own}`,
    `script-src ${own}`,
    `img-src ${own}`,
    "connect-src 'self'",
    `form-action ${["'self'", ...(options.formTargets ?? [])].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

/** The page as text, for answers that are written without a Response. */
export function renderPage(options: PageOptions): string {
  return `<!doctype html>${renderToString(<Frame {...options} />)}`
}

function Frame(options: PageOptions): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{options.title}</title>
        <link
          rel="stylesheet"
          href={`${options.assetOrigin ?? ''}/_gatehouse/assets/gatehouse.css`}
        />
        {(options.scripts ?? []).map((script) => (
          <script type="module" src={`/_gatehouse/assets/${script}`} />
        ))}
      </head>
      <body>
        <main>{options.children}</main>
      </body>
    </html>
  )
}
