import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dialectNames } from '../dialect/dialect.ts'
import { renderSnippet, renderSnippetFiles, snippetDirectory } from './registry.ts'
import type { SnippetInput } from './snippet.ts'

// GATEHOUSE_UPDATE_GOLDEN=1 writes the golden files anew; read the difference before committing it.
const update = process.env['GATEHOUSE_UPDATE_GOLDEN'] === '1'

const estate: Omit<SnippetInput, 'directory'> = {
  origin: 'https://auth.example.com',
  gateAddress: '127.0.0.1:9000',
  sessionCookie: '__Secure-gatehouse',
  identityHeaders: {
    user: 'Remote-User',
    groups: 'Remote-Groups',
    email: 'Remote-Email',
    name: 'Remote-Name',
  },
  services: [
    { host: '*.example.com', upstream: null },
    { host: 'grafana.example.com', upstream: 'http://127.0.0.1:3000' },
    { host: 'files.example.com', upstream: 'https://files.internal:8443' },
  ],
}

const plain: Omit<SnippetInput, 'directory'> = {
  ...estate,
  origin: 'http://auth.home.localhost:8080',
  gateAddress: 'gate:9000',
  sessionCookie: 'gatehouse',
  identityHeaders: {
    user: 'X-authentik-username',
    groups: 'X-authentik-groups',
    email: 'X-authentik-email',
    name: 'X-authentik-name',
  },
  services: [{ host: 'app.home.localhost', upstream: 'http://127.0.0.1:3000' }],
}

for (const name of dialectNames) {
  const cases = [
    { golden: `${name}.https.golden`, input: estate },
    { golden: `${name}.http.golden`, input: plain },
  ]
  for (const { golden, input } of cases) {
    test(`renderSnippet(${name}) gives exactly ${golden}`, () => {
      const text = renderSnippet(name, { ...input, directory: snippetDirectory(name) })
      const path = join(import.meta.dir, 'golden', golden)
      if (update) writeFileSync(path, text)
      expect(text).toBe(readFileSync(path, 'utf8'))
    })
  }

  test(`renderSnippet(${name}) sets every identity header and drops every other spelling`, () => {
    const text = renderSnippet(name, { ...plain, directory: '/etc/x' }).toLowerCase()
    for (const header of Object.values(plain.identityHeaders))
      expect(text).toContain(header.toLowerCase())
    // Envoy drops all names with underscores; HAProxy matches every spelling by one expression.
    if (name === 'envoy') expect(text).toContain('headers_with_underscores_action: drop_header')
    else if (name === 'haproxy') expect(text).toContain('x[-_]authentik[-_]username')
    else
      for (const alias of ['x_authentik_username', 'x-authentik_username', 'x_authentik-username'])
        expect(text).toContain(alias)
  })

  test(`renderSnippet(${name}) names each file where the directory says`, () => {
    const input = { ...estate, directory: '/srv/proxy' }
    const text = renderSnippet(name, input)
    for (const { path } of renderSnippetFiles(name, input))
      expect(text).toContain(` ==== /srv/proxy/${path} ====\n`)
    expect(text).not.toContain(snippetDirectory(name))
  })

  test(`renderSnippet(${name}) ends every line without trailing space and every file with a newline`, () => {
    for (const { text } of renderSnippetFiles(name, { ...estate, directory: '/srv/proxy' })) {
      expect(text).not.toMatch(/[ \t]\n/)
      expect(text).toEndWith('\n')
      expect(text).not.toContain('undefined')
    }
  })
}
