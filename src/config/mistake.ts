// What is wrong with a configuration, as every command prints it: where, what was found, what to write.
import type { Finding } from '../model/finding.ts'
import type { Mistake } from '../std/schema/check.ts'
import { type Path, formatPath } from '../std/schema/json-schema.ts'

/** Line and column in a file, both from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A finding with its place in the file; null where the file is a program or cannot be read. */
export interface ConfigMistake extends Finding {
  readonly position: Position | null
}

/** Where in a file a path is; for a path that is not there, the nearest place above it. */
export type PositionOf = (path: Path, part: 'key' | 'value') => Position | null

/** A mistake of form as a finding, in words. */
export function describeMistake(mistake: Mistake, positionOf: PositionOf): ConfigMistake {
  const key = mistake.path.at(-1)
  return {
    id: mistake.kind,
    severity: 'error',
    path: formatPath(mistake.path),
    message: messageOf(mistake, key),
    fix: fixOf(mistake, key),
    position: positionOf(mistake.path, mistake.kind === 'unknown-key' ? 'key' : 'value'),
  }
}

function messageOf(mistake: Mistake, key: Path[number] | undefined): string {
  const hint = mistake.hint === '' ? '' : `. ${mistake.hint}`
  if (mistake.kind === 'unknown-key')
    return `Unknown key ${mistake.found}, wanted one of ${mistake.wanted}`
  if (mistake.kind === 'missing' && typeof key === 'string')
    return `Missing "${key}", wanted ${mistake.wanted}${hint}`
  return `Found ${mistake.found}, wanted ${mistake.wanted}${hint}`
}

function fixOf(mistake: Mistake, key: Path[number] | undefined): string {
  const { suggestion } = mistake
  if (suggestion !== null)
    return `Write ${/^['[]/.test(suggestion) ? suggestion : `"${suggestion}"`}`
  if (mistake.kind === 'unknown-key') return 'Remove it'
  if (mistake.kind === 'missing') return `Add ${typeof key === 'string' ? `"${key}"` : 'it'}`
  return `Write ${mistake.wanted}`
}

/** One mistake as text for people: `gatehouse.yaml:12:11: services[3].auth: Found …` and its fix below. */
export function formatMistake(file: string, mistake: ConfigMistake): string {
  const { position } = mistake
  const place = position === null ? file : `${file}:${position.line}:${position.column}`
  const path = mistake.path === '' ? '' : `${mistake.path}: `
  // "Write a duration …" below "wanted a duration …" says nothing new.
  const repeated = mistake.message.includes(mistake.fix.replace(/^Write /, 'wanted '))
  return `${place}: ${path}${mistake.message}${repeated ? '' : `\n    ${mistake.fix}`}`
}
