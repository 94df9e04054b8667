// The portal: who you are and what is open to you.
import type { Identity } from '../../model/identity.ts'
import { page } from './layout.tsx'

/** A service as the portal lists it. */
export interface PortalService {
  readonly name: string
  readonly host: string
  readonly url: string
}

/** The front page for someone who is signed in. */
export function portalPage(options: {
  readonly identity: Identity
  readonly services: readonly PortalService[]
  /** Services that were left out because the list is long. */
  readonly more: number
  /** Address of the page about one's own account; null where the provider has it. */
  readonly account: string | null
  readonly requestId: string
}): Response {
  const { identity, services, more, account, requestId } = options
  return page({
    title: 'Your services',
    wide: true,
    requestId,
    children: (
      <>
        <div class="person">
          <h1>Your services</h1>
          <p>
            <b>{identity.name === '' ? identity.user : identity.name}</b>{' '}
            <span class="quiet">{identity.email}</span>
          </p>
        </div>
        {services.length === 0 ? (
          <p class="note">
            No service is open to you yet. Ask whoever runs this gate for one of its groups.
          </p>
        ) : (
          <ul class="services">
            {services.map((service) => (
              <li>
                <a href={service.url}>
                  <b>{service.name}</b>
                  {service.name === service.host ? null : <small>{service.host}</small>}
                </a>
              </li>
            ))}
          </ul>
        )}
        {more === 0 ? null : <p class="quiet">And {more} more that are not shown.</p>}
        <p class="actions">
          {account === null ? null : (
            <a class="button plain" href={account}>
              Your account
            </a>
          )}
          <a class="button plain" href="/_gatehouse/sign-in?prompt=switch">
            Switch account
          </a>
          <a class="button plain" href="/_gatehouse/sign-out">
            Sign out
          </a>
        </p>
      </>
    ),
  })
}
