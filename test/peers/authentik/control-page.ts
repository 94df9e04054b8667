// The page of limits: the control over HTTP, for a stand-in that runs as a process of its own. Everything
// on it is one JSON object to POST at /do; the buttons are such objects written out.
import type { Control } from './control.ts'
import type { Fault, TokenFault } from './fault.ts'
import type { FlowOptions } from './flow-options.ts'
import { escapeHtml } from './http.ts'
import { type Endpoint, endpoints } from './journal.ts'
import type { Person, PersonOptions, ProviderChange, ProviderOptions } from './model.ts'
import type { AuthorizeAnswer, Invalidation, State } from './state.ts'

/** A running page. */
export interface ControlPage {
  readonly url: string
  close(): Promise<void>
}

/** One order; each action reads the fields that it needs. */
export interface Order {
  readonly action: string
  readonly endpoint?: Endpoint | '*'
  readonly fault?: Fault
  readonly tokenFault?: TokenFault | null
  readonly name?: string
  readonly provider?: ProviderOptions
  readonly change?: ProviderChange
  readonly person?: PersonOptions
  readonly personChange?: Partial<Omit<Person, 'pk' | 'uuid'>>
  readonly username?: string | null
  readonly sid?: string
  readonly how?: 'close' | 'cut'
  readonly on?: boolean
  readonly answer?: AuthorizeAnswer
  readonly what?: Invalidation
  readonly flow?: Partial<FlowOptions>
  readonly message?: unknown
  /** Whether a change is announced; default true. */
  readonly announce?: boolean
}

type Action = (control: Control, order: Order) => unknown

const announced = (order: Order): { announce: boolean } => ({ announce: order.announce ?? true })
const nameOf = (order: Order): string => order.name ?? ''

/** Every action of the page. */
const actions: Readonly<Record<string, Action>> = {
  fault: (control, order) => {
    if (order.fault === undefined) throw new Error('Order without "fault"')
    control.fault(order.endpoint ?? '*', order.fault)
  },
  heal: (control, order) => control.heal(order.endpoint),
  'token-fault': (control, order) => control.tokenFault(order.tokenFault ?? null),
  'add-provider': (control, order) => {
    if (order.provider === undefined) throw new Error('Order without "provider"')
    return control.addProvider(order.provider, announced(order))
  },
  'change-provider': (control, order) =>
    control.changeProvider(nameOf(order), order.change ?? {}, announced(order)),
  'change-secret': (control, order) => control.changeSecret(nameOf(order), announced(order)),
  'unassign-provider': (control, order) =>
    control.unassignProvider(nameOf(order), announced(order)),
  'remove-provider': (control, order) => control.removeProvider(nameOf(order), announced(order)),
  'rotate-certificate': (control, order) =>
    control.rotateCertificate(nameOf(order), [], announced(order)),
  'add-person': (control, order) => {
    if (order.person === undefined) throw new Error('Order without "person"')
    control.addPerson(order.person)
  },
  'change-person': (control, order) =>
    control.changePerson(order.username ?? '', order.personChange ?? {}),
  'add-app-password': (control, order) => control.addAppPassword(order.username ?? ''),
  'access-token': (control, order) => control.accessToken(nameOf(order), order.username ?? ''),
  'auto-sign-in': (control, order) => control.autoSignIn(order.username ?? null),
  'answer-authorize': (control, order) => control.answerAuthorize(order.answer ?? 'normal'),
  flow: (control, order) => control.flow(order.flow ?? {}),
  invalidation: (control, order) => control.invalidation(order.what ?? 'provider'),
  'end-sessions': (control, order) => control.endSessions(order.username ?? ''),
  'session-end': (control, order) => control.sessionEnd(order.sid ?? ''),
  trigger: (control) => control.trigger(),
  send: (control, order) => control.send(order.message),
  disconnect: (control, order) => control.disconnect(order.how),
  'refuse-sockets': (control, order) => control.refuseSockets(order.on ?? true),
  'introspect-all': (control, order) => control.introspectAll(order.on ?? true),
  clear: (control) => control.clear(),
}

/** Serves the page, `/state.json` and `/do` on a loopback port. */
export function startControlPage(control: Control, state: State, port: number): ControlPage {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port,
    routes: {
      '/': () =>
        new Response(render(control, state), {
          headers: { 'content-type': 'text/html; charset=utf-8' },
        }),
      '/state.json': () => Response.json(stateJson(control, state)),
      '/do': { POST: (request) => obey(control, request) },
    },
    fetch: () => new Response('Not Found', { status: 404 }),
  })
  return {
    url: `http://127.0.0.1:${server.port}/`,
    close: async () => {
      await server.stop(true)
    },
  }
}

async function obey(control: Control, request: Request): Promise<Response> {
  const fromPage = request.headers.get('content-type')?.startsWith('application/json') !== true
  const text = await request.text()
  try {
    const order: Order = JSON.parse(
      fromPage ? (new URLSearchParams(text).get('order') ?? '') : text,
    )
    const action = actions[order.action]
    if (action === undefined) throw new Error(`Action "${order.action}" is unknown`)
    const result = (await action(control, order)) ?? null
    return fromPage ? Response.redirect('/', 303) : Response.json({ result })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return Response.json({ error: reason, actions: Object.keys(actions) }, { status: 400 })
  }
}

function stateJson(control: Control, state: State): Record<string, unknown> {
  return {
    violations: control.violations(),
    refusals: control.refusals(),
    calls: control.allCalls(),
    faults: control.faults(),
    sockets: control.sockets(),
    health: control.health(),
    hellos: control.hellos().length,
    events: control.events(),
    sessions: control.sessions().length,
    outpost: state.outpost,
    providers: state.providers,
    people: state.people,
  }
}

/** Faults that get a button at every endpoint. */
const faultButtons: readonly (readonly [label: string, fault: Fault])[] = [
  ['slow 5 s', { kind: 'slow', ms: 5000 }],
  ['never answers', { kind: 'hang' }],
  ['500', { kind: 'status', status: 500 }],
  ['502', { kind: 'status', status: 502 }],
  ['64 MiB', { kind: 'huge', bytes: 67_108_864 }],
  ['garbage', { kind: 'garbage' }],
  ['cut', { kind: 'cut' }],
  ['empty list', { kind: 'set', path: 'results', value: [] }],
  ['results is a string', { kind: 'set', path: 'results', value: 'x' }],
]

function render(control: Control, state: State): string {
  const providers = state.providers.map(({ name, external_host: host, mode, certificate }) =>
    row([
      name,
      host,
      mode,
      raw(
        button('new secret', { action: 'change-secret', name }),
        button('remove', { action: 'remove-provider', name }),
        certificate === null
          ? ''
          : button('new certificate', { action: 'rotate-certificate', name: certificate }),
      ),
    ]),
  )
  const people = state.people.map(({ username, groups }) =>
    row([
      username,
      groups.join(', '),
      raw(
        button('sign everyone in as', { action: 'auto-sign-in', username }),
        button('end sessions', { action: 'end-sessions', username }),
      ),
    ]),
  )
  const faultRows = [...endpoints, '*' as const].map((endpoint) =>
    row([
      endpoint,
      raw(
        ...faultButtons.map(([label, fault]) =>
          button(label, { action: 'fault', endpoint, fault }),
        ),
        button('heal', { action: 'heal', endpoint }),
      ),
    ]),
  )
  const general = [
    button('heal all', { action: 'heal' }),
    button('TRIGGER_UPDATE', { action: 'trigger' }),
    button('disconnect', { action: 'disconnect', how: 'close' }),
    button('cut', { action: 'disconnect', how: 'cut' }),
    button('refuse sockets', { action: 'refuse-sockets', on: true }),
    button('allow sockets', { action: 'refuse-sockets', on: false }),
    button('show sign-in page', { action: 'auto-sign-in', username: null }),
    button('flow denies', { action: 'flow', flow: { denied: true } }),
    button('flow allows', { action: 'flow', flow: { denied: false } }),
    button('access_denied', { action: 'answer-authorize', answer: 'access_denied' }),
    button('codes again', { action: 'answer-authorize', answer: 'normal' }),
    button('clear records', { action: 'clear' }),
  ]
  const { calls, faults, sockets, health, violations, refusals } = stateJson(control, state)
  const record = { violations, refusals, calls, faults, sockets, health }
  return `<!doctype html><meta charset="utf-8"><title>Test authentik: limits</title>
<style>form{display:inline} body{font:16px system-ui;margin:2rem} td{padding:.2rem 1rem .2rem 0}</style>
<h1>Test authentik: limits</h1><p>${general.join(' ')}</p>
<h2>Providers</h2><table>${providers.join('')}</table>
<h2>People</h2><table>${people.join('')}</table>
<h2>Faults</h2><table>${faultRows.join('')}</table>
<h2>Record</h2><pre>${escapeHtml(JSON.stringify(record, null, 2))}</pre>
<p>Whole state: <a href="state.json">state.json</a>. Orders: POST JSON to <code>do</code>;
actions: ${Object.keys(actions).join(', ')}.</p>`
}

/** Markup that is right already, between cells of text that are not. */
interface Raw {
  readonly raw: string
}

function raw(...parts: readonly string[]): Raw {
  return { raw: parts.join(' ') }
}

function row(cells: readonly (string | Raw)[]): string {
  const markup = cells.map((cell) => (typeof cell === 'string' ? escapeHtml(cell) : cell.raw))
  return `<tr><td>${markup.join('</td><td>')}</td></tr>`
}

function button(label: string, order: Order): string {
  const value = escapeHtml(JSON.stringify(order))
  return `<form method="post" action="do"><button name="order" value="${value}">${escapeHtml(label)}</button></form>`
}
