// A mail server that takes what it is sent and keeps it: SMTP (RFC 5321) with AUTH, STARTTLS and refusals.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type Server, type Socket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket, createSecureContext } from 'node:tls'

/** One mail that was taken. */
export interface TakenMail {
  readonly from: string
  readonly to: readonly string[]
  /** Header and body as sent, lines ended by CR LF, dots unstuffed. */
  readonly message: string
  readonly tls: boolean
  /** User name and password that were given, null without AUTH. */
  readonly auth: readonly [user: string, password: string] | null
}

/** How the server behaves. */
export interface SmtpOptions {
  /** `none` offers no TLS, `starttls` offers it, `implicit` begins with it. */
  readonly tls?: 'none' | 'starttls' | 'implicit'
  /** Answer to a command in place of the usual one: `{ RCPT: '550 No such user' }`. */
  readonly replies?: Readonly<Record<string, string>>
  /** Says nothing at all. */
  readonly silent?: boolean
  /** Certificate for TLS; without it one that nobody trusts is made. */
  readonly certificate?: Certificate
}

/** A running server. */
export interface SmtpServer {
  readonly port: number
  readonly mails: readonly TakenMail[]
  /** Every command line that came. */
  readonly commands: readonly string[]
  /** Connections that are open. */
  connections(): number
  stop(): Promise<void>
}

/** PEM texts. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** A certificate for 127.0.0.1 that no client trusts, made with `openssl`. */
export function selfSigned(): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-smtp-'))
  try {
    const made = spawnSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-days',
          '1',
          '-subj',
          '/CN=localhost',
        ],
        ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
        ...['-keyout', 'key.pem', '-out', 'cert.pem'],
      ],
      { cwd: directory, encoding: 'utf8' },
    )
    if (made.status !== 0) throw new Error(`Making a certificate failed: ${made.stderr}`)
    const read = (name: string): string => readFileSync(join(directory, name), 'utf8')
    return { key: read('key.pem'), cert: read('cert.pem') }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Starts one on a free port of loopback. */
export async function startSmtp(options: SmtpOptions = {}): Promise<SmtpServer> {
  const withTls = (options.tls ?? 'none') !== 'none'
  const certificate = withTls ? (options.certificate ?? selfSigned()) : null
  const mails: TakenMail[] = []
  const commands: string[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    if (options.silent === true) return
    const session = new Session({ options, certificate, mails, commands })
    const secure = options.tls === 'implicit' ? encrypted(socket, certificate) : socket
    session.attach(secure, options.tls === 'implicit')
    session.say('220 mail.test ESMTP')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    mails,
    commands,
    connections: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}

function encrypted(socket: Socket, certificate: Certificate | null): TLSSocket {
  const secureContext = createSecureContext(certificate ?? {})
  const secure = new TLSSocket(socket, { isServer: true, secureContext })
  secure.on('error', () => {})
  return secure
}

interface Shared {
  readonly options: SmtpOptions
  readonly certificate: Certificate | null
  readonly mails: TakenMail[]
  readonly commands: string[]
}

class Session {
  readonly #shared: Shared
  #socket: Socket | null = null
  #tls = false
  #buffer = ''
  #inData = false
  #from = ''
  #to: string[] = []
  #auth: TakenMail['auth'] = null

  constructor(shared: Shared) {
    this.#shared = shared
  }

  attach(socket: Socket, tls: boolean): void {
    this.#socket = socket
    this.#tls = tls
    this.#buffer = ''
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
  }

  say(...lines: readonly string[]): void {
    this.#socket?.write(lines.map((line) => `${line}\r\n`).join(''))
  }

  #read(bytes: Buffer): void {
    this.#buffer += bytes.toString('utf8')
    for (;;) {
      const mark = this.#inData ? '\r\n.\r\n' : '\r\n'
      const end = this.#buffer.indexOf(mark)
      if (end === -1) return
      const text = this.#buffer.slice(0, end)
      this.#buffer = this.#buffer.slice(end + mark.length)
      if (this.#inData) this.#take(text)
      else this.#command(text)
    }
  }

  #take(text: string): void {
    this.#inData = false
    const message = `${text}\r\n`.replace(/^\.\./gm, '.')
    const { mails } = this.#shared
    mails.push({ from: this.#from, to: this.#to, message, tls: this.#tls, auth: this.#auth })
    this.#to = []
    this.say('250 Taken')
  }

  #command(line: string): void {
    const { commands, options } = this.#shared
    commands.push(line)
    const word = line.split(' ', 1)[0]?.toUpperCase() ?? ''
    const other = options.replies?.[word]
    if (other !== undefined) return this.say(other)
    const act = this.#actions[word]
    if (act === undefined) this.say('250 Good')
    else act(line)
  }

  /** What is done at each command that is more than a formality. */
  readonly #actions: Readonly<Record<string, (line: string) => void>> = {
    EHLO: () => {
      const offersTls = this.#shared.options.tls === 'starttls' && !this.#tls
      const offers = offersTls ? ['250-STARTTLS'] : []
      this.say('250-mail.test', ...offers, '250-AUTH PLAIN', '250 8BITMIME')
    },
    STARTTLS: () => {
      this.say('220 Go on')
      const plain = this.#socket
      plain?.removeAllListeners('data')
      if (plain !== null) this.attach(encrypted(plain, this.#shared.certificate), true)
    },
    AUTH: (line) => {
      const given = Buffer.from(line.split(' ')[2] ?? '', 'base64').toString('utf8')
      const [, user = '', password = ''] = given.split('\0')
      this.#auth = [user, password]
      this.say('235 Welcome')
    },
    MAIL: (line) => {
      this.#from = /<(.*)>/.exec(line)?.[1] ?? ''
      this.say('250 Good')
    },
    RCPT: (line) => {
      this.#to.push(/<(.*)>/.exec(line)?.[1] ?? '')
      this.say('250 Good')
    },
    DATA: () => {
      this.#inData = true
      this.say('354 Go on')
    },
    QUIT: () => {
      this.say('221 Bye')
      this.#socket?.end()
    },
  }
}
