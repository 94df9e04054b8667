// Whether another watch is alive: it answers, and its rounds end in time.
import { fromUtf8 } from '../../std/bytes.ts'
import { aFlag, objectOf, readJson } from '../../std/shape.ts'
import type { HttpClient } from '../../world/http-client.ts'

/** Path at which a watch says its verdict; 503 where its rounds do not end. */
export const verdictPath = '/verdict'

const answerBytesMax = 1024 * 1024
const verdictShape = objectOf<{ readonly ready: boolean }>({ ready: aFlag })

/** Asks once. Never rejects. */
export async function askPeer(
  http: HttpClient,
  url: string,
  timeoutMs: number,
): Promise<{ readonly alive: boolean; readonly detail: string }> {
  const asked = `${url.replace(/\/$/, '')}${verdictPath}`
  const answer = await http.send({ url: asked, timeoutMs, bytesMax: answerBytesMax })
  if (!answer.ok) return { alive: false, detail: `No answer: ${answer.error.code}` }
  const { body, status } = answer.value
  // A page of whoever stands before it answers 200 as well: that is not the watch.
  const said = status === 200 ? readJson(fromUtf8(body) ?? '', verdictShape) : undefined
  if (said?.ready === true) return { alive: true, detail: 'Answers, and its rounds end in time' }
  if (status === 200) return { alive: false, detail: 'Answers with 200, and not as a watch does' }
  const detail = status === 503 ? 'Answers, but its rounds do not end' : `Answers with ${status}`
  return { alive: false, detail }
}
