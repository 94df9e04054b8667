// Hosts with a sign-in of their own, which the gate leaves alone.
import { ownSignIn } from './declare.ts'

/** Hosts of tier `app`. */
export const servicesWithSignIn = [
  ownSignIn('affine', { exposure: 'direct' }),
  ownSignIn('aiostreams', { stack: 'servarr/aiostreams' }),
  ownSignIn('audiobookshelf', { stack: 'ebooks', exposure: 'direct' }),
  ownSignIn('budget-anca', { stack: 'actualbudget' }),
  ownSignIn('budget-emo', { stack: 'actualbudget' }),
  ownSignIn('budget-viktor', { stack: 'actualbudget' }),
  ownSignIn('executor', { exposure: 'internal', monitored: false }),
  ownSignIn('immich', { exposure: 'direct' }),
  ownSignIn('linkwarden'),
  ownSignIn('navidrome'),
  ownSignIn('nextcloud'),
  ownSignIn('novelapp', { exposure: 'direct' }),
  ownSignIn('ntfy'),
  ownSignIn('pdf', { stack: 'paperless-ngx' }),
  ownSignIn('rss', { stack: 'freshrss' }),
  ownSignIn('stirling-pdf'),
  ownSignIn('tandoor'),
  ownSignIn('trading', { stack: 'trading-bot' }),
  ownSignIn('vaultwarden'),
]
