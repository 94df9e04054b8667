// The form for name and password, and what it says when it could not be taken.
import type { VNode } from 'preact'
import { page, redirectTargets } from '../../pages/layout.tsx'
import { nameLengthMax } from './account.ts'
import { passwordBytesMax } from './password-hash.ts'
import { accountsPaths } from './paths.ts'

/** Something to tell the person, with the status of the answer. Our own words only. */
export interface FormProblem {
  readonly status: number
  readonly text: string
  /** Seconds for Retry-After; null when waiting does not help. */
  readonly retryAfterSeconds: number | null
}

/** What the form shows. */
export interface SignInFormOptions {
  readonly token: string
  /** Where to go afterwards. */
  readonly target: string
  readonly name: string
  readonly problem: FormProblem | null
  /** True when there are other ways to sign in, on the chooser. */
  readonly others: boolean
  readonly requestId: string
  readonly headers: readonly (readonly [string, string])[]
}

/**
 * The page with the form. It works without script; focus goes to the first field that is still empty.
 */
export function signInForm(options: SignInFormOptions): Response {
  const { problem } = options
  return page({
    title: 'Sign in',
    requestId: options.requestId,
    formTargets: redirectTargets(options.target),
    status: problem?.status ?? 200,
    headers: [...options.headers, ...retryHeaders(problem)],
    scripts: ['passkey.js'],
    children: (
      <>
        <h1>Sign in</h1>
        <Problem problem={problem} />
        <form method="post" action={accountsPaths.signIn}>
          <input type="hidden" name="form" value={options.token} />
          <input type="hidden" name="rd" value={options.target} />
          <label for="name">Name</label>
          <input
            id="name"
            name="name"
            type="text"
            value={options.name}
            autocomplete="username"
            autocapitalize="none"
            autocorrect="off"
            spellcheck={false}
            maxLength={nameLengthMax}
            required
            autofocus={options.name === ''}
            {...marks(problem)}
          />
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            maxLength={passwordBytesMax}
            required
            autofocus={options.name !== ''}
            {...marks(problem)}
          />
          <button type="submit" class="full">
            Sign in
          </button>
        </form>
        <PasskeyForm {...options} />
        {options.others && (
          <p>
            <a href={`${accountsPaths.chooser}?rd=${encodeURIComponent(options.target)}`}>
              Other ways to sign in
            </a>
          </p>
        )}
      </>
    ),
  })
}

/** Shown by the script where the browser knows passkeys; without script it stays hidden. */
function PasskeyForm(options: { token: string; target: string }): VNode {
  return (
    <form
      method="post"
      action={accountsPaths.passkeySignIn}
      data-passkey="sign-in"
      data-options={accountsPaths.passkeySignInOptions}
      hidden
    >
      <input type="hidden" name="form" value={options.token} />
      <input type="hidden" name="rd" value={options.target} />
      <input type="hidden" name="challenge" value="" />
      <input type="hidden" name="credential" value="" />
      <button type="submit" class="plain full">
        Sign in with a passkey
      </button>
      <p class="alert" role="alert" data-passkey-problem hidden />
    </form>
  )
}

/** What went wrong, announced to screen readers and tied to the fields by `aria-describedby`. */
export function Problem({ problem }: { problem: FormProblem | null }): VNode | null {
  if (problem === null) return null
  return (
    <p id="problem" class="alert" role="alert">
      {problem.text}
    </p>
  )
}

/** Attributes of a field that the problem is about. */
export function marks(problem: FormProblem | null): Record<string, string> {
  return problem === null ? {} : { 'aria-describedby': 'problem', 'aria-invalid': 'true' }
}

/** Retry-After (RFC 9110 section 10.2.3), where waiting helps. */
export function retryHeaders(problem: FormProblem | null): readonly (readonly [string, string])[] {
  if (problem === null || problem.retryAfterSeconds === null) return []
  return [['retry-after', String(problem.retryAfterSeconds)]]
}
