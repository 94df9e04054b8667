// Front door of the gate for what moves here from an authentik.
export { type Imported, type ImportOptions, importEstate } from './gate/authentik/import/import.ts'
