// The page of rules: those about the estate, each with why, what to do and an example; and those about the policy.
import { stringify } from 'yaml'
import { estateRules } from '../../src/estate-check.ts'
import { type ReferencePage, code, referencePage, table } from './page.ts'
import { policyRules } from './policy-rules.ts'

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
    '## Rules about the policy',
    'These are looked for in every configuration, with or without a section `estate`: a broader rule that opens what another one protects, rules that nothing reaches, hosts and rules that contradict each other.',
    table(
      ['rule', 'severity', 'what it finds', 'why'],
      policyRules.map(({ id, reason, severity, title }) => [code(id), severity, title, reason]),
    ),
    ...chapters,
  ])
}
