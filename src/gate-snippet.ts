// Front door of the gate for what a proxy has to be told.
export { type DialectName, dialectNames } from './gate/dialect/dialect.ts'
export { type SnippetChoice, snippetInput, snippetWarning } from './gate/snippet/input.ts'
export { type ForwardAuthHeaders, forwardAuthHeaders } from './gate/snippet/forward-auth-headers.ts'
export { renderSnippet, renderSnippetFiles, snippetDirectory } from './gate/snippet/registry.ts'
export type { SnippetFile, SnippetInput } from './gate/snippet/snippet.ts'
