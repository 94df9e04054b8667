// Front door of the estate for the form of its section: twelve areas, which few commands need.
export { estateSchema } from './estate/config-schema.ts'
