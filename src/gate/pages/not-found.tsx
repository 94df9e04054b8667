// The page for an address at the gate that is none.
import { page } from './layout.tsx'

/** 404 with a way on: people come here by a mistyped or an old address. */
export function notFoundPage(): Response {
  return page({
    title: 'There is no such page',
    status: 404,
    children: (
      <>
        <h1>There is no such page</h1>
        <p>The gate has nothing at this address.</p>
        <p class="actions">
          <a class="button plain" href="/_gatehouse/">
            Services that are open to you
          </a>
        </p>
      </>
    ),
  })
}
