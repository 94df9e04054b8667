// The pages of signing in and out, as the server is given them.
import type { PageRequest, PageRoute } from '../page.ts'
import { handleCallback } from './callback.ts'
import { createFlow, type Flow, redirect } from './flow.ts'
import { handleMe, handlePortal } from './portal.ts'
import { handleSignedOut, handleSignOut, handleSignOutQuestion, signedOutPath } from './sign-out.ts'
import type { SignInContext } from './sign-in.ts'
import { callbackPath, handleProviderStart, handleSignIn, providerStartPath } from './start.ts'

/** Every page of signing in, but those of the built-in accounts. */
export function signInRoutes(context: SignInContext): readonly PageRoute[] {
  const flow = createFlow(context)
  const get = (
    path: string,
    handle: (flow: Flow, request: PageRequest) => Promise<Response>,
  ): PageRoute => ({ method: 'GET', path, handle: (request) => handle(flow, request) })
  return [
    get('/_gatehouse/sign-in', handleSignIn),
    get(providerStartPath, handleProviderStart),
    get(callbackPath, handleCallback),
    get('/_gatehouse/sign-out', handleSignOutQuestion),
    {
      method: 'POST',
      path: '/_gatehouse/sign-out',
      handle: (request) => handleSignOut(flow, request),
    },
    get(signedOutPath, handleSignedOut),
    get('/_gatehouse/me', handleMe),
    get('/_gatehouse/', handlePortal),
    toPortal('/_gatehouse'),
    toPortal('/'),
  ]
}

/** What people type when they mean the gate. */
function toPortal(path: string): PageRoute {
  return { method: 'GET', path, handle: async () => redirect('/_gatehouse/') }
}
