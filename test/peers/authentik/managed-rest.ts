// The API of what a person manages, read only: flows, expression policies, the log of changes.
import { type Answer, type Call, type Route } from './http.ts'
import { paged } from './rest.ts'

/** The flows of a fresh authentik, by slug. */
const flows = [
  ['default-provider-authorization-implicit-consent', '6d1d6b5e-3f0c-4b86-9d2c-0c6f3f6f2b11'],
  ['default-provider-invalidation-flow', 'b7c4a0b1-53f5-4a1b-8f4e-7a3d52f1c0de'],
  ['default-provider-authorization-explicit-consent', '0c9a1f52-7f6e-4d6a-9a51-6d4f0f4f9b7e'],
] as const

const eventQuery = [
  'page',
  'page_size',
  'ordering',
  'action',
  'actions',
  'username',
  'client_ip',
  'brand_name',
  'search',
  'context_authorized_app',
  'context_model_app',
  'context_model_name',
  'context_model_pk',
]

/** Routes for a person's API token. */
export const managedRoutes: readonly Route[] = [
  {
    endpoint: 'admin',
    methods: ['GET'],
    path: 'api/v3/flows/instances/',
    caller: 'admin',
    query: ['page', 'page_size', 'slug', 'designation'],
    answer: (call) =>
      paged(
        call,
        flows.map(([slug, pk]) => ({
          ...{ pk, slug, name: slug, title: slug, background: null, policy_engine_mode: 'any' },
          designation: slug.includes('invalidation') ? 'invalidation' : 'authorization',
        })),
      ),
  },
  {
    endpoint: 'admin',
    methods: ['GET'],
    path: 'api/v3/policies/expression/',
    caller: 'admin',
    query: ['page', 'page_size'],
    answer: (call) =>
      paged(
        call,
        call.state.managed.policies.map((policy) => ({
          ...policy,
          component: 'ak-policy-expression-form',
          verbose_name: 'Expression Policy',
          verbose_name_plural: 'Expression Policies',
          meta_model_name: 'authentik_policies_expression.expressionpolicy',
          bound_to: 0,
        })),
      ),
  },
  {
    endpoint: 'admin',
    methods: ['GET'],
    path: 'api/v3/events/events/',
    caller: 'admin',
    query: eventQuery,
    answer: listEvents,
  },
]

/** Events as a person reads them; the same path takes those of an outpost. */
function listEvents(call: Call): Answer {
  const { query, state } = call
  const wanted = (name: string, value: string): boolean =>
    query[name] === undefined || query[name] === value
  const found = state.managed.events.filter(
    ({ action, context: { model }, user }) =>
      wanted('action', action) &&
      wanted('username', user.username) &&
      wanted('context_model_app', model.app) &&
      wanted('context_model_name', model.model_name) &&
      (query['context_model_pk']?.replaceAll('-', '') ?? String(model.pk)) === String(model.pk),
  )
  return paged(call, query['ordering'] === '-created' ? found.toReversed() : found)
}
