// Hosts that strangers may enter, each with the reason why.
import { guestsToo, openTo } from './declare.ts'

/** Hosts of tier `none` and `public`, each with its reason. */
export const openServices = [
  openTo('*', 'Names that nobody declared get a page 404', {
    stack: 'traefik',
    exposure: 'wildcard',
    monitored: false,
  }),
  openTo('cc', 'A page that works in the browser and keeps nothing', { stack: 'cyberchef' }),
  openTo('ci', 'Woodpecker signs people in through Forgejo', {
    stack: 'woodpecker',
    exposure: 'direct',
  }),
  openTo('cinemeta', 'Stremio clients cannot sign in', { stack: 'stremio' }),
  openTo('claude-memory', 'Programs call it with tokens of their own'),
  openTo('dawarich', 'Has its own accounts; phones send places with a key'),
  guestsToo('echo'),
  openTo('f1', 'Players cannot sign in', { stack: 'f1-stream', exposure: 'direct' }),
  openTo('files', 'Has its own accounts', { stack: 'reverse-proxy', exposure: 'direct' }),
  openTo('forgejo', 'Has its own accounts; git speaks HTTP to it', { exposure: 'direct' }),
  openTo('ha-london', 'Home Assistant has its own accounts; phones use its app', {
    stack: 'reverse-proxy',
    exposure: 'direct',
    monitored: false,
  }),
  openTo('ha-sofia', 'Home Assistant has its own accounts; phones use its app', {
    stack: 'reverse-proxy',
    exposure: 'direct',
  }),
  openTo('highlights-immich-emo', 'Shared albums, inside only', {
    stack: 'immich',
    exposure: 'internal',
    monitored: false,
  }),
  openTo('highlights-immich-milka', 'Shared albums, inside only', {
    stack: 'immich',
    exposure: 'internal',
    monitored: false,
  }),
  openTo('highlights-immich', 'Shared albums, inside only', {
    stack: 'immich',
    exposure: 'internal',
    monitored: false,
  }),
  openTo('home', 'A start page of links', { stack: 'homepage' }),
  openTo('json', 'A page that works in the browser and keeps nothing', { stack: 'jsoncrack' }),
  openTo('music-assistant', 'Has its own accounts; speakers call it', {
    stack: 'reverse-proxy',
    exposure: 'direct',
  }),
  openTo('n8n', 'Has its own accounts; receives webhooks'),
  openTo('owntracks', 'Phones send places with credentials of their own'),
  openTo('pages-publish', 'A pipeline calls it with a token'),
  openTo('paperless-mcp', 'Programs call it with tokens of their own'),
  openTo('pb', 'Pastes are encrypted in the browser, readers are strangers', {
    stack: 'privatebin',
  }),
  guestsToo('resume'),
  openTo('send', 'Files are encrypted in the browser, readers are strangers', {
    exposure: 'direct',
    monitored: false,
  }),
  openTo('stremio', 'Players cannot sign in', { exposure: 'direct' }),
  openTo('tripit-api', 'Its app calls it with tokens', { stack: 'tripit' }),
  openTo('tuya-bridge', 'Home Assistant calls it with a key'),
  openTo('url', 'Short links are for strangers'),
  openTo('vault', 'Has its own sign-in'),
  openTo('webhook', 'Senders sign what they send', {
    stack: 'webhook_handler',
    exposure: 'direct',
  }),
  openTo('xray-ws', 'A protocol with its own credentials', { stack: 'xray' }),
  openTo('yotovski-status', 'Only redirects', {
    stack: 'monitoring',
    exposure: 'none',
    monitored: false,
  }),
]
