// The post-mortem of an incident as Markdown: a draft that asserts nothing without evidence.
import type { IncidentRecord } from '../../core.ts'
import { causeOf, factorsOf } from './cause.ts'
import { capacityOf, changesOf } from './changes-section.ts'
import { type PostMortemExtra, factsOf } from './facts.ts'
import { gapsOf, lessonsOf, preventionOf } from './follow-up.ts'
import { headOf, impactOf, summaryOf } from './opening.ts'
import { createRedactor } from './redact.ts'
import { timelineOf } from './timeline-section.ts'
import { blocks } from './words.ts'

/**
 * Writes it. Same record and extra, same bytes. What came from outside is text and nothing else in it;
 * names, e-mail addresses and network addresses are taken out of the whole.
 */
export function exportPostMortem(record: IncidentRecord, extra: PostMortemExtra): string {
  const facts = factsOf(record, extra)
  const text = blocks(
    headOf(facts),
    summaryOf(facts),
    impactOf(facts),
    timelineOf(facts),
    causeOf(facts),
    changesOf(facts),
    capacityOf(facts),
    factorsOf(facts),
    gapsOf(facts),
    preventionOf(facts),
    lessonsOf(facts),
  )
  return `${createRedactor(extra.names)(text)}\n`
}
