// Forms of text of the section watch: what each takes, what comes out, and what it says to the rest.
import { describe, expect, test } from 'bun:test'
import { check } from '../std/schema/check.ts'
import type { Schema } from '../std/schema/schema.ts'
import {
  addressPortText,
  elementText,
  entryNameText,
  headerText,
  isChannelUrl,
  requestPathText,
  resolverText,
  secretUrl,
  signInPlaceText,
  timeText,
} from './setting-text.ts'

type Taken = readonly [written: string, out: unknown]
type Refused = readonly [written: string, suggestion: string | null]

const forms: readonly {
  readonly name: string
  readonly schema: Schema
  readonly takes: readonly Taken[]
  readonly refuses: readonly Refused[]
}[] = [
  {
    name: 'addressPortText',
    schema: addressPortText('10.0.20.5:443'),
    takes: [
      ['10.0.20.5:443', { address: '10.0.20.5', port: 443 }],
      ['[fd00::0:5]:8443', { address: 'fd00::5', port: 8443 }],
    ],
    refuses: [
      ['10.0.20.5', '10.0.20.5:443'],
      ['fd00::5', '[fd00::5]:443'],
      ['ingress.example.com:443', null],
      ['10.0.20.5:0', null],
      ['10.0.20.5:70000', null],
      ['10.0.20.5:443/', null],
      ['010.0.20.5:443', null],
    ],
  },
  {
    name: 'resolverText',
    schema: resolverText(),
    takes: [
      ['9.9.9.9', '9.9.9.9'],
      ['127.0.0.1:5353', '127.0.0.1:5353'],
      ['[2620:fe::fe]:53', '[2620:fe::fe]:53'],
      ['2620:fe::fe', '2620:fe::fe'],
    ],
    refuses: [
      ['dns.example.com', null],
      ['9.9.9.9:99999', null],
      ['https://dns.example.com/dns-query', null],
    ],
  },
  {
    name: 'requestPathText',
    schema: requestPathText('/api/health'),
    takes: [
      ['/', '/'],
      ['/api/health?x=1&y=%20', '/api/health?x=1&y=%20'],
    ],
    refuses: [
      ['api/health', '/api/health'],
      ['//elsewhere.example.com/', null],
      ['/a b', null],
      ['/a#b', null],
      ['/ü', null],
      ['https://app.example.com/', '/https://app.example.com/'],
    ],
  },
  {
    name: 'signInPlaceText',
    schema: signInPlaceText(),
    takes: [
      ['https://id.example.com', 'https://id.example.com'],
      ['https://id.example.com/', 'https://id.example.com'],
      [
        'https://auth.example.com/_gatehouse/sign-in',
        'https://auth.example.com/_gatehouse/sign-in',
      ],
      ['/outpost.goauthentik.io/start', '/outpost.goauthentik.io/start'],
    ],
    refuses: [
      ['https://id.example.com/?x=1', 'https://id.example.com/'],
      ['https://user@id.example.com/', null],
      ['//id.example.com/', null],
      ['id.example.com', null],
    ],
  },
  {
    name: 'headerText',
    schema: headerText(),
    takes: [
      ['User-Agent: t3-native', ['User-Agent', 't3-native']],
      ['X-Client:a: b ', ['X-Client', 'a: b']],
    ],
    refuses: [
      ['Cookie: session=1', null],
      ['authorization: Bearer x', null],
      ['Proxy-Authorization: x', null],
      ['Host: other', null],
      ['X-Forwarded-For: 1.1.1.1', null],
      ['X-Gatehouse-Probe: x', null],
      ['Content-Length: 5', null],
      ['X Client: a', null],
      ['X-Client', null],
    ],
  },
  {
    name: 'timeText',
    schema: timeText(),
    takes: [
      ['2026-04-17T10:30:00Z', Date.UTC(2026, 3, 17, 10, 30)],
      ['2026-04-17 10:30+02:00', Date.UTC(2026, 3, 17, 8, 30)],
      ['2026-04-17T10:30:00.5Z', Date.UTC(2026, 3, 17, 10, 30, 0, 500)],
    ],
    refuses: [
      ['2026-04-17', null],
      ['2026-04-17T10:30:00', null],
      ['2026-13-17T10:30:00Z', null],
      ['yesterday', null],
    ],
  },
  {
    name: 'elementText',
    schema: elementText(),
    takes: [
      ['edge', 'edge'],
      ['ingress/10.0.20.5', 'ingress/10.0.20.5'],
      ['upstream/a.example.com/x', 'upstream/a.example.com/x'],
    ],
    refuses: [
      ['egde', 'edge'],
      ['ingres/10.0.20.5', 'ingress/10.0.20.5'],
      ['edge/', 'edge'],
      ['something', null],
    ],
  },
  {
    name: 'entryNameText',
    schema: entryNameText('session_*'),
    takes: [['session_*', 'session_*']],
    refuses: [['/dev/shm/session_*', null]],
  },
  {
    name: 'secretUrl',
    schema: secretUrl('https://ntfy.example.com/estate'),
    takes: [
      ['https://hooks.example.com/x/y', 'https://hooks.example.com/x/y'],
      ['smtps://mail.example.com:465', 'smtps://mail.example.com:465'],
    ],
    refuses: [
      ['ftp://mail.example.com', null],
      ['https://user:pass@hooks.example.com/', null],
      ['hooks.example.com', null],
    ],
  },
]

for (const { name, refuses, schema, takes } of forms)
  describe(`${name}()`, () => {
    test.each(takes)('takes %p', (written, out) => {
      const checked = check(schema, written)
      expect(checked.ok ? checked.value : checked.error).toEqual(out)
    })
    test.each(refuses)('refuses %p', (written, suggestion) => {
      const checked = check(schema, written)
      expect(checked.ok ? checked.value : checked.error.map((one) => one.suggestion)).toEqual([
        suggestion,
      ])
    })
  })

test('secretUrl() never shows what was written', () => {
  const checked = check(
    secretUrl('https://ntfy.example.com/estate'),
    'hooks.example.com/secret-token',
  )
  expect(JSON.stringify(checked)).not.toContain('secret-token')
})

test('isChannelUrl() is false for what no channel can have', () => {
  expect(['', 'https://', 'https:///x', 'javascript:alert(1)'].map(isChannelUrl)).toEqual(
    Array.from({ length: 4 }, () => false),
  )
})
