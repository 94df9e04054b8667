// What the stories about a cluster need of one, be it a real API server or the stand-in.

/** A running API server. */
export interface KubernetesPeer {
  readonly url: string
  /** Certificates of its authority; null: it speaks HTTP. */
  readonly caFile: string | null
  /** May do everything. */
  readonly adminToken: string
  /** Is known, and may do nothing. */
  readonly strangerToken: string
  /** Writes an object: `call('POST', '/apis/…', object)`. Rejects unless the answer is good. */
  call(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<void>
  /** Ends the API server; what it stored stays. */
  kill(): Promise<void>
  /** Starts it again at the same address. */
  restart(): Promise<void>
  stop(): Promise<void>
}
