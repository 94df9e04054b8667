// The page of rules about the estate, each with why, what to do, and an example that it finds.
import { stringify } from 'yaml'
import { estateRules } from '../../src/estate-check.ts'
import { type ReferencePage, code, referencePage, table } from './page.ts'

/** Every rule of `gatehouse check` about the estate. */
export function rulesPage(): ReferencePage {
  const rows = estateRules.map(({ id, severity, title }) => [
    `[${code(id)}](#${id})`,
    severity,
    title,
  ])
  const chapters = estateRules.flatMap(({ id, title, reason, fix, examples }) => [
    `## ${id}`,
    `${title}.`,
    `**Why.** ${reason}.`,
    `**What to do.** ${fix}.`,
    `Found in:\n\n\`\`\`yaml\n${stringify(examples.failing)}\`\`\``,
    `Not found in:\n\n\`\`\`yaml\n${stringify(examples.passing)}\`\`\``,
  ])
  return referencePage('docs/reference/rules.md', [
    '# Rules about the estate',
    '`gatehouse check` holds the estate against these where the configuration has a section `estate`, be it empty. Ids are stable; `--json` carries them.',
    table(['rule', 'severity', 'what it finds'], rows),
    ...chapters,
  ])
}
