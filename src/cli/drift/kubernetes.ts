// `gatehouse drift kubernetes`: what `generate kubernetes` writes, against a cluster or exported objects.
import { type ClusterSource, kubernetesDrift } from '../../estate-drift.ts'
import { forwardAuthHeaders } from '../../gate-snippet.ts'
import { type Result, err, ok } from '../../std/result.ts'
import { apiServer } from '../api-server.ts'
import { type TextFile, yamlDocuments } from '../exported-files.ts'
import { exportedFiles } from './places.ts'
import { type DriftInput, type DriftSource, unread } from './source.ts'

/** Kubernetes. */
export const kubernetes: DriftSource = {
  isDeclared: ({ loaded }) => loaded.servicesFrom !== null,
  compare: async (input) => {
    const { estate, loaded } = input.declared
    const headers = forwardAuthHeaders(loaded.gate)
    if (headers === null) return err(['Cannot write the identity headers into a middleware'])
    const source = sourceOf(input)
    if (!source.ok) return source
    const { image, namespace } = input.options
    const { from, name } = source.value
    const found = await kubernetesDrift(estate, { headers, image, namespace }, from)
    return found.ok
      ? ok({ report: found.value, source: name })
      : err(unread('Kubernetes', name, found.error))
  },
}

interface NamedCluster {
  readonly from: ClusterSource
  readonly name: string
}

function sourceOf(input: DriftInput): Result<NamedCluster, readonly string[]> {
  const { context, declared, options } = input
  const files = exportedFiles(input)
  if (!files.ok) return files
  if (files.value !== null) return documentsOf(files.value)
  const server = apiServer(options, declared.loaded.servicesFrom)
  if (server === null)
    return err(['Missing the address of the API server, wanted "--url", or "--from" with objects'])
  const { url } = server
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    return err([`Found the address "${url}", wanted one such as "https://10.0.20.100:6443"`])
  const { clock, files: disk, http } = context.world
  return ok({ from: { kind: 'api', server, files: disk, http, clock }, name: url })
}

function documentsOf(files: readonly TextFile[]): Result<NamedCluster, readonly string[]> {
  const documents = yamlDocuments(files)
  const name = files.map(({ path }) => path).join(', ')
  return documents.ok
    ? ok({ from: { kind: 'files', documents: documents.value }, name })
    : documents
}
