// Declarations of tests, as estates: through the same reading as any configuration file.
import { estateRules } from '../estate-check.ts'
import type { Estate, RuleExample } from '../estate.ts'
import { must } from '../std/assert.ts'
import { memoryFiles } from '../world/files.ts'
import { estatePart } from './estate.ts'
import { type LoadedConfig, checkSource } from './load.ts'
import type { ConfigMistake } from './mistake.ts'
import { watchPart } from './watch-section.ts'
import type { Result } from '../std/result.ts'

/** What is usual around services and areas. */
const frame = {
  url: 'https://auth.example.com',
  domains: ['example.com'],
  trusted_proxies: ['10.0.0.1'],
  identity: { accounts: {} },
  services: [],
  estate: {},
}

/** Reads a declaration, with the rules about estates unless it is said otherwise. */
export function readDeclaration(
  declared: RuleExample,
  { withRules = true }: { readonly withRules?: boolean } = {},
): Result<LoadedConfig, readonly ConfigMistake[]> {
  return checkSource(
    { file: '/gatehouse.yaml', data: { ...frame, ...declared }, positionOf: () => null },
    {
      files: memoryFiles({}),
      withSecrets: false,
      rules: withRules ? estateRules : [],
      parts: { watch: watchPart, estate: estatePart },
    },
  )
}

/** The estate of a declaration that is right; without rules also of one that a rule would refuse. */
export function estateOf(
  declared: RuleExample,
  options: { readonly withRules?: boolean } = {},
): Estate {
  const read = readDeclaration(declared, options)
  return must(read.ok ? read.value.estate : null, 'The declaration is right')
}

/** A small house with one of everything, for golden files. */
export const smallHouse: RuleExample = {
  services: [
    {
      host: 'grafana.example.com',
      groups: ['ops'],
      stack: 'grafana',
      upstream: 'http://grafana.monitoring:3000',
      monitor: {},
      paths: [{ path: '/public/**', auth: 'none', reason: 'Shared dashboards' }],
    },
    {
      host: 'wiki.example.com',
      auth: 'app',
      reason: 'Has its own sign-in',
      upstream: 'http://wiki.wiki.svc',
      monitor: { path: '/health', interval: '1m' },
    },
    {
      host: 'blog.example.com',
      auth: 'none',
      reason: 'For everyone',
      upstream: 'https://blog.web:8443',
      monitor: { accepts: '200' },
    },
    { host: 'nas.example.com', upstream: 'http://10.0.10.15' },
    {
      host: 'hook.example.com',
      paths_only: true,
      paths: [{ path: '/in/**', auth: 'none', reason: 'Senders sign' }],
      upstream: 'http://hook.hook:8080',
    },
  ],
  estate: {
    networking: {
      ingresses: [
        {
          name: 'traefik',
          controller: 'traefik',
          class: 'traefik',
          namespace: 'traefik',
          replicas: 3,
        },
      ],
    },
    monitoring: { guards: [{ host: 'grafana.example.com', path: '/public' }] },
    tenancy: {
      tiers: [
        {
          name: '0-core',
          about: 'What all need',
          priority: 1000,
          cpus: 4000,
          memory: '8GiB',
          default_memory: '256MiB',
        },
        { name: '4-aux', cpus: 1000, memory: '1GiB', pods: 20, default_memory: '128MiB' },
      ],
      namespaces: [
        { name: 'monitoring', tier: '0-core' },
        { name: 'wiki', tier: '4-aux', owner: 'family' },
      ],
    },
  },
}
