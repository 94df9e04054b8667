// An estate file from a live authentik: read, plan, write; the text and what to say of it.
import { type Result, err, ok } from '../../../std/result.ts'
import type { Clock } from '../../../world/clock.ts'
import type { HttpClient } from '../../../world/http-client.ts'
import { AuthentikApi, authentikHttp } from '../../../world/authentik-api.ts'
import { authentikVersion } from '../config-schema.ts'
import { type AuthentikAddress, agentOf } from '../settings.ts'
import { type Plan, planEstate } from './plan.ts'
import { readSource } from './read.ts'
import { renderEstate } from './write.ts'

/** How to import. */
export interface ImportOptions {
  readonly http: HttpClient
  readonly clock: Clock
  readonly address: AuthentikAddress
  /** API token of a person who may read everything. Never in the file or in an error. */
  readonly token: string
  /** Does not verify the certificate of authentik. */
  readonly insecure: boolean
  /** Name of the one outpost whose providers are wanted; null for all. */
  readonly outpost: string | null
}

/** A file, not yet written. */
export interface Imported {
  readonly text: string
  readonly services: number
  readonly remarks: Plan['remarks']
}

/** Reads everything, then writes the text of the file. The error is a sentence without secrets. */
export async function importEstate(options: ImportOptions): Promise<Result<Imported, string>> {
  const { address, token, insecure, outpost } = options
  const http = authentikHttp(options.http, { insecure, address })
  const api = new AuthentikApi(http, {
    ...{ address, token, agent: agentOf({ version: authentikVersion }) },
  })
  const source = await readSource(api, options.clock)
  if (!source.ok) return source
  const names = source.value.outposts.map(({ name }) => name).toSorted()
  if (outpost !== null && !names.includes(outpost))
    return err(
      `Found no proxy outpost ${JSON.stringify(outpost)}, wanted one of ${JSON.stringify(names)}`,
    )
  const plan = planEstate(source.value, outpost)
  const text = renderEstate(plan, { authentikUrl: address.baseUrl, insecure })
  return ok({ text, services: plan.services.length, remarks: plan.remarks })
}
