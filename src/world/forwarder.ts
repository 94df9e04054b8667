// A request passed on as it is and its answer passed back as it comes, body by body, nothing kept.

/** Passes requests on. */
export interface Forwarder {
  /**
   * Sends `request` to `url` with `headers` and gives the answer with its body still flowing. Redirects
   * and compression are left to the client. Null when nothing answers.
   */
  forward(request: Request, url: string, headers: Headers): Promise<Response | null>
}

/** The real forwarder, over the runtime's fetch. */
export function realForwarder(): Forwarder {
  return {
    forward: async (request, url, headers) => {
      try {
        return await fetch(url, {
          method: request.method,
          headers,
          body: request.body,
          redirect: 'manual',
          decompress: false,
          signal: request.signal,
        })
      } catch {
        return null
      }
    },
  }
}
