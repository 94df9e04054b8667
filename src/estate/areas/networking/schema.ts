// What is declared of the networks: ranges, domains, the edge, ingresses, and the middleware of each tier.
import {
  choice,
  count,
  defaulted,
  flag,
  list,
  optional,
  required,
  section,
} from '../../../std/schema/schema.ts'
import { domainText, networkText } from '../../../model/setting-text.ts'
import { entries, labelText, nameText, namesList, sentenceText } from '../../setting.ts'

const networkSchema = section({
  name: required('Name of the network', nameText('kubernetes')),
  cidr: required('Its range', networkText()),
  vlan: optional('VLAN (IEEE 802.1Q)', count(1, 4094)),
  about: optional('What is in it', sentenceText('Kubernetes nodes and services')),
})

const domainSchema = section({
  name: required('The domain', domainText('example.com')),
  kind: defaulted(
    '"public" it is in public DNS · "internal" it is not',
    choice(['public', 'internal']),
    'public',
  ),
  zone: optional('Zone id or name at the provider', nameText('example.com')),
  split_horizon: defaulted(
    'Inside, the names lead somewhere else than outside: what is probed from inside never crosses the edge',
    flag(),
    false,
  ),
})

const ingressSchema = section({
  name: required('Name of the ingress', nameText('traefik')),
  controller: required(
    'Which reverse proxy it is',
    choice(['traefik', 'nginx', 'caddy', 'envoy', 'haproxy']),
  ),
  class: optional('ingressClassName in Kubernetes', labelText('traefik')),
  namespace: optional('Namespace in Kubernetes', labelText('traefik')),
  addresses: defaulted(
    'Addresses that it answers on',
    list(networkText(), { min: 0, max: 100 }),
    [],
  ),
  replicas: defaulted('Replicas', count(0, 1000), 1),
})

const edgeSchema = section({
  kind: defaulted('Who stands in front', choice(['cloudflare', 'tunnel', 'direct']), 'direct'),
  tunnel: optional('Name of the tunnel', nameText('homelab')),
  workers: namesList(
    'Programs that run at the edge and may answer by themselves',
    'outage-failover',
  ),
})

const middlewareSchema = section({
  required: optional(
    'Reference of the forward-auth middleware of tier "required", as the ingress writes it',
    nameText('traefik-gatehouse@kubernetescrd'),
  ),
  public: optional(
    'Reference of the middleware of tier "public"',
    nameText('traefik-gatehouse-public@kubernetescrd'),
  ),
})

/** The section `estate.networking`. */
export const networkingSchema = section({
  about: optional('For the documentation', sentenceText('Three networks, one reverse proxy')),
  networks: entries('Networks', networkSchema),
  domains: entries('Domains', domainSchema),
  ingresses: entries('Reverse proxies through which services are reached', ingressSchema),
  edge: defaulted('What stands between the internet and the ingress', edgeSchema, {}),
  middleware: defaulted('Middleware that makes a tier', middlewareSchema, {}),
  resolvers: defaulted('Resolvers inside', list(networkText(), { min: 0, max: 20 }), []),
})
