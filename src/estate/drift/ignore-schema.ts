// A rule for a difference that nobody minds, as it is declared.
import { required, section } from '../../std/schema/schema.ts'
import { nameText, sentenceText } from '../setting.ts'

/** Declares one rule; `example` is an address as `drift` shows it. */
export function ignoreSchema(example: string, attribute: string) {
  return section({
    object: required(
      'Address of the object, as "drift" shows it; "*" at the end stands for anything',
      nameText(example),
    ),
    attribute: required(
      'Attribute, with all below it; "*" for the object itself',
      nameText(attribute),
    ),
    reason: required('Why nobody minds', sentenceText('An updater sets it')),
  })
}
