// Rules and services for tests of the policy, with everything that a test does not name left empty.
import { parseHostPattern } from '../../src/model/host.ts'
import type { Rule, Service } from '../../src/model/service.ts'
import { must } from '../../src/std/assert.ts'

/** A rule for `path`; its id is the path unless `rest` says otherwise. */
export function rule(path: string, rest: Partial<Rule> = {}): Rule {
  return {
    id: path,
    path,
    methods: [],
    networks: [],
    auth: 'required',
    providers: [],
    groups: [],
    users: [],
    emailDomains: [],
    ...rest,
  }
}

/** A service at `host`, exact or `*.`. */
export function service(
  host: string,
  rules: readonly Rule[],
  rest: Partial<Service> = {},
): Service {
  const parsed = parseHostPattern(host)
  return {
    host: must(parsed.ok ? parsed.value : null, `"${host}" is a host`),
    name: host,
    rules,
    caseInsensitivePaths: false,
    upstream: null,
    ...rest,
  }
}
