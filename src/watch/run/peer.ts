// Whether another watch is alive: it answers, and its rounds end in time.
import type { HttpClient } from '../../world/http-client.ts'

/** Path at which a watch says its verdict; 503 where its rounds do not end. */
export const verdictPath = '/verdict'

const answerBytesMax = 1024 * 1024

/** Asks once. Never rejects. */
export async function askPeer(
  http: HttpClient,
  url: string,
  timeoutMs: number,
): Promise<{ readonly alive: boolean; readonly detail: string }> {
  const asked = `${url.replace(/\/$/, '')}${verdictPath}`
  const answer = await http.send({ url: asked, timeoutMs, bytesMax: answerBytesMax })
  if (!answer.ok) return { alive: false, detail: `No answer: ${answer.error.code}` }
  const { status } = answer.value
  if (status === 200) return { alive: true, detail: 'Answers, and its rounds end in time' }
  const detail = status === 503 ? 'Answers, but its rounds do not end' : `Answers with ${status}`
  return { alive: false, detail }
}
