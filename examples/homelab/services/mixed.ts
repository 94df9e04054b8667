// Hosts where a path or a header makes a difference.
import { behindGate, gated, open, openTo, ownSignIn, pathsOnly } from './declare.ts'

/** Hosts whose paths, or requests with a header, are of another tier. */
export const mixedServices = [
  behindGate('ac', { paths: [...gated('/ws/**')] }),
  behindGate('android-emulator', { paths: [...gated('/app/**', '/core/**', '/vendor/**')] }),
  openTo('authentik', 'The identity provider itself', {
    paths: [...open('The sign-in itself', '/outpost.goauthentik.io', '/static/**')],
  }),
  behindGate('book-search', {
    stack: 'ebooks',
    paths: [
      ...open(
        'E-readers and shortcuts call it',
        '/api/download-url/**',
        '/api/download-status/**',
        '/api/send-to-kindle/**',
        '/shortcut/**',
      ),
    ],
  }),
  behindGate('chrome', {
    stack: 'chrome-service',
    groups: ['Chrome Users'],
    paths: [...open('Monitors fetch the picture', '/api/snapshot/**')],
  }),
  openTo('dolt-workbench', 'Anubis is said to stand in front', {
    stack: 'beads-server',
    paths: [...open('The page calls it', '/graphql/**')],
  }),
  behindGate('fire-planner', { paths: [...open('The app calls it with tokens', '/api/**')] }),
  ownSignIn('headscale', {
    exposure: 'direct',
    paths: [...open('Relays of the overlay', '/derp/**'), ...gated('/web/**')],
  }),
  pathsOnly('health-api', {
    stack: 'health',
    exposure: 'direct',
    paths: [...open('Phones send with a key', '/api/ingest/**')],
  }),
  behindGate('insta2spotify', {
    paths: [
      ...open(
        'The browser extension calls it',
        '/api/identify/**',
        '/api/auth/**',
        '/api/health/**',
        '/api/history/**',
      ),
    ],
  }),
  behindGate('instagram-poster', {
    exposure: 'none',
    paths: [...open('Instagram fetches pictures', '/image/**', '/original/**')],
  }),
  behindGate('k8s-portal', {
    exposure: 'direct',
    paths: [...open('New nodes fetch it', '/setup/script/**', '/agent/**')],
  }),
  openTo('kms', 'Activation clients cannot sign in', {
    exposure: 'direct',
    paths: [...open('Activation clients fetch it', '/diag/**', '/scripts/**', '/keys.json')],
  }),
  pathsOnly('loki-otlp', {
    stack: 'monitoring',
    exposure: 'internal',
    monitored: false,
    paths: [...open('Hosts push with a key', '/otlp/**')],
  }),
  openTo('matrix', 'A protocol with its own accounts', {
    paths: [
      ...open(
        'Clients register',
        '/_matrix/client/v3/register/**',
        '/_matrix/client/r0/register/**',
      ),
    ],
  }),
  behindGate('meshcentral', {
    paths: [
      ...open(
        'Agents cannot sign in',
        '/agent.ashx',
        '/control.ashx',
        '/meshrelay.ashx',
        '/meshagents/**',
        '/devicefile.ashx',
        '/agentdownload.ashx',
        '/meshsettings.ashx',
        '/amtevents.ashx',
      ),
    ],
  }),
  behindGate('music-emo', {
    stack: 'freedify',
    exposure: 'direct',
    paths: [...open('Players cannot sign in', '/api/stream/**')],
  }),
  behindGate('music-viktor', {
    stack: 'freedify',
    exposure: 'direct',
    paths: [...open('Players cannot sign in', '/api/stream/**')],
  }),
  pathsOnly('nextcloud-todos', {
    monitored: false,
    paths: [...open('Called back by the provider', '/cb/**')],
  }),
  behindGate('offline-reader', {
    paths: [...open('The browser extension sends', '/api/ingest/**')],
  }),
  behindGate('postiz', {
    exposure: 'none',
    groups: ['Postiz Users', 'Home Server Admins'],
    paths: [...open('Networks fetch pictures', '/uploads/**')],
  }),
  pathsOnly('prometheus-otlp', {
    stack: 'monitoring',
    exposure: 'internal',
    monitored: false,
    paths: [...open('Hosts push with a key', '/api/v1/otlp/**')],
  }),
  pathsOnly('public-auth', {
    stack: 'authentik',
    paths: [...open('Sign-in pages of the public tier', '/outpost.goauthentik.io')],
  }),
  pathsOnly('recruiter-responder', { paths: [...open('Called back by the provider', '/cb/**')] }),
  pathsOnly('repowise-mcp', {
    stack: 'repowise',
    exposure: 'internal',
    monitored: false,
    paths: [...open('Programs call it with tokens', '/mcp/**')],
  }),
  behindGate('repowise', { paths: [...gated('/api/**', '/health/**', '/metrics/**')] }),
  behindGate('rybbit', { paths: [...open('Pages of others send events', '/api/**')] }),
  behindGate('t3', {
    stack: 't3code',
    groups: ['T3 Users'],
    paths: [
      ...open(
        'Native clients and probes',
        '/probe/**',
        '/.well-known/t3/environment/**',
        '/oauth/token/**',
      ),
    ],
    bypasses: [
      { header: 'Authorization', value: 'Bearer *', reason: 'Native clients send tokens' },
    ],
  }),
  behindGate('tasks', {
    paths: [
      ...open(
        'Browsers fetch icons without cookies',
        '/apple-touch-icon.png',
        '/favicon.png',
        '/pwa-192x192.png',
        '/pwa-512x512.png',
        '/manifest.webmanifest',
      ),
    ],
  }),
  behindGate('terminal', {
    paths: [
      ...open(
        'Browsers fetch icons without cookies',
        '/manifest.webmanifest',
        '/icon-192.png',
        '/icon-512.png',
        '/icon-512-maskable.png',
        '/sw.js',
        '/fonts/JetBrainsMono-Regular.woff2',
        '/fonts/JetBrainsMono-Bold.woff2',
        '/fonts/JetBrainsMono-Italic.woff2',
        '/fonts/JetBrainsMono-BoldItalic.woff2',
        '/fonts/dm-sans-latin-wght-normal.woff2',
      ),
      ...gated(
        '/api/sessions/**',
        '/clipboard/**',
        '/events/**',
        '/prompt/**',
        '/files/**',
        '/skills/**',
        '/term.html',
      ),
    ],
  }),
  openTo('tripit', 'Has its own sign-in', {
    paths: [
      ...gated('/metrics/**'),
      ...open(
        'The app calls it with tokens',
        '/api/**',
        '/api/calendar/**',
        '/api/emails/confirm/**',
        '/api/planner/slack/**',
      ),
    ],
  }),
  behindGate('uptime', {
    stack: 'uptime-kuma',
    upstream: 'http://uptime-kuma.uptime-kuma:3001',
    paths: [
      ...open(
        'The public status page',
        '/status/**',
        '/api/status-page/**',
        '/api/push/**',
        '/api/badge/**',
        '/assets/**',
        '/icon.svg',
        '/upload/**',
      ),
    ],
  }),
  openTo('', 'The blog', {
    stack: 'blog',
    monitored: false,
    paths: [...open('A script for strangers', '/net-diag.sh')],
  }),
  behindGate('vpn', {
    stack: 'vpn-portal',
    exposure: 'none',
    monitored: false,
    paths: [...open('Clients fetch their settings', '/sub/**')],
  }),
  openTo('wrongmove', 'Has its own sign-in', {
    stack: 'real-estate-crawler',
    paths: [...open('Its pages call it', '/api/**')],
  }),
  pathsOnly('xray-grpc', {
    stack: 'xray',
    paths: [...open('A protocol with its own credentials', '/grpc-vpn/**')],
  }),
]
