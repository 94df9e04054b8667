// Front door of the watch for what has been: incidents and their post-mortems.
export { type BookFile, bookFile } from './watch/incident/book-file.ts'
export type { IncidentRecord } from './watch/core.ts'
export { exportPostMortem } from './watch/incident/post-mortem/export.ts'
export { type Incident, sinceOf } from './watch/incident/incident.ts'
