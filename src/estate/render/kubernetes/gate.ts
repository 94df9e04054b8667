// The gate itself in Kubernetes: one writer of sessions, probes that tell the truth, nothing it does not need.
import type { Estate } from '../../estate.ts'
import { ownLabels } from './names.ts'

/** How the gate is run. */
export interface GateDeployment {
  /** Image reference with a tag or digest. */
  readonly image: string
  readonly namespace: string
}

const name = 'gatehouse'
const labels = { ...ownLabels, 'app.kubernetes.io/name': name }
const selector = { 'app.kubernetes.io/name': name }
const httpPort = 9000
const metricsPort = 9300

/** What the container gets; the scratch volume counts against the limit and leaves three quarters of it. */
const memory = { request: '96Mi', limit: '256Mi', scratch: '32Mi' } as const
const storage = '1Gi'

/** Objects of the gate: account, storage, workload, service, disruption budget, monitor, network policy. */
export function gateObjects(
  estate: Estate,
  { image, namespace }: GateDeployment,
): readonly object[] {
  const metadata = { name, namespace, labels }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    statefulSet(metadata, image),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        selector,
        ports: [
          { name: 'http', port: httpPort, targetPort: 'http' },
          { name: 'metrics', port: metricsPort, targetPort: 'metrics' },
        ],
      },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
    },
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata,
      spec: {
        selector: { matchLabels: selector },
        endpoints: [{ port: 'metrics', path: '/metrics', interval: '30s' }],
      },
    },
    networkPolicy(estate, metadata),
  ]
}

function statefulSet(metadata: object, image: string): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      // Sessions have one writer: SQLite on a volume of its own.
      replicas: 1,
      serviceName: name,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 30,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_532,
            fsGroup: 65_532,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [container(image)],
          volumes: [
            { name: 'config', secret: { secretName: `${name}-config` } },
            { name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: memory.scratch } },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
        },
      ],
    },
  }
}

function container(image: string): object {
  const probe = (path: string, periodSeconds: number): object => ({
    httpGet: { path, port: 'metrics' },
    periodSeconds,
    timeoutSeconds: 2,
    failureThreshold: 3,
  })
  return {
    name,
    image,
    args: ['serve', '--config', '/etc/gatehouse/gatehouse.yaml'],
    ports: [
      { name: 'http', containerPort: httpPort },
      { name: 'metrics', containerPort: metricsPort },
    ],
    // Readiness asks as a stranger does; a stalled store does not take the gate away.
    readinessProbe: probe('/readyz', 5),
    livenessProbe: probe('/livez', 10),
    resources: {
      requests: { cpu: '50m', memory: memory.request },
      limits: { memory: memory.limit },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'config', mountPath: '/etc/gatehouse', readOnly: true },
      { name: 'data', mountPath: '/var/lib/gatehouse' },
      { name: 'scratch', mountPath: '/tmp' },
    ],
  }
}

/** Only the reverse proxies reach the auth endpoints, only the namespace of Prometheus the metrics. */
function networkPolicy({ areas }: Estate, metadata: object): object {
  const inNamespace = (namespace: string): object => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  })
  const proxies = areas.networking.ingresses.flatMap(({ namespace }) =>
    namespace === undefined ? [] : [inNamespace(namespace)],
  )
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress'],
      ingress: [
        ...(proxies.length === 0
          ? []
          : [{ from: proxies, ports: [{ port: httpPort, protocol: 'TCP' }] }]),
        { from: [inNamespace('monitoring')], ports: [{ port: metricsPort, protocol: 'TCP' }] },
      ],
    },
  }
}
