// What can be seen of a browser that goes in circles, in words: causes are named only when something
// in this very request speaks for them.
import { isWithinDomain } from '../../model/host.ts'
import type { PageRequest } from '../page.ts'
import type { Flow } from './flow.ts'
import { placeOf, type ReturnTo } from './return-to.ts'

/** What to look at. `presence` is what the session cookie of this request stands for. */
export interface Observation {
  readonly target: ReturnTo
  readonly presence: 'none' | 'ended' | 'unavailable' | 'found'
}

/** Sentences about this request, likeliest cause first. */
export function observe(flow: Flow, request: PageRequest, seen: Observation): readonly string[] {
  const config = flow.context.config()
  const { host } = placeOf(seen.target)
  const scheme = request.peerTrusted ? request.headers.get('x-forwarded-proto') : null
  const sentences: string[] = []
  if (config.secure && scheme === 'http')
    sentences.push(
      'This request reached the gate by http, although its address is https: a secure cookie is not kept then. The proxy must pass on X-Forwarded-Proto, and the page must be opened by https',
    )
  if (!isWithinDomain(host, config.domain))
    sentences.push(
      `The service is at "${host}", which is outside the cookie domain "${config.domain}": a browser does not send the session there`,
    )
  if (new URL(seen.target).protocol === 'http:' && config.secure)
    sentences.push('The service is opened by http, where a secure cookie is not sent')
  sentences.push(...presenceSentences(seen.presence))
  return sentences
}

/** What the session cookie of this very request tells of where sessions are lost. */
function presenceSentences(presence: Observation['presence']): readonly string[] {
  switch (presence) {
    case 'none':
      return [
        'The browser brought no session cookie, although one was set a moment ago: it blocks it, or something on the way removes it',
      ]
    case 'ended':
      return [
        'The browser brought a session cookie that the gate does not know: the session was ended at once, an older cookie of the same name hides it, or another gate answers for the same address',
      ]
    case 'unavailable':
      return ['The session store does not answer']
    case 'found':
      return [
        'The session is good here: the proxy in front of the service does not pass on the Cookie header, or asks another gate',
      ]
  }
}
