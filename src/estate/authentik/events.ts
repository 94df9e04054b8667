// Who changed what: differences joined to the events that authentik keeps of every change to an object.
import { fieldOf, isFields, keyText } from '../../std/fields.ts'
import type { AuthentikApi } from '../../world/authentik-api.ts'
import type { Change } from '../drift/report.ts'
import { type KindName, type ManagedObject, kindNames, kinds, textOf } from './objects.ts'

/** One change, as authentik has it. */
export interface ChangeEvent {
  readonly action: 'created' | 'updated' | 'deleted'
  readonly kind: KindName
  /** Key in the database without hyphens, as events have it. */
  readonly pk: string
  readonly name: string
  /** Name of the account. */
  readonly actor: string
  /** How the change came: a browser (`ui`), or a program over the API and how it calls itself. */
  readonly by: 'ui' | 'api'
  readonly agent: string | null
  /** ISO 8601, UTC. */
  readonly at: string
}

/** Changes, newest first; or why there are none to look at. */
export interface ChangeLog {
  readonly events: readonly ChangeEvent[]
  /** A sentence; null where everything that was asked for was read. */
  readonly fault: string | null
}

const actions = ['updated', 'created', 'deleted'] as const

/** Longest name of an account that is shown. */
const actorLengthMax = 150

/**
 * Reads the latest hundred changes of each kind and action among `wanted`. Events are a help and no
 * source: where they cannot be read nothing is attributed, and that is said.
 */
export async function readChanges(
  api: AuthentikApi,
  wanted: ReadonlySet<KindName>,
): Promise<ChangeLog> {
  const events: ChangeEvent[] = []
  for (const kind of kindNames.filter((name) => wanted.has(name)))
    for (const action of actions) {
      const { app, model } = kinds[kind]
      const query = new URLSearchParams({
        action: `model_${action}`,
        context_model_app: app,
        context_model_name: model,
        ordering: '-created',
        page_size: '100',
      })
      const page = await api.firstPage(`events/events/?${query}`)
      if (!page.ok) return { events: newestFirst(events), fault: page.error.detail }
      events.push(...page.value.flatMap((event) => eventOf(event) ?? []))
    }
  return { events: newestFirst(events), fault: null }
}

function newestFirst(events: readonly ChangeEvent[]): readonly ChangeEvent[] {
  return events.toSorted((a, b) => (a.at < b.at ? 1 : -1))
}

/** An event of authentik's; null for one of another form or about something else. */
export function eventOf(event: unknown): ChangeEvent | null {
  const model = (name: string): string => keyText(within(event, 'context', 'model', name))
  const action = actions.find((name) => within(event, 'action') === `model_${name}`)
  const kind = kindNames.find((name) => {
    const { app, model: modelName } = kinds[name]
    return model('app') === app && model('model_name') === modelName
  })
  const at = Date.parse(keyText(within(event, 'created')))
  const actor = within(event, 'user', 'username')
  if (action === undefined || kind === undefined) return null
  if (Number.isNaN(at) || typeof actor !== 'string') return null
  const agent = within(event, 'context', 'http_request', 'user_agent')
  return {
    ...{ action, kind, actor: actor.slice(0, actorLengthMax) },
    pk: model('pk').replaceAll('-', ''),
    name: model('name'),
    // Only browsers call themselves so; programs give the name of their library.
    by: typeof agent === 'string' && agent.startsWith('Mozilla/') ? 'ui' : 'api',
    agent: typeof agent === 'string' ? (agent.split(/[\s/]/)[0]?.slice(0, 60) ?? null) : null,
    at: new Date(at).toISOString(),
  }
}

/** What stands below `path`; null where nothing does. */
function within(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (current, name) => (isFields(current) ? fieldOf(current, name) : null),
    value,
  )
}

/** The latest change that explains why `object` is as it is; null where none is known. */
export function changeOf(
  { events }: ChangeLog,
  object: ManagedObject,
  why: 'update' | 'missing' | 'unmanaged',
): Change | null {
  const isIt = (event: ChangeEvent): boolean => {
    if (event.kind !== object.kind) return false
    if (object.pk !== null && event.pk === pkOf(object.pk)) return true
    return why === 'missing' && namesIn(object).includes(event.name)
  }
  const wanted: readonly ChangeEvent['action'][] =
    why === 'missing' ? ['deleted', 'updated'] : ['updated', 'created']
  const found = events.find((event) => isIt(event) && wanted.includes(event.action))
  return found === undefined ? null : { text: changeText(found), data: found }
}

function pkOf(pk: string): string {
  return pk.replaceAll('-', '')
}

/** What an event may call an object that is gone. */
function namesIn(object: ManagedObject): readonly string[] {
  return [object.key, textOf(object, 'name')].filter((name) => name !== '')
}

/** `changed by "akadmin" in the UI, 2026-04-18 12:53 UTC`. */
function changeText({ action, actor, agent, at, by }: ChangeEvent): string {
  const verb = { created: 'created', updated: 'changed', deleted: 'deleted' }[action]
  const place =
    by === 'ui' ? 'in the UI' : `over the API${agent === null ? '' : ` with "${agent}"`}`
  return `${verb} by ${JSON.stringify(actor)} ${place}, ${at.slice(0, 10)} ${at.slice(11, 16)} UTC`
}
