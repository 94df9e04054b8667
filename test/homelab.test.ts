// The complete example: what the record and the study of the house found wrong, `check` finds; nothing else.
import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadConfig } from '../src/config.ts'
import { estateRules } from '../src/estate-check.ts'
import { renderDocs } from '../src/estate-render.ts'
import { must } from '../src/std/assert.ts'
import { realFiles } from '../src/world/files.ts'

const file = join(import.meta.dir, '../examples/homelab/gatehouse.ts')
const loaded = await loadConfig({
  files: realFiles(),
  file,
  withSecrets: false,
  rules: estateRules,
})
const { estate, gate, warnings } = must(loaded.ok ? loaded.value : null, 'The example is right')
const { services, areas } = must(estate, 'A file declares an estate')

/** Hosts or messages of the findings with an id. */
function found(id: string): readonly string[] {
  return warnings.filter((finding) => finding.id === id).map(({ message }) => message)
}

function hostsIn(messages: readonly string[]): readonly string[] {
  return messages.map((message) => /"([a-z0-9.-]+\.viktorbarzin\.me)"/.exec(message)?.[1] ?? '')
}

describe('examples/homelab', () => {
  test('declares every host of the inventory', () => {
    expect(services).toHaveLength(163)
    expect(new Set(services.map(({ host }) => host)).size).toBe(163)
    expect(services.filter(({ facts }) => facts.monitor?.enabled === true)).toHaveLength(136)
    expect(new Set(services.map(({ facts }) => facts.stack)).size).toBeGreaterThan(100)
    expect(gate.services).toHaveLength(163)
  })

  test('declares something in all twelve areas', () => {
    for (const [name, area] of Object.entries(areas)) {
      const lists = Object.values(area).filter((value) => Array.isArray(value) && value.length > 0)
      expect([name, lists.length > 0]).toEqual([name, true])
    }
  })

  test('has the store of the second outpost at its brim', () => {
    const [overflow, ...others] = found('store-overflows')
    expect(others).toEqual([])
    expect(overflow).toContain(
      '"outpost-public-shm" comes to a ratio of "0.98": "0.400/min" arrive',
    )
    expect(found('probes-overload-store')).toHaveLength(1)
    expect(found('outpost-keeps-files')).toHaveLength(1)
  })

  test('has a memory volume that its container has no room for', () => {
    expect(found('memory-volume-above-limit').join()).toContain('"outpost-embedded-shm" of "2GiB"')
    expect(found('outpost-falls-back').join()).toContain('"2.49GiB" of session files')
  })

  test('has monitors that count a 400 as up, at 81 protected hosts', () => {
    expect(found('monitor-accepts-failure').join()).toMatch(/accept "200-499".*and 78 more green/)
  })

  test('has nine mixed hosts that nobody guards', () => {
    expect(hostsIn(found('guard-missing')).map((host) => host.split('.')[0])).toEqual([
      'book-search',
      'chrome',
      'fire-planner',
      'headscale',
      'music-emo',
      'music-viktor',
      'offline-reader',
      'postiz',
      'tripit',
    ])
  })

  test('has four monitors that look at nothing', () => {
    expect(hostsIn(found('monitor-of-nothing')).map((host) => host.split('.')[0])).toEqual([
      'health-api',
      'public-auth',
      'recruiter-responder',
      'xray-grpc',
    ])
  })

  test('has its eyes behind the door that they watch', () => {
    expect(found('monitor-behind-own-door')).toHaveLength(4)
    expect(found('monitoring-shares-fate').join()).toContain('"uptime-kuma" needs the database')
    expect(found('outside-is-inside')).toHaveLength(1)
    expect(found('one-way-out')).toHaveLength(1)
  })

  test('has layers about which no alert can fire', () => {
    expect(found('layer-without-alert').map((text) => /layer "(\w+)"/.exec(text)?.[1])).toEqual([
      'dns',
      'edge',
      'gate_new',
      'gate_check',
    ])
  })

  test('has no finding but the ones that are known to be true', () => {
    const counts: Record<string, number> = {}
    for (const { id } of warnings) counts[id] = (counts[id] ?? 0) + 1
    expect(counts).toMatchSnapshot()
  })
})

describe('examples/homelab/docs', () => {
  const directory = join(dirname(file), 'docs')
  const files = renderDocs(must(estate, 'A file declares an estate'))

  test.each(files.map(({ path, text }) => [path, text]))('%s is fresh', (path, text) => {
    expect(readFileSync(join(directory, path), 'utf8')).toBe(text)
  })

  test('has an index, a page for each area, runbooks, plans and post-mortems', () => {
    const paths = files.map(({ path }) => path)
    expect(paths.filter((path) => path.startsWith('architecture/'))).toHaveLength(12)
    expect(paths).toContain('runbooks/session-store-full.md')
    expect(paths).toContain('plans/README.md')
    expect(paths).toContain('post-mortems/README.md')
  })

  test('links only to what is there', () => {
    for (const { path, text } of files)
      for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)\)/g))
        expect([path, target, existsSync(join(directory, dirname(path), target))]).toEqual([
          path,
          target,
          true,
        ])
  })

  test('is the same for the same estate', () => {
    expect(renderDocs(must(estate, 'A file declares an estate'))).toEqual(files)
  })
})
