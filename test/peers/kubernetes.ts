// A real API server of Kubernetes with its etcd: nothing runs in it, but everything can be declared.
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KubernetesPeer } from './kubernetes-peer.ts'
import { type PeerProcess, peerDirectory, startPeer } from './peer-process.ts'
import { freePorts } from './ports.ts'

const adminToken = 'admin-token'
const strangerToken = 'stranger-token'

/** Starts etcd and kube-apiserver. Tokens: one of an administrator, one of nobody in particular. */
export async function startKubernetes(): Promise<KubernetesPeer> {
  const [etcdPort = 0, etcdPeerPort = 0, port = 0] = await freePorts(3)
  const etcd = await startPeer({
    name: 'etcd',
    command: [
      'etcd',
      '--data-dir=data',
      '--unsafe-no-fsync',
      `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
      `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
      `--listen-peer-urls=http://127.0.0.1:${etcdPeerPort}`,
    ],
    directory: peerDirectory('etcd'),
    ports: [etcdPort],
  })
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const files = {
    'sa.key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'sa.pub': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    'tokens.csv': `${adminToken},admin,1,"system:masters"\n${strangerToken},stranger,2\n`,
  }
  const url = `https://127.0.0.1:${port}`
  // The certificate that it makes for itself is kept over a restart, as a real one's is.
  const certificates = peerDirectory('kubernetes-certificates')
  const caFile = join(certificates, 'apiserver.crt')
  const start = async (): Promise<PeerProcess> =>
    startPeer({
      name: 'kube-apiserver',
      command: [
        'kube-apiserver',
        `--etcd-servers=http://127.0.0.1:${etcdPort}`,
        '--bind-address=127.0.0.1',
        `--secure-port=${port}`,
        `--cert-dir=${certificates}`,
        '--service-account-issuer=https://kubernetes.default.svc',
        '--service-account-signing-key-file=sa.key',
        '--service-account-key-file=sa.pub',
        '--service-cluster-ip-range=10.0.0.0/24',
        '--token-auth-file=tokens.csv',
        '--authorization-mode=RBAC',
        '--endpoint-reconciler-type=none',
        '--profiling=false',
      ],
      directory: peerDirectory('kubernetes', files),
      ports: [port],
      isReady: async () => isReady(url, caFile),
      readyTimeoutMs: 60_000,
    })
  let server = await start().catch(async (cause: unknown) => {
    await etcd.stop()
    throw cause
  })
  const call: KubernetesPeer['call'] = async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      tls: { ca: readFileSync(caFile, 'utf8') },
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
  }
  return {
    url,
    caFile,
    adminToken,
    strangerToken,
    call,
    kill: async () => server.stop(),
    restart: async () => {
      server = await start()
    },
    stop: async () => {
      await server.stop()
      await etcd.stop()
    },
  }
}

async function isReady(url: string, caFile: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, {
      headers: { Authorization: `Bearer ${adminToken}` },
      tls: { ca: readFileSync(caFile, 'utf8') },
    })
    return answer.status === 200
  } catch {
    return false
  }
}
