// The page of one's own account: passkeys, one-time codes, recovery codes.
import type { ComponentChildren, VNode } from 'preact'
import { page } from '../../pages/layout.tsx'
import type { Account } from './account.ts'
import type { Passkey } from './accounts-database.ts'
import { passkeyTitleLengthMax } from './passkey-title.ts'
import { accountsPaths } from './paths.ts'
import { accountsUnavailable } from './problems.ts'
import { QrCode } from './qr-code.tsx'
import type { SecondFactor } from './second-factor.ts'
import { type FormProblem, Problem, marks, retryHeaders } from './sign-in-form.tsx'

/** What every account page is given. */
export interface AccountPageFrame {
  readonly token: string
  readonly requestId: string
  readonly problem: FormProblem | null
  readonly headers: readonly (readonly [string, string])[]
}

/** What the page of the account shows. */
export interface AccountPageOptions extends AccountPageFrame {
  readonly account: Account
  readonly passkeys: readonly Passkey[]
  readonly factor: SecondFactor | null
  /** Where to sign in again before changing anything; null when the sign-in is recent. */
  readonly signInAgain: string | null
}

/** The page. */
export function accountPage(options: AccountPageOptions): Response {
  const { account, signInAgain } = options
  return framed('Your account', options, [
    <dl class="facts">
      <dt>Name</dt>
      <dd>{account.user}</dd>
      {account.email !== '' && <dt>E-mail</dt>}
      {account.email !== '' && <dd>{account.email}</dd>}
      <dt>Groups</dt>
      <dd>{account.groups.length === 0 ? 'none' : account.groups.join(', ')}</dd>
    </dl>,
    signInAgain !== null && (
      <p class="note">
        To change how you sign in, <a href={signInAgain}>sign in again</a> first.
      </p>
    ),
    <Passkeys {...options} />,
    <Codes {...options} />,
    <p class="actions">
      <a href="/_gatehouse/">Your services</a>
    </p>,
  ])
}

/**
 * The frame that all these pages share. The script is loaded on each: it wires what forms it finds and
 * does nothing where there are none.
 */
function framed(title: string, frame: AccountPageFrame, children: ComponentChildren): Response {
  return page({
    title,
    status: frame.problem?.status ?? 200,
    headers: [...frame.headers, ...retryHeaders(frame.problem)],
    scripts: ['passkey.js'],
    requestId: frame.requestId,
    children: (
      <>
        <h1>{title}</h1>
        <Problem problem={frame.problem} />
        {children}
      </>
    ),
  })
}

/** All passkeys, and the way to add one where the sign-in is recent. */
function Passkeys(options: AccountPageOptions): VNode {
  const { passkeys, signInAgain, token } = options
  return (
    <section>
      <h2>Passkeys</h2>
      {passkeys.length === 0 && (
        <p class="quiet">None yet. A passkey signs you in without a password.</p>
      )}
      {passkeys.length > 0 && (
        <ul class="ways">
          {passkeys.map((passkey) => (
            <PasskeyEntry passkey={passkey} token={token} changeable={signInAgain === null} />
          ))}
        </ul>
      )}
      {signInAgain === null && <PasskeyAdd token={token} />}
    </section>
  )
}

/**
 * One passkey. Two buttons of one form say what is to be done with it, so that it works without script;
 * they are folded away, since most visits change nothing.
 */
function PasskeyEntry(entry: { passkey: Passkey; token: string; changeable: boolean }): VNode {
  const { passkey, token, changeable } = entry
  const used = passkey.usedAt === 0 ? 'never used' : `last used ${day(passkey.usedAt)}`
  return (
    <li>
      <b>{passkey.title}</b>{' '}
      <span class="quiet">
        added {day(passkey.createdAt)}, {used}
      </span>
      {changeable && (
        <details>
          <summary>Change</summary>
          <form method="post" action={accountsPaths.account}>
            <input type="hidden" name="form" value={token} />
            <input type="hidden" name="passkey" value={passkey.id} />
            <label>
              Name
              <input
                type="text"
                name="title"
                value={passkey.title}
                maxLength={passkeyTitleLengthMax}
                required
              />
            </label>
            <button type="submit" name="act" value="rename" class="plain">
              Rename
            </button>{' '}
            <button type="submit" name="act" value="remove" class="plain">
              Remove
            </button>
          </form>
        </details>
      )}
    </li>
  )
}

/** Shown by the script where the browser knows passkeys. */
function PasskeyAdd({ token }: { token: string }): VNode {
  return (
    <>
      <form
        method="post"
        action={accountsPaths.passkeyAdd}
        data-passkey="add"
        data-options={accountsPaths.passkeyAddOptions}
        hidden
      >
        <input type="hidden" name="form" value={token} />
        <input type="hidden" name="challenge" value="" />
        <input type="hidden" name="credential" value="" />
        <label for="title">Name of the new passkey</label>
        <input
          id="title"
          name="title"
          type="text"
          maxLength={passkeyTitleLengthMax}
          placeholder="This laptop"
          autocomplete="off"
        />
        <button type="submit">Add a passkey</button>
        <p class="alert" role="alert" data-passkey-problem hidden />
      </form>
      <noscript>
        <p class="quiet">Adding a passkey needs JavaScript.</p>
      </noscript>
    </>
  )
}

/** Whether one-time codes are on, and what can be done about that. */
function Codes(options: AccountPageOptions): VNode {
  const { factor, signInAgain } = options
  const changeable = signInAgain === null
  if (factor === null)
    return (
      <section>
        <h2>One-time codes</h2>
        <p class="quiet">Off. With them on, a password alone is not enough to sign in.</p>
        {changeable && (
          <a class="button plain" href={accountsPaths.codes}>
            Set up an authenticator
          </a>
        )}
      </section>
    )
  return (
    <section>
      <h2>One-time codes</h2>
      <p>
        On. Recovery codes left: <b>{factor.recoveryLeft}</b>
      </p>
      {factor.declared && <p class="quiet">Set up by the operator of this gate.</p>}
      {changeable && <CodesActions {...options} declared={factor.declared} />}
    </section>
  )
}

/** A secret that stands in the people file is the operator's: only recovery codes are the person's. */
function CodesActions({ token, declared }: { token: string; declared: boolean }): VNode {
  return (
    <form method="post" action={accountsPaths.account} class="actions">
      <input type="hidden" name="form" value={token} />
      <button type="submit" name="act" value="recovery" class="plain">
        New recovery codes
      </button>
      {!declared && (
        <a class="button plain" href={accountsPaths.codes}>
          Set up another authenticator
        </a>
      )}
      {!declared && (
        <button type="submit" name="act" value="codes-off" class="plain">
          Turn off
        </button>
      )}
    </form>
  )
}

/** What the enrolment page shows. */
export interface EnrolmentPageOptions extends AccountPageFrame {
  readonly uri: string
  readonly secret: string
  /** The secret, sealed, to come back with the first code. */
  readonly sealed: string
}

/** The page that enrols an authenticator: code to photograph, secret to type, first code to confirm. */
export function enrolmentPage(options: EnrolmentPageOptions): Response {
  const { uri, secret, sealed, token, problem } = options
  return framed('Set up one-time codes', options, [
    <p>Photograph this with your authenticator app, then type the code that it shows.</p>,
    // The secret is shown to the person it belongs to and to nobody else: never cached, never logged.
    <p>
      <QrCode text={uri} label="QR code of the secret below" />
    </p>,
    <details>
      <summary>Type the secret instead</summary>
      <p>
        <code data-secret>{(secret.match(/.{1,4}/g) ?? []).join(' ')}</code>
      </p>
      <p>
        <a href={uri}>Open in an app on this device</a>
      </p>
    </details>,
    <form method="post" action={accountsPaths.codes}>
      <input type="hidden" name="form" value={token} />
      <input type="hidden" name="secret" value={sealed} />
      <label for="code">Six digits</label>
      <input
        id="code"
        name="code"
        type="text"
        inputmode="numeric"
        autocomplete="one-time-code"
        maxLength={16}
        required
        {...marks(problem)}
      />
      <button type="submit">Turn on</button>
    </form>,
    <p>
      <a href={accountsPaths.account}>Cancel</a>
    </p>,
  ])
}

/** The page that shows fresh recovery codes, once. */
export function recoveryPage(codes: readonly string[], requestId: string): Response {
  return page({
    title: 'Recovery codes',
    requestId,
    children: (
      <>
        <h1>Recovery codes</h1>
        <p>
          Keep these where you keep your papers. Each signs you in once when your phone is gone.
          They are not shown again.
        </p>
        <ul data-recovery>
          {codes.map((code) => (
            <li>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <p>
          <a class="button" href={accountsPaths.account}>
            I have kept them
          </a>
        </p>
      </>
    ),
  })
}

/** For someone who signed in elsewhere. */
export function strangerPage(user: string, requestId: string): Response {
  return page({
    title: 'No account here',
    status: 403,
    requestId,
    children: (
      <>
        <h1>No account here</h1>
        <p>
          You are signed in as <b>{user}</b>, through another provider. Passwords, passkeys and
          codes are changed there.
        </p>
        <p>
          <a href="/_gatehouse/">Your services</a>
        </p>
      </>
    ),
  })
}

/** When nothing can be known. Loads itself again. */
export function unavailablePage(requestId: string): Response {
  const { status, text, retryAfterSeconds } = accountsUnavailable
  return page({
    title: 'One moment, please',
    status,
    requestId,
    headers: retryHeaders(accountsUnavailable),
    ...(retryAfterSeconds === null ? {} : { refreshSeconds: retryAfterSeconds }),
    children: (
      <>
        <h1>One moment, please</h1>
        <p>{text}</p>
      </>
    ),
  })
}

/** A day as ISO 8601 writes it, in UTC: the same for everyone who looks. */
function day(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10)
}
