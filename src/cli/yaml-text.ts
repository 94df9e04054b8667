// Entries as YAML that a terminal shows as it is, and that reads back as the same data.
import { type ToStringOptions, stringify } from 'yaml'
import { visible } from '../estate-drift.ts'

/** What a terminal would obey stands in it as an escape; texts are quoted only where one of them needs that. */
export function yamlText(data: object, options: ToStringOptions): string {
  const text = stringify(data, { ...options, aliasDuplicateObjects: false })
  if (visible(text) === text) return text
  // Only in double quotes is an escape the same text.
  const quoted = stringify(data, {
    ...{ ...options, aliasDuplicateObjects: false },
    defaultKeyType: 'QUOTE_DOUBLE',
    defaultStringType: 'QUOTE_DOUBLE',
    doubleQuotedMinMultiLineLength: Infinity,
  })
  return visible(quoted)
}
