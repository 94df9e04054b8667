// The frame of every page: one look, no script inline, nothing loaded from elsewhere.
import type { ComponentChildren, VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { assetPath } from '../assets/assets.ts'

/** What the frame around a page depends on. */
export interface FrameOptions {
  /** Origins that forms on this page may post to, beside our own (RP-initiated sign-out). */
  readonly formTargets?: readonly string[]
  /** Origin of the sign-in host, for pages that are served on another host. */
  readonly assetOrigin?: string
}

/** What a page is made of. */
export interface PageOptions extends FrameOptions {
  readonly title: string
  readonly status?: number
  readonly headers?: readonly (readonly [string, string])[]
  /** Paths of our own script files under /_gatehouse/assets/. */
  readonly scripts?: readonly string[]
  /** The page loads itself again after this time. */
  readonly refreshSeconds?: number
  /** For lists that need room. */
  readonly wide?: boolean
  /** Short id that the log knows as well, printed below the page. */
  readonly requestId?: string
  readonly children: ComponentChildren
}

/** Renders a page to a Response with the security headers that every page carries. */
export function page(options: PageOptions): Response {
  const headers = new Headers(pageHeaders(options).map(([name, value]) => [name, value]))
  for (const [name, value] of options.headers ?? []) headers.append(name, value)
  return new Response(renderPage(options), { status: options.status ?? 200, headers })
}

/** The headers that every page carries, for answers that are written without a Response. */
export function pageHeaders(options: FrameOptions): readonly (readonly [string, string])[] {
  return [
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Cache-Control', 'no-store'],
    ['Content-Security-Policy', contentSecurityPolicy(options)],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
    ['Referrer-Policy', 'no-referrer'],
  ]
}

/**
 * Content-Security-Policy of our pages (CSP Level 3): our own files only, no inline script. On a
 * service's host `'self'` would be the service, so there the sign-in host is named instead.
 */
function contentSecurityPolicy(options: FrameOptions): string {
  const own = options.assetOrigin ?? "'self'"
  return [
    "default-src 'none'",
    `style-src ${own}`,
    `script-src ${own}`,
    `img-src ${own}`,
    `connect-src ${own}`,
    `form-action ${[own, ...(options.formTargets ?? [])].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

/**
 * Form targets for a page whose form is answered with a redirect to `target`. Chromium holds every
 * redirect after a post against `form-action`, and where a service sends people on to is its own
 * affair: so the scheme is named, not the host.
 */
export function redirectTargets(target: string): readonly string[] {
  return target.startsWith('https:') ? ['https:'] : ['http:', 'https:']
}

/** The page as text, for answers that are written without a Response. */
export function renderPage(options: PageOptions): string {
  return `<!doctype html>${renderToString(<Frame {...options} />)}`
}

/** Everything around the content; a page on another host loads its files from the sign-in host. */
function Frame(options: PageOptions): VNode {
  const origin = options.assetOrigin ?? ''
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        {options.refreshSeconds === undefined ? null : (
          <meta http-equiv="refresh" content={String(options.refreshSeconds)} />
        )}
        <title>{options.title}</title>
        <link rel="stylesheet" href={`${origin}${assetPath('gatehouse.css')}`} />
        <link rel="icon" type="image/svg+xml" href={`${origin}${assetPath('gatehouse.svg')}`} />
        {(options.scripts ?? []).map((script) => (
          <script type="module" src={`${origin}${assetPath(script)}`} />
        ))}
      </head>
      <body>
        <main class={options.wide === true ? 'wide' : undefined}>
          <Mark />
          {options.children}
        </main>
        {options.requestId === undefined ? null : (
          <footer>
            Request <code>{options.requestId}</code>
          </footer>
        )}
      </body>
    </html>
  )
}

/** The gatehouse, drawn inline so that it takes the colour of the text. */
function Mark(): VNode {
  return (
    <p class="mark">
      <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        <path fill="currentColor" d="M2 3h3v2h3V3h3v2h2V3h3v2h3V3h3v18h-7v-6a3 3 0 0 0-6 0v6H2z" />
      </svg>
      Gatehouse
    </p>
  )
}
