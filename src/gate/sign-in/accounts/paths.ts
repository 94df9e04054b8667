// Paths of the accounts' pages on the sign-in host. Forms post to the page that shows them.

/** Every path, by what it is for. */
export const accountsPaths = {
  chooser: '/_gatehouse/sign-in',
  signIn: '/_gatehouse/sign-in/accounts',
  code: '/_gatehouse/sign-in/accounts/code',
  passkeySignIn: '/_gatehouse/sign-in/accounts/passkey',
  passkeySignInOptions: '/_gatehouse/sign-in/accounts/passkey-options',
  account: '/_gatehouse/account',
  passkeyAdd: '/_gatehouse/account/passkey-add',
  passkeyAddOptions: '/_gatehouse/account/passkey-options',
  codes: '/_gatehouse/account/codes',
} as const
