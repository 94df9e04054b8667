// Every snippet by its proxy's name: a new one is one file and one line here.
import type { DialectName } from '../dialect/dialect.ts'
import { caddy } from './caddy.ts'
import { envoy } from './envoy.ts'
import { haproxy } from './haproxy.ts'
import { nginx } from './nginx.ts'
import type { Snippet, SnippetFile, SnippetInput } from './snippet.ts'
import { traefik } from './traefik.ts'

const snippets: Readonly<Record<DialectName, Snippet>> = { traefik, nginx, caddy, envoy, haproxy }

/** Where the files of a proxy's snippet are expected unless one says otherwise. */
export function snippetDirectory(name: DialectName): string {
  return snippets[name].directory
}

/** The files of a proxy's configuration. */
export function renderSnippetFiles(name: DialectName, input: SnippetInput): readonly SnippetFile[] {
  return snippets[name].render(input)
}

/** All files as one text, each under a line that says where it belongs; pasted as it is. */
export function renderSnippet(name: DialectName, input: SnippetInput): string {
  return renderSnippetFiles(name, input)
    .map(({ path, text }) => {
      const comment = path.endsWith('.lua') ? '--' : '#'
      return `${comment} ==== ${input.directory}/${path} ====\n${text}`
    })
    .join('\n')
}
