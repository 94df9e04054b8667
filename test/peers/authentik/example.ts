// A small household for the stand-in: three people, one provider of each mode.
import type { AuthentikOptions } from './state.ts'

/** People and providers of the example; names as the demo uses them. */
export const exampleOptions: AuthentikOptions = {
  people: [
    {
      username: 'ada',
      password: 'ada',
      name: 'Ada Lovelace',
      groups: ['staff', 'admins'],
      entitlements: ['editor'],
    },
    // Not in Latin-1: header values of such names have to survive.
    { username: 'jürgen', password: 'jürgen', name: 'Jürgen Młynarski', groups: ['staff'] },
    { username: 'guest', password: 'guest', name: 'A Guest', groups: ['guests'] },
  ],
  providers: [
    {
      name: 'grafana',
      external_host: 'http://grafana.home.localhost:8080',
      mode: 'forward_single',
      application: { name: 'Grafana', bindings: [{ group: 'staff' }] },
    },
    {
      name: 'home',
      external_host: 'http://auth.home.localhost:8080',
      mode: 'forward_domain',
      cookie_domain: 'home.localhost',
      skip_path_regex: '^http://[^/]+/healthz$',
      application: { name: 'Home' },
    },
    {
      name: 'wiki',
      external_host: 'http://wiki.home.localhost:8080',
      internal_host: 'http://127.0.0.1:8081',
      mode: 'proxy',
      application: { name: 'Wiki', bindings: [{ group: 'staff' }, { group: 'guests' }] },
    },
  ],
}
