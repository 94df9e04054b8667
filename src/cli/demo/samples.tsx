// The demo's sample services: each shows what it was told about its visitor, and nothing else.
import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'

/** One sample service. */
export interface Sample {
  readonly host: string
  readonly title: string
  /** Who may enter, in a sentence. */
  readonly door: string
}

/** Addresses on each page; null where there is no such page. */
export interface SampleLinks {
  readonly all: string | null
  readonly signOut: string
}

/** Running samples. */
export interface RunningSamples {
  readonly origin: string
  close(): Promise<void>
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 42rem; padding: 3rem 1.25rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid #8884 }
th { font-weight: 500; white-space: nowrap } code { font-size: .95em }
`

const identityName = /^(?:remote|x-authentik)-(?!jwt|meta)/

/** Serves every sample from one loopback port, told apart by Host. */
export function startSamples(samples: readonly Sample[], links: SampleLinks): RunningSamples {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) => {
      const url = new URL(request.url)
      const host = (request.headers.get('x-forwarded-host') ?? url.host).split(':')[0] ?? ''
      const sample = samples.find((candidate) => candidate.host === host)
      if (sample === undefined) return new Response('No such sample\n', { status: 404 })
      const page = renderToString(
        <SamplePage sample={sample} request={request} path={url.pathname} links={links} />,
      )
      return new Response(`<!doctype html>${page}`, {
        headers: { 'content-type': 'text/html; charset=utf-8' },
      })
    },
  })
  return { origin: `http://127.0.0.1:${server.port}`, close: () => server.stop(true) }
}

interface SamplePageProps {
  readonly sample: Sample
  readonly request: Request
  readonly path: string
  readonly links: SampleLinks
}

function SamplePage({ links, path, request, sample }: SamplePageProps): VNode {
  const names = [...request.headers.keys()].filter((name) => identityName.test(name)).toSorted()
  const user = header(request, 'remote-user') || header(request, 'x-authentik-username')
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{sample.title}</title>
        <style>{style}</style>
      </head>
      <body>
        <h1>{sample.title}</h1>
        <p>{sample.door}</p>
        <p>
          {user === ''
            ? 'The gate let you in as nobody in particular.'
            : `The gate let you in as ${user}.`}{' '}
          You asked for <code>{path}</code>.
        </p>
        <table>
          <tbody>
            {names.map((name) => (
              <tr>
                <th scope="row">{name}</th>
                <td>
                  <code>{header(request, name)}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p>
          {links.all === null ? null : <a href={links.all}>All services</a>}{' '}
          <a href={links.signOut}>Sign out</a>
        </p>
      </body>
    </html>
  )
}

/** Header values arrive as Latin-1 texts of UTF-8 bytes. */
function header(request: Request, name: string): string {
  return Buffer.from(request.headers.get(name) ?? '', 'latin1').toString('utf8')
}
