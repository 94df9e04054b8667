// Which causes a configuration can still say something of.
import { expect, test } from 'bun:test'
import type { CauseId } from '../incident/incident.ts'
import { sampleDoor, sampleWatch } from '../plan/samples.fixture.ts'
import { isWatched } from './open.ts'

const config = {
  ...sampleWatch(),
  doors: [sampleDoor('app.example.com')],
  control: ['https://www.example.org/'],
  robot: null,
  stores: [],
  witnesses: [{ kind: 'gate', name: 'gate', url: 'http://10.0.20.9:9300' }],
  peers: [{ name: 'outside', url: 'http://10.8.0.1:9300' }],
} as const

test.each<readonly [CauseId, boolean]>([
  ['service:app.example.com', true],
  ['service:gone.example.com', false],
  ['certificate:app.example.com', true],
  ['certificate:gone.example.com', false],
  ['store:gate', true],
  ['store:gone', false],
  ['witness:gate', true],
  ['witness:gone', false],
  ['peer:outside', true],
  ['peer:gone', false],
  ['blind', true],
  ['layer:sign-in', false],
  ['layer:unlocated', true],
])('isWatched() of "%s" is %p', (cause, watched) => {
  expect(isWatched(config, cause)).toBe(watched)
})
