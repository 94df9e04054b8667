// A drill as data: what breaks, when, for whom, what else happens, and what is to be found.
import { type ElementId, type Layer, layers } from '../../model/layer.ts'
import {
  type OutputOf,
  choice,
  count,
  defaulted,
  duration,
  flag,
  list,
  optional,
  parsed,
  required,
  section,
  size,
  text,
} from '../../std/schema/schema.ts'
import { suggest } from '../../std/suggest.ts'
import { answerKinds } from './answers.ts'

const anyTime = { min: '0s', max: '90d' } as const
const anyRate = 100_000

function element(wanted: string) {
  return parsed<ElementId>({
    wanted,
    example: 'gate_new',
    lengthMax: 200,
    parse: (value) => {
      const name = value.split('/', 1)[0] ?? ''
      // A layer's name before the slash makes it one.
      if (layers.some((layer) => layer === name)) return { ok: true, value: value as ElementId }
      const likely = suggest(name, layers)
      return { ok: false, error: likely === null ? {} : { suggestion: likely } }
    },
  })
}

/** Kinds of cause beside elements that a drill can have for a truth. */
const causeKinds = ['service', 'store', 'witness', 'certificate', 'peer', 'layer'] as const

/** Something that is to be found: an element, `blind`, or a cause such as `service:grafana.example.com`. */
export type Truth = string

const truth = parsed<Truth>({
  wanted: `an element, "blind", or a cause such as "service:app1.home.example"`,
  example: 'gate_new',
  lengthMax: 200,
  parse: (value) => {
    const isKnown =
      value === 'blind' ||
      causeKinds.some((kind) => value.startsWith(`${kind}:`)) ||
      layers.some((layer) => value === layer || value.startsWith(`${layer}/`))
    if (isKnown) return { ok: true, value }
    const likely = suggest(value, [...layers, 'blind'])
    return { ok: false, error: likely === null ? {} : { suggestion: likely } }
  },
})

const instant = parsed<number>({
  wanted: 'a time such as "2026-04-15T09:18:00Z"',
  example: '2026-04-15T09:18:00Z',
  lengthMax: 32,
  parse: (value) => {
    const isWhole = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)
    const at = isWhole ? Date.parse(value) : Number.NaN
    return Number.isNaN(at) ? { ok: false, error: {} } : { ok: true, value: at }
  },
})

/** How an element is broken. */
export const faultModes = ['hard', 'partial', 'flapping', 'slow-fill'] as const

/** Whom it hits: everybody, whoever has no session, sessions, programs with tokens, IPv6 alone. */
export const clientKinds = ['all', 'new', 'sessions', 'machines', 'ipv6'] as const

const faultSchema = section({
  element: required('What breaks', element('an element such as "gate_new" or "ingress/10.0.20.2"')),
  mode: defaulted('How', choice(faultModes), 'hard'),
  share: defaulted('Percent of the requests that a partial fault fails', count(1, 100), 50),
  down: defaulted('Time that a flapping element is down', duration({ min: '1m', max: '1d' }), '2m'),
  up: defaulted(
    'Time that a flapping element is up between',
    duration({ min: '1m', max: '1d' }),
    '2m',
  ),
  clients: defaulted('Whom it hits', choice(clientKinds), 'all'),
  doors: optional('Only these hosts', list(text('a host name', 'app1.home.example'), { max: 200 })),
  answer: optional(
    'What is answered instead; without it, what such an element answers mostly',
    choice(answerKinds),
  ),
  from: defaulted('When it begins', duration(anyTime), '10m'),
  to: optional('When it is over; without it, never', duration(anyTime)),
  store: optional('The store that a slow fill is about', text('the name of a store', 'outpost')),
})

const storeSchema = section({
  name: required('Its name', text('a name', 'outpost')),
  layer: defaulted('What fails when it is full', choice(layers), 'gate_new'),
  size: required('Its size', size({ min: '4KiB', max: '64GiB' })),
  inodes: optional('Files that it can hold', count(16, 10_000_000)),
  entry: defaulted('Size of an entry', size({ min: '1B', max: '1MiB' }), '300B'),
  retention: defaulted('How long an entry is kept', duration({ min: '1m', max: '400d' }), '7d'),
  arrivals: required('Entries an hour', count(0, anyRate)),
  probes: defaulted('Of these, by probes', count(0, anyRate), 0),
  later: defaulted(
    'Other rates from a time on',
    list(
      section({
        from: required('Time', duration(anyTime)),
        arrivals: required('Entries an hour', count(0, anyRate)),
        probes: defaulted('Of these, by probes', count(0, anyRate), 0),
      }),
      { min: 0, max: 10 },
    ),
    [],
  ),
  restart: optional('It is emptied this often', duration({ min: '1h', max: '400d' })),
  used: defaulted('Entries at the start', count(0, 10_000_000), 0),
  source: defaulted('Who measures it', choice(['statfs', 'gate', 'nobody']), 'statfs'),
})

const changeSchema = section({
  title: required('What was changed', text('a sentence', 'Worker deployed')),
  touches: defaulted(
    'Elements that it touches',
    list(element('an element'), { min: 0, max: 8 }),
    [],
  ),
  ago: optional('Time before the start of the drill', duration(anyTime)),
  at: optional('Time after the start of the drill', duration(anyTime)),
  expect: optional('What is to be said of it', choice(['exonerated', 'consistent', 'unknown'])),
})

const witnessSchema = section({
  name: required('Its name', text('a name', 'uptime-kuma')),
  says: required(
    'What it does: report as it is, report maintenance, talk nonsense, be silent',
    choice(['as-it-is', 'green', 'maintenance', 'nonsense']),
  ),
  from: defaulted('When it begins', duration(anyTime), '0s'),
  to: optional('When it is over', duration(anyTime)),
})

const peerSchema = section({
  name: required('Its name', text('a name', 'outside')),
  dead: required('When it dies', duration(anyTime)),
  back: optional('When it is back', duration(anyTime)),
})

/** The declaration of a drill. */
export const scenarioSchema = section({
  title: required(
    'What happens, in a few words',
    text('a title', 'The store of the gate is full', 120),
  ),
  source: required('Where it is from', text('a source', 'study 4.9 #1', 120)),
  about: optional('What is special about it', text('a few sentences', 'Sessions go on.', 800)),
  start: optional('When it starts; without it, on Monday 2026-01-05', instant),
  lasts: defaulted('How long the drill lasts', duration({ min: '10m', max: '60d' }), '1h'),
  estate: defaulted(
    'What stands there',
    section({
      services: defaulted('Services', count(4, 500), 12),
      ingress: defaulted('Replicas of the reverse proxy', count(1, 5), 1),
      gates: defaulted('Replicas of the gate', count(1, 5), 1),
      robot: defaulted('Whether somebody signs in for the watch', flag(), true),
      edge: defaulted('Whether there is an edge', flag(), true),
      ipv6: defaulted('Whether the watch tries IPv6 apart from IPv4', flag(), false),
      inside: defaulted('Whether it asks the name servers inside as well', flag(), false),
      program: defaulted('Whether it has the token of a program', flag(), false),
      every: defaulted(
        'Time between two tries of a door',
        duration({ min: '1m', max: '1h' }),
        '1m',
      ),
      people: defaulted('People who use it', count(0, 10_000), 8),
    }),
    {},
  ),
  faults: defaulted('What breaks', list(faultSchema, { min: 0, max: 6 }), []),
  stores: defaulted('Stores', list(storeSchema, { min: 0, max: 4 }), []),
  masked: defaulted('Percent of the people who have a session and see nothing', count(0, 100), 0),
  changes: defaulted(
    'What was changed around that time',
    list(changeSchema, { min: 0, max: 20 }),
    [],
  ),
  witnesses: defaulted('Who else looks', list(witnessSchema, { min: 0, max: 4 }), []),
  peers: defaulted('Other watches', list(peerSchema, { min: 0, max: 4 }), []),
  noise: defaulted(
    'What fails though nothing is broken',
    section({
      probe: defaulted('Of a thousand probes', count(0, 200), 5),
      hiccups: defaulted('Of ten thousand rounds, in which several probes fail', count(0, 5000), 0),
      share: defaulted('Percent of the probes that a hiccup takes with it', count(1, 100), 30),
      flaps: defaulted('A day, of three minutes each, of one probe', count(0, 100), 0),
    }),
    {},
  ),
  notes: defaulted(
    'What people said and did, as it was recorded',
    list(
      section({
        note: required('What it is', choice(['report', 'mitigation'])),
        at: required('When', duration(anyTime)),
        text: required('In a sentence', text('a sentence', 'One person cannot sign in', 200)),
      }),
      { min: 0, max: 20 },
    ),
    [],
  ),
  truth: required('What is to be found; empty: nothing', list(truth, { min: 0, max: 6 })),
  accept: optional(
    'Another answer that is right as far as anybody could tell',
    list(truth, { min: 1, max: 6 }),
  ),
  unseen: defaulted(
    'What is broken and no probe of this estate can see; it counts as not detected',
    list(truth, { min: 0, max: 6 }),
    [],
  ),
  beside: defaulted('Further causes that may be named', list(truth, { min: 0, max: 8 }), []),
  expect: defaulted(
    'How it is to be told',
    section({
      notifications: optional('Messages that wake somebody', count(0, 20)),
      within: optional('Time from the beginning to the right verdict', duration(anyTime)),
    }),
    {},
  ),
})

/** A drill, checked. Times in ms from its start. */
export type Scenario = OutputOf<typeof scenarioSchema>

/** One thing that breaks. */
export type Fault = Scenario['faults'][number]

/** One store. */
export type DrillStore = Scenario['stores'][number]

/** The layer of an element that a truth is, null for other truths. */
export function layerOfTruth(one: Truth): Layer | null {
  const name = one.startsWith('layer:') ? one.slice('layer:'.length) : one
  if (one.startsWith('service:')) return 'upstream'
  return layers.find((layer) => name === layer || name.startsWith(`${layer}/`)) ?? null
}
