// What the estate declares of a service beside who may enter: facts that checks, probes and generators need.
import { authTiers } from '../model/service.ts'
import {
  choice,
  defaulted,
  duration,
  flag,
  list,
  optional,
  required,
  section,
  text,
} from '../std/schema/schema.ts'
import { entries, nameText, namesList, pathText, sentenceText } from './setting.ts'

const bypassSchema = section({
  path: defaulted('Path prefix', pathText('/'), '/'),
  header: required('Request header that chooses it', nameText('Authorization')),
  value: required('Value of the header; "*" stands for anything', nameText('Bearer *')),
  auth: defaulted('Tier of what is reached so', choice(authTiers), 'none'),
  reason: required(
    'Why it is right that the gate is not asked',
    sentenceText('Native clients have tokens'),
  ),
})

const monitorSchema = section({
  enabled: defaulted('A monitor exists', flag(), true),
  path: defaulted('Path that it tries', pathText('/'), '/'),
  accepts: optional(
    'Statuses that count as up; left out: those of all monitors',
    nameText('200-299'),
  ),
  interval: optional(
    'How often; left out: that of all monitors',
    duration({ min: '1s', max: '1d' }),
  ),
})

/** Where a name leads, as DNS has it. */
export const exposures = ['proxied', 'direct', 'internal', 'wildcard', 'none'] as const

/** Fields of a service that the estate adds to those of the gate. */
export const estateServiceFields = {
  stack: optional('Stack that it is deployed by', nameText('grafana')),
  owner: optional('Who answers for it, by role', nameText('platform')),
  reason: optional(
    'Why the gate does not decide: wanted where "auth" is "app" or "none"',
    sentenceText('Has its own sign-in'),
  ),
  exposure: defaulted(
    'Where its name leads: "proxied" through the edge · "direct" to the ingress · "internal" only inside · "wildcard" by a wildcard record · "none" no record of its own',
    choice(exposures),
    'direct',
  ),
  paths_only: defaulted(
    'Only the paths declared are led anywhere; the rest of the host is answered 404 by the ingress',
    flag(),
    false,
  ),
  monitor: optional('Its monitor; left out: none', monitorSchema),
  depends_on: namesList('Volumes, databases and hosts that it needs', 'postgresql'),
  bypasses: entries(
    'Requests that the proxy leads past the gate because of a header',
    bypassSchema,
  ),
}

/** Fields of a path that the estate adds to those of the gate. */
export const estatePathFields = {
  reason: optional(
    'Why the gate does not decide here: wanted where "auth" is "app" or "none"',
    sentenceText('Called by a program without a browser'),
  ),
  samples: optional(
    'Paths that exist, for probes of a pattern',
    list(text('a path such as "/api/health"', '/api/health'), { max: 20 }),
  ),
}
