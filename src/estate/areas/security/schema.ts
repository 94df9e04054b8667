// What is declared of protection beside signing in: rate limits, bouncers, admission policies.
import {
  choice,
  count,
  defaulted,
  duration,
  list,
  optional,
  required,
  section,
} from '../../../std/schema/schema.ts'
import { networkText } from '../../../model/setting-text.ts'
import { entries, nameText, namesList, sentenceText } from '../../setting.ts'

const rateLimitSchema = section({
  name: required('Name', nameText('default')),
  average: required('Requests per period', count(1, 1_000_000)),
  burst: defaulted('Requests at once', count(1, 1_000_000), 50),
  period: defaulted('Period', duration({ min: '1s', max: '1d' }), '1s'),
  middleware: optional(
    'Reference as the ingress writes it',
    nameText('traefik-rate-limit@kubernetescrd'),
  ),
})

const bouncerSchema = section({
  name: required('Name', nameText('crowdsec')),
  kind: required('What it is', choice(['crowdsec', 'fail2ban', 'anubis', 'cloudflare'])),
  at: required('Where it stands', choice(['edge', 'ingress', 'host'])),
  allowed: defaulted(
    'Networks that it never blocks',
    list(networkText(), { min: 0, max: 200 }),
    [],
  ),
})

const admissionSchema = section({
  name: required('Name of the policy', nameText('default-limits')),
  kind: defaulted('What enforces it', choice(['kyverno', 'gatekeeper', 'kubernetes']), 'kyverno'),
  changes: required(
    'What it changes or demands of a pod',
    choice(['memory-limit', 'cpu-limit', 'labels', 'security-context', 'image-source', 'deny']),
  ),
  value: optional('The value that it sets, where it sets one', nameText('256Mi')),
  namespaces: namesList('Where it applies; left out: everywhere', 'default'),
})

/** The section `estate.security`. */
export const securitySchema = section({
  about: optional('For the documentation', sentenceText('CrowdSec at the ingress')),
  rate_limits: entries('Rate limits', rateLimitSchema),
  bouncers: entries('Who turns addresses away', bouncerSchema),
  admission: entries('Admission policies that change or refuse pods', admissionSchema),
})
