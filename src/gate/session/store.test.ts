// The contract suite against every store of the registry.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryLog } from '../../world/log.ts'
import { sessionStores } from './registry.ts'
import { type StoreHarness, storeContract } from './store.contract.ts'

for (const [name, create] of Object.entries(sessionStores)) storeContract(name, harness(create))

function harness(create: (typeof sessionStores)[keyof typeof sessionStores]): StoreHarness {
  const directories: string[] = []
  return {
    open: (bounds, clock) => {
      const directory = mkdtempSync(join(tmpdir(), 'gatehouse-store-'))
      directories.push(directory)
      return create({ path: join(directory, 'sessions.db'), bounds, clock, log: memoryLog() })
    },
    cleanUp: () => {
      for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
    },
  }
}
