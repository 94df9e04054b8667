// What tests of a configuration of authentik read it with, and ask of it.
import { must } from '../../std/assert.ts'
import type { OutpostConfig } from './outpost.ts'
import { sampleSettings, sampleSnapshot } from './samples.fixture.ts'
import type { OutpostSettings } from './settings.ts'
import { readSnapshot } from './snapshot.ts'

/** The configuration that authentik says with these providers; the outpost itself is that of the samples. */
export function readProviders(
  providers: readonly unknown[],
  previous: OutpostConfig | null = null,
  settings: OutpostSettings = sampleSettings(),
): OutpostConfig {
  const config = readSnapshot(sampleSnapshot(providers), settings, previous)
  return must(config.ok ? config.value : null, 'The outpost of a sample can be read')
}

/** Who answers for a host: the name of a provider, `shut` or `none`. */
export function answerFor(config: OutpostConfig, host: string): string {
  const match = config.providerFor(host)
  if (match.kind === 'none') return 'none'
  return match.kind === 'unusable' ? 'shut' : match.provider.name
}
