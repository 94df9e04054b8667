// Forms of text in the configuration: what each takes, what comes out, and what it says to the rest.
import { describe, expect, test } from 'bun:test'
import { type Schema } from '../std/schema/schema.ts'
import { check } from '../std/schema/check.ts'
import {
  domainText,
  hostPatternText,
  httpUrlText,
  idText,
  listenText,
  networkText,
  optionalListenText,
  originText,
} from './setting-text.ts'

type Case = readonly [written: string, out: unknown]

function taking(name: string, schema: Schema, cases: readonly Case[]): void {
  describe(name, () => {
    for (const [written, out] of cases)
      test(`takes ${JSON.stringify(written)}`, () => {
        const checked = check(schema, written)
        expect(checked.ok ? checked.value : checked.error).toEqual(out)
      })
  })
}

function refusing(
  name: string,
  schema: Schema,
  cases: readonly (readonly [written: string, suggestion: string | null])[],
): void {
  describe(name, () => {
    for (const [written, suggestion] of cases)
      test(`refuses ${JSON.stringify(written).slice(0, 80)}`, () => {
        const checked = check(schema, written)
        expect(checked.ok ? checked.value : checked.error.map((m) => m.suggestion)).toEqual([
          suggestion,
        ])
      })
  })
}

const https = { origin: 'https://auth.example.com', host: 'auth.example.com', secure: true }

taking('originText', originText(), [
  ['https://auth.example.com', https],
  ['https://auth.example.com/', https],
  ['HTTPS://AUTH.example.com:443', https],
  ['https://auth.example.com.', https],
  [
    'http://auth.home.localhost:8080',
    { origin: 'http://auth.home.localhost:8080', host: 'auth.home.localhost', secure: false },
  ],
])
refusing('originText', originText(), [
  ['auth.example.com', 'https://auth.example.com'],
  ['auth.example.com:8443', 'https://auth.example.com:8443'],
  ['https://auth.example.com/x', 'https://auth.example.com'],
  ['https://auth.example.com?x', 'https://auth.example.com'],
  ['https://auth.example.com/#', 'https://auth.example.com'],
  ['https://eve@auth.example.com', null],
  ['https://auth.example.com@evil.test', null],
  ['https:auth.example.com', null],
  ['https:\\\\auth.example.com', null],
  ['https:// auth.example.com', null],
  ['ftp://auth.example.com', null],
  ['javascript:alert(1)', null],
])

taking('httpUrlText', httpUrlText('x'), [
  ['https://id.example.com/realms/a/', 'https://id.example.com/realms/a/'],
  ['http://10.0.0.1:3000', 'http://10.0.0.1:3000'],
])
refusing('httpUrlText', httpUrlText('x'), [
  ['id.example.com', null],
  ['https://a:b@id.example.com', null],
  ['https://id.example.com/#x', null],
  ['file:///etc/passwd', null],
])

taking('hostPatternText', hostPatternText(), [
  ['App.Example.COM.', 'app.example.com'],
  ['*.example.com', '*.example.com'],
  ['xn--bcher-kva.example.com', 'xn--bcher-kva.example.com'],
])
refusing('hostPatternText', hostPatternText(), [
  ['https://app.example.com/x', 'app.example.com'],
  ['app.example.com:8443', 'app.example.com'],
  ['.example.com', 'example.com'],
  ['*.bücher.example', '*.xn--bcher-kva.example'],
  ['*', null],
  ['app.*.com', null],
  ['**.example.com', null],
  ['a..b', null],
  ['-a.example.com', null],
  ['app example.com', null],
])

taking('domainText', domainText('example.com'), [['Example.COM', 'example.com']])
refusing('domainText', domainText('example.com'), [
  ['*.example.com', null],
  ['.example.com', 'example.com'],
  ['@example.com', 'example.com'],
  ['10.0.0.1', null],
  ['[::1]', null],
])

taking('networkText', networkText(), [
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['10.1.2.3', '10.1.2.3/32'],
  ['FD00::/8', 'fd00::/8'],
  ['::1', '::1/128'],
  ['0.0.0.0/0', '0.0.0.0/0'],
])
refusing('networkText', networkText(), [
  ['10.1.2.3/8', '10.0.0.0/8'],
  ['192.168.1.77/26', '192.168.1.64/26'],
  ['fd00::1/8', 'fd00::/8'],
  ['10.0.0.0/33', null],
  ['10.0.0/8', null],
  ['010.0.0.0/8', null],
  ['10.0.0.0/8/8', null],
  ['localhost', null],
])

taking('listenText', listenText(':9000'), [
  [':9000', { hostname: '0.0.0.0', port: 9000 }],
  ['*:9000', { hostname: '0.0.0.0', port: 9000 }],
  ['127.0.0.1:0', { hostname: '127.0.0.1', port: 0 }],
  ['[::]:9000', { hostname: '::', port: 9000 }],
  ['localhost:80', { hostname: 'localhost', port: 80 }],
])
refusing('listenText', listenText(':9000'), [
  ['9000', ':9000'],
  ['127.0.0.1', null],
  [':65536', null],
  ['::1:9000', null],
  ['http://127.0.0.1:9000', null],
  ['off', null],
])
taking('optionalListenText', optionalListenText(':9300'), [
  ['off', null],
  [':9300', { hostname: '0.0.0.0', port: 9300 }],
])

taking('idText', idText('an id', 'oidc'), [
  ['oidc', 'oidc'],
  ['a-1', 'a-1'],
])
refusing('idText', idText('an id', 'oidc'), [
  ['My Provider', 'my-provider'],
  ['-a', 'a'],
  ['a/b', 'a-b'],
  ['???', null],
])
