// The incident book on disk: JSON lines in one file, written whole or not at all; notes of people beside it.
import { dirname, join } from 'node:path'
import { type Result, err, ok } from '../../std/result.ts'
import { aNumber, aText, objectOf, oneOf, readJson } from '../../std/shape.ts'
import type { FileFault, Files } from '../../world/files.ts'
import type { CoreSnapshot, IncidentRecord } from '../core.ts'
import { withEntry } from '../core/timeline.ts'
import { recordShape, stateShape } from './record-shape.ts'

const fileMode = 0o600
const directoryMode = 0o700
/** Notes that are kept, the newest; one is as long as this at most. */
export const notesMax = 500
/** Most characters of a note. */
export const noteLengthMax = 500

/** What only people know of an incident. */
export interface IncidentNote {
  readonly incident: string
  /** Epoch ms. */
  readonly at: number
  readonly kind: 'report' | 'mitigation'
  readonly text: string
}

/** What was read, and what was wrong with it: a sentence for the log, or null. */
export interface BookContent {
  readonly snapshot: CoreSnapshot | null
  readonly trouble: string | null
}

/** The files of one watch. Nothing here throws; no fault is the end of the watch. */
export interface BookFile {
  /**
   * Reads the book. A line that is torn or not ours is left out, and the file as it was is set aside; a
   * file that cannot be read at all is named and left alone.
   */
  load(): BookContent
  /** The error is a sentence for the log. */
  save(snapshot: CoreSnapshot): Result<void, string>
  /** Records as they are shown: with the notes that people added while no watch was looking. */
  records(): { readonly records: readonly IncidentRecord[]; readonly trouble: string | null }
  addNote(note: IncidentNote): Result<void, string>
}

/** The book in the directory of a watch. */
export function bookFile(files: Files, dataDir: string): BookFile {
  const path = join(dataDir, 'incidents.jsonl')
  const notesPath = join(dataDir, 'incident-notes.jsonl')
  const load = (): BookContent => loadBook(files, path)
  const notes = (): readonly IncidentNote[] => {
    const text = files.readText(notesPath)
    return text.ok ? text.value.split('\n').flatMap((line) => readJson(line, noteShape) ?? []) : []
  }
  return {
    load,
    save: (snapshot) => write(files, path, bookText(snapshot)),
    records: () => {
      const { snapshot, trouble } = load()
      return {
        records: (snapshot?.records ?? []).map((record) => withNotes(record, notes())),
        trouble,
      }
    },
    addNote: (note) => {
      const all = [...notes(), { ...note, text: note.text.slice(0, noteLengthMax) }].slice(
        -notesMax,
      )
      return write(files, notesPath, all.map((each) => `${JSON.stringify(each)}\n`).join(''))
    },
  }
}

const noteShape = objectOf<IncidentNote>({
  incident: aText,
  at: aNumber,
  kind: oneOf(['report', 'mitigation']),
  text: aText,
})

function bookText({ records, changes, conditions, rounds }: CoreSnapshot): string {
  const lines = [{ form: 1, state: { changes, conditions, rounds } }, ...records]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

const headShape = objectOf<{ form: number; state: Omit<CoreSnapshot, 'records' | 'form'> }>({
  form: aNumber,
  state: stateShape,
})

function loadBook(files: Files, path: string): BookContent {
  const text = files.readText(path)
  if (!text.ok)
    return {
      snapshot: null,
      trouble: text.error.code === 'ENOENT' ? null : faultText('Reading', text.error),
    }
  const lines = text.value.split('\n').filter((line) => line !== '')
  const records = lines.flatMap((line) => readJson(line, recordShape) ?? [])
  const head = lines
    .flatMap((line) => readJson(line, headShape) ?? [])
    .find(({ form }) => form === 1)
  const state = head?.state ?? { changes: [], conditions: [], rounds: [] }
  const damaged = lines.length - records.length - (head === undefined ? 0 : 1)
  const snapshot: CoreSnapshot = { form: 1, ...state, records: withoutTwins(records) }
  return {
    snapshot,
    trouble: damaged === 0 ? null : setAside(files, { path, damaged, text: text.value }),
  }
}

/** A cause has one open incident: of two, which a hand may have written, the first counts. */
function withoutTwins(records: readonly IncidentRecord[]): readonly IncidentRecord[] {
  const ids = new Set<string>()
  const causes = new Set<string>()
  return records.filter(({ incident: { cause, closedAt, id } }) => {
    const isTwin = ids.has(id) || (closedAt === null && causes.has(cause))
    ids.add(id)
    if (closedAt === null) causes.add(cause)
    return !isTwin
  })
}

function setAside(
  files: Files,
  {
    damaged,
    path,
    text,
  }: { readonly path: string; readonly damaged: number; readonly text: string },
): string {
  const aside = `${path}.damaged`
  const kept = files.writeAtomic(aside, text, fileMode)
  const where = kept.ok ? `; the file as it was is "${aside}"` : ''
  return `Reading "${path}" left out "${damaged}" lines that cannot be read${where}`
}

function withNotes(record: IncidentRecord, notes: readonly IncidentNote[]): IncidentRecord {
  const { incident } = record
  const own = notes.filter((note) => note.incident === incident.id)
  if (own.length === 0) return record
  const timeline = own.reduce(
    (lines, { at, kind, text }) => withEntry(lines, { at, kind, text, evidence: '' }),
    incident.timeline,
  )
  return { ...record, incident: { ...incident, timeline } }
}

function write(files: Files, path: string, text: string): Result<void, string> {
  const made = files.ensureDirectory(dirname(path), directoryMode)
  const written = made.ok ? files.writeAtomic(path, text, fileMode) : made
  return written.ok ? ok(undefined) : err(faultText('Writing', written.error))
}

function faultText(action: string, { code, path }: FileFault): string {
  return `${action} "${path}" failed: "${code}"`
}
