// Golden pairs of the pages: a small estate in, the page beside the schema out.
import { describe, expect, test } from 'bun:test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseHostPattern } from '../../model/host.ts'
import type { AuthTier, Rule } from '../../model/service.ts'
import { must } from '../../std/assert.ts'
import { check } from '../../std/schema/check.ts'
import { type InputOf, section } from '../../std/schema/schema.ts'
import { estateSchema } from '../config-schema.ts'
import type { AreaName, Estate, EstateService } from '../estate.ts'
import { renderDocs } from '../render/docs/tree.ts'
import { estateServiceFields } from '../service-schema.ts'

/** A service of a small estate: its host, its front page, and what differs below. */
export interface SmallService {
  readonly host: string
  readonly auth?: AuthTier
  readonly groups?: readonly string[]
  readonly reason?: string
  readonly paths?: readonly {
    readonly path: string
    readonly auth: AuthTier
    readonly reason?: string
  }[]
  /** Fields of the estate: `exposure`, `monitor`, `bypasses`, … */
  readonly facts?: object
}

/** What is declared of areas, as in a file. */
export type SmallAreas = InputOf<typeof estateSchema>

/** An estate out of what a person would write. */
export function smallEstate(areas: SmallAreas, services: readonly SmallService[] = []): Estate {
  const read = check(estateSchema, areas)
  return {
    origin: 'https://auth.example.com',
    services: services.map(serviceOf),
    areas: must(read.ok ? read.value : null, 'The areas are right'),
  }
}

function serviceOf(service: SmallService, index: number): EstateService {
  const { auth = 'required', groups = [], host, paths = [], reason } = service
  const parsed = parseHostPattern(host)
  const facts = check(section(estateServiceFields), { ...service.facts, ...said(reason) })
  const front = { path: '/**', auth, ...said(reason) }
  const all = [...paths, front]
  return {
    host: must(parsed.ok ? parsed.value : null, 'The host is right'),
    name: host,
    rules: all.map((one) => ruleOf(host, one, groups)),
    caseInsensitivePaths: false,
    upstream: null,
    facts: must(facts.ok ? facts.value : null, 'The facts are right'),
    reasons: new Map(
      all.flatMap(({ path, reason: why }) =>
        why === undefined ? [] : [[`${host} ${path}`, why] as const],
      ),
    ),
    index,
  }
}

function said(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason }
}

function ruleOf(
  host: string,
  { auth, path }: { readonly auth: AuthTier; readonly path: string },
  groups: readonly string[],
): Rule {
  return {
    ...{ id: `${host} ${path}`, path, auth, methods: [], networks: [] },
    ...{ groups: auth === 'required' ? groups : [], users: [], emailDomains: [], providers: [] },
  }
}

/** Name of an area and the folder that it is in. */
const folderOf = (area: AreaName): string => area.replaceAll('_', '-')

/** The page of an area, without the part that people write. */
export function pageOf(area: AreaName, estate: Estate): string {
  const file = renderDocs(estate).find(({ path }) => path === `architecture/${folderOf(area)}.md`)
  return must(file?.text.split('\n## Notes\n')[0] ?? null, 'Every area has a page')
}

/** Registers the golden pair of an area; GATEHOUSE_WRITE_GOLDEN=1 writes it. */
export function describePage(area: AreaName, estate: Estate): void {
  describe(`the page of ${area}`, () => {
    test('is the golden file', () => {
      const file = join(import.meta.dir, folderOf(area), 'golden/page.md')
      const page = pageOf(area, estate)
      // oxlint-disable-next-line no-restricted-properties -- a person who runs the tests says so
      if (process.env['GATEHOUSE_WRITE_GOLDEN'] === '1') {
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, page)
      }
      expect(page).toBe(readFileSync(file, 'utf8'))
    })

    test('has nothing but its title where nothing is declared', () => {
      const headings = pageOf(area, smallEstate({}))
        .split('\n')
        .filter((line) => /^(## |\||```)/.test(line))
      const always = {
        authentication: ['## Tiers', '## Hosts'],
        networking: ['## Hosts'],
      } as Readonly<Record<string, readonly string[]>>
      const unexpected = headings.filter(
        (line) => line.startsWith('## ') && !(always[area] ?? []).includes(line),
      )
      expect(unexpected).toEqual([])
    })
  })
}
