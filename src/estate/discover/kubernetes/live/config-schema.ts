// The section `services_from`: where a running gate takes further services from.
import { httpUrlText, pathText } from '../../../../model/setting-text.ts'
import {
  type OutputOf,
  defaulted,
  flag,
  list,
  optional,
  parsed,
  section,
  text,
} from '../../../../std/schema/schema.ts'
import { usualKubernetesSettings } from '../settings.ts'

const namespacesMax = 200
const annotationsMax = 10

/** A qualified name of Kubernetes: an optional DNS prefix, a slash, a name. */
function annotationText(example: string) {
  return parsed({
    wanted: `the name of an annotation such as "${example}"`,
    example,
    lengthMax: 317,
    parse: (value) =>
      /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(value)
        ? { ok: true, value }
        : { ok: false, error: {} },
  })
}

const kubernetesSchema = section({
  url: defaulted(
    'Where the API server answers',
    httpUrlText('https://kubernetes.default.svc'),
    'https://kubernetes.default.svc',
  ),
  token_file: optional(
    'File with the bearer token, read for every call; left out: that of the service account inside a ' +
      'cluster, none elsewhere',
    pathText('/etc/gatehouse/kubernetes-token'),
  ),
  ca_file: optional(
    'File with the certificates (PEM) of the authority of the API server; left out: that of the ' +
      'service account inside a cluster, those of the machine elsewhere',
    pathText('/etc/gatehouse/kubernetes-ca.pem'),
  ),
  namespaces: defaulted(
    'Namespaces that count; left out: all',
    list(text('a namespace such as "monitoring"', 'monitoring', 63), {
      min: 0,
      max: namespacesMax,
    }),
    [],
  ),
  auth_annotations: defaulted(
    'Annotations that name the auth tier; the first that an object has counts',
    list(annotationText('gatehouse.dev/auth'), { max: annotationsMax }),
    [...usualKubernetesSettings.authAnnotations],
  ),
  group_annotations: defaulted(
    'Annotations that name groups, separated by commas; the first that an object has counts',
    list(annotationText('gatehouse.dev/groups'), { max: annotationsMax }),
    [...usualKubernetesSettings.groupAnnotations],
  ),
  require_annotation: defaulted(
    'Only objects with one of "auth_annotations" count. "false": also those whose middleware asks a gate',
    flag(),
    true,
  ),
})

/** Declares `services_from`. */
export const servicesFromSchema = section({
  kubernetes: optional(
    'Ingress, IngressRoute and HTTPRoute objects of a cluster, as they are at any time',
    kubernetesSchema,
  ),
})

/** A cluster that services are taken from. */
export type KubernetesSource = OutputOf<typeof kubernetesSchema>
