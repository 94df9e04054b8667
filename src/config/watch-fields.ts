// Fields of the root that the watch reads.
import { optional } from '../std/schema/schema.ts'
import { notifySchema, watchSchema } from '../watch.ts'

/** What is watched, and who is told. */
export const watchFields = {
  watch: optional('What watches the estate, and from where', watchSchema),
  notify: optional('Who is told by the watch', notifySchema),
}
