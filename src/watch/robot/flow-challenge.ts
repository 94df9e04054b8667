// One challenge of authentik's flow executor, read as hostile input, and what the robot answers it. Pure.
import type { AnswerClass } from '../door.ts'
import type { Credentials } from './form.ts'

/** What to do about a challenge. */
export type FlowMove =
  /** Send this as JSON to the executor; `asks` names what was given, so that nothing is given twice. */
  | {
      readonly kind: 'answer'
      readonly asks: string
      readonly json: Readonly<Record<string, unknown>>
    }
  /** The same, with a one-time code as `code`. */
  | {
      readonly kind: 'code'
      readonly asks: string
      readonly json: Readonly<Record<string, unknown>>
    }
  /** The flow is over; the browser goes on at this address, as it was written. */
  | { readonly kind: 'leave'; readonly to: string }
  /** The flow is over with a form that is posted to this address, as it was written. */
  | { readonly kind: 'post'; readonly to: string; readonly form: string }
  /** Nothing is asked any more: the page that says that a session has ended. */
  | { readonly kind: 'ended' }
  | FlowStop

/** The flow goes no further. `detail` holds nothing that the provider sent as text. */
export interface FlowStop {
  readonly kind: 'stop'
  readonly class: AnswerClass
  readonly detail: string
}

/** Who answers, and with what. */
export interface Answering {
  readonly credentials: Credentials
  /** True where one-time codes can be made. */
  readonly hasSeed: boolean
  /** What was given before in this flow. */
  readonly given: ReadonlySet<string>
}

/** Fields of a form that posts itself, characters of an address or a token, devices: what is above is none of authentik's. */
const attributesMax = 50
const textMax = 8192
const devicesMax = 50

/** Reads an answer of the executor and says what to do. Takes any text. */
export function moveFor(body: string, answering: Answering): FlowMove {
  const challenge = objectOf(parsed(body))
  const component = textOf(challenge?.['component'])
  if (challenge === null || component === null)
    return stop('SIGN_IN_ERROR', 'The flow executor sent no challenge that can be read')
  const solve = Object.hasOwn(solvers, component) ? solvers[component] : undefined
  if (solve === undefined)
    return stop('SIGN_IN_UNKNOWN_STAGE', `Found the stage ${shown(component, answering)}`)
  return solve(challenge, answering)
}

type Challenge = Readonly<Record<string, unknown>>

const solvers: Readonly<Record<string, (challenge: Challenge, answering: Answering) => FlowMove>> =
  {
    'ak-stage-identification': identification,
    'ak-stage-password': (challenge, answering) =>
      refusal(challenge, answering, 'ak-stage-password') ??
      answer('ak-stage-password', { password: answering.credentials.password }),
    'ak-stage-authenticator-validate': secondFactor,
    'ak-stage-consent': (challenge) => {
      const token = textOf(challenge['token'])
      return token === null
        ? stop('SIGN_IN_ERROR', 'The consent has no token')
        : answer('ak-stage-consent', { token })
    },
    // No longer than the sign-in needs: the robot is not to be remembered.
    'ak-stage-user-login': () => answer('ak-stage-user-login', { remember_me: false }),
    'xak-flow-redirect': ({ to }) => {
      const address = textOf(to)
      return address === null
        ? stop('SIGN_IN_ELSEWHERE', 'The flow leads on without an address')
        : { kind: 'leave', to: address }
    },
    'ak-stage-autosubmit': autosubmit,
    'ak-stage-access-denied': () => stop('SIGN_IN_DENIED', 'authentik denied access'),
    'ak-stage-flow-error': () => stop('SIGN_IN_ERROR', 'authentik had an error in its flow'),
    'ak-stage-captcha': () => stop('SIGN_IN_CAPTCHA', 'A captcha is a stage of the flow'),
    'ak-stage-session-end': () => ({ kind: 'ended' }),
  }

function identification(challenge: Challenge, answering: Answering): FlowMove {
  const { password, user } = answering.credentials
  const refused = refusal(challenge, answering, 'ak-stage-identification')
  if (refused !== null) return refused
  if (objectOf(challenge['captcha_stage']) !== null)
    return stop('SIGN_IN_CAPTCHA', 'A captcha stands beside the name')
  const fields = challenge['user_fields']
  if (!Array.isArray(fields) || fields.length === 0)
    return stop('SIGN_IN_UNKNOWN_STAGE', 'The identification has no field for a name')
  const secret = challenge['password_fields'] === true ? { password } : {}
  return answer('ak-stage-identification', { uid_field: user, ...secret })
}

/** That a name or a password was not taken: said, or asked again. Each is given once, which locks nobody out. */
function refusal(challenge: Challenge, { given }: Answering, asks: string): FlowStop | null {
  const errors = objectOf(challenge['response_errors'])
  const isSaid = errors !== null && Object.keys(errors).length > 0
  if (!isSaid && !given.has(asks)) return null
  const what = asks === 'ak-stage-password' ? 'password' : 'name or the password'
  return stop('SIGN_IN_REFUSED', `authentik did not take the ${what}`)
}

function secondFactor(challenge: Challenge, { given, hasSeed }: Answering): FlowMove {
  const asks = 'ak-stage-authenticator-validate'
  const devices = challenge['device_challenges']
  const classes = (Array.isArray(devices) ? devices : [])
    .slice(0, devicesMax)
    .map((device) => objectOf(device)?.['device_class'])
  const kinds = deviceClasses.filter((kind) => classes.includes(kind))
  if (given.has(asks)) return stop('SIGN_IN_MFA', 'authentik did not take the one-time code')
  if (kinds.length === 0)
    return stop('SIGN_IN_MFA', 'A second factor has to be set up: the robot has none')
  const listed = kinds.join(', ')
  if (!kinds.includes('totp'))
    return stop('SIGN_IN_MFA', `Wanted is one of ${listed}, which the robot cannot give`)
  if (!hasSeed) return stop('SIGN_IN_MFA', `Wanted is one of ${listed}, and no seed is configured`)
  return { kind: 'code', asks, json: { component: asks } }
}

/** Classes of devices that authentik has. */
const deviceClasses = ['totp', 'static', 'webauthn', 'duo', 'sms', 'email'] as const

function autosubmit({ attrs, url }: Challenge): FlowMove {
  const to = textOf(url)
  const fields = Object.entries(objectOf(attrs) ?? {})
  if (to === null || fields.length > attributesMax)
    return stop('SIGN_IN_ERROR', 'The form that posts itself is none')
  const form = new URLSearchParams()
  for (const [name, value] of fields) form.append(name, textOf(value) ?? '')
  return { kind: 'post', to, form: form.toString() }
}

function answer(asks: string, fields: Readonly<Record<string, unknown>>): FlowMove {
  return { kind: 'answer', asks, json: { component: asks, ...fields } }
}

function stop(answerClass: AnswerClass, detail: string): FlowStop {
  return { kind: 'stop', class: answerClass, detail }
}

/** A component as it may stand in a log: authentik's own form of names, and never the password. */
function shown(component: string, { credentials }: Answering): string {
  const isName = /^[a-z][a-z0-9-]{0,63}$/.test(component)
  return isName && !component.includes(credentials.password.toLowerCase())
    ? `"${component}"`
    : 'of a name that is none'
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

function objectOf(value: unknown): Challenge | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.fromEntries(Object.entries(value))
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= textMax ? value : null
}
