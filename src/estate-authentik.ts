// Front door of the estate for authentik: drift, and what is written for it.
export { type AuthentikSource, authentikDrift, readLive } from './estate/authentik/drift.ts'
export { codifyAuthentik } from './estate/authentik/codify.ts'
export type { LiveAuthentik } from './estate/authentik/understand.ts'
export { renderBlueprint } from './estate/render/blueprint.ts'
export {
  renderAuthentikTerraform,
  renderDeclaredTerraform,
} from './estate/render/terraform/authentik-files.ts'
export type { ExportedFile } from './estate/authentik/read-live.ts'
