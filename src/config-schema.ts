// Front door of the configuration for its form, all parts of it.
export { configJsonSchema } from './config/schema.ts'
