// What a watch of many hosts knocks at, in a process of its own: proxy, gate and services in one, and a count.
// Prints its ports as JSON, the one with TLS first.
import { selfSigned } from '../../src/gate/transport/self-signed.ts'
import { realRandom } from '../../src/world/random.ts'

let requests = 0

function answer(request: Request): Response {
  const { hostname, pathname } = new URL(request.url)
  if (pathname === '/count') return Response.json({ requests })
  requests++
  // Under an address it is a service itself; under a name, or at the auth endpoint, nobody is signed in.
  if (hostname === '127.0.0.1' && !pathname.startsWith('/_gatehouse/'))
    return new Response('<!doctype html><title>Service</title>'.padEnd(8000, ' '))
  return new Response(null, {
    status: 302,
    headers: { location: 'https://auth.example.com/_gatehouse/sign-in?rd=x' },
  })
}

const certificate = selfSigned({ name: 'example.com', now: Date.now(), random: realRandom() })
const common = { hostname: '127.0.0.1', port: 0, fetch: answer } as const
const secure = Bun.serve({
  ...common,
  tls: { key: certificate.privateKeyPem, cert: certificate.certificatePem },
})
const plain = Bun.serve(common)
process.stdin.on('end', () => process.exit(0))
process.stdin.resume()
console.log(JSON.stringify([secure.port, plain.port]))
