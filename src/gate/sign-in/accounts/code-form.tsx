// The page that asks for a one-time code, or for a recovery code.
import type { VNode } from 'preact'
import { page, redirectTargets } from '../../pages/layout.tsx'
import { accountsPaths } from './paths.ts'
import { type FormProblem, Problem, marks, retryHeaders } from './sign-in-form.tsx'

/** What the page shows. An empty `half`: there is nothing to type a code for, only the way back. */
export interface CodeFormOptions {
  readonly token: string
  readonly half: string
  readonly target: string
  readonly requestId: string
  readonly problem: FormProblem | null
}

/** Longest text of the field: a recovery code with blanks. */
const codeLengthMax = 40

/** The page. */
export function codeForm(options: CodeFormOptions): Response {
  const { problem } = options
  const again = `${accountsPaths.signIn}?rd=${encodeURIComponent(options.target)}`
  return page({
    title: 'One-time code',
    requestId: options.requestId,
    formTargets: redirectTargets(options.target),
    status: problem?.status ?? 200,
    headers: retryHeaders(problem),
    children: (
      <>
        <h1>One-time code</h1>
        <Problem problem={problem} />
        {options.half !== '' && (
          <>
            <CodeField {...options} recovery={false} />
            <details>
              <summary>Use a recovery code</summary>
              <CodeField {...options} recovery={true} />
            </details>
          </>
        )}
        <p>
          <a href={again}>Start again</a>
        </p>
      </>
    ),
  })
}

/** One form with one field; phones get the right keyboard and offer the code from a message. */
function CodeField(options: CodeFormOptions & { readonly recovery: boolean }): VNode {
  const { recovery, problem } = options
  const id = recovery ? 'recovery' : 'code'
  return (
    <form method="post" action={accountsPaths.code}>
      <input type="hidden" name="form" value={options.token} />
      <input type="hidden" name="half" value={options.half} />
      <input type="hidden" name="rd" value={options.target} />
      <label for={id}>{recovery ? 'Recovery code' : 'Six digits from your authenticator'}</label>
      <input
        id={id}
        name="code"
        type="text"
        inputmode={recovery ? 'text' : 'numeric'}
        autocomplete={recovery ? 'off' : 'one-time-code'}
        autocapitalize="none"
        spellcheck={false}
        maxLength={codeLengthMax}
        required
        autofocus={!recovery}
        {...marks(problem)}
      />
      <button type="submit" class="full">
        Continue
      </button>
    </form>
  )
}
