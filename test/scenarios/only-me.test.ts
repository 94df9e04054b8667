// "Is it only me?": what somebody who was turned away reads, while a real proxy comes and goes.
import { expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { startDiagnosisEstate } from '../support/diagnosis-estate.ts'
import { signIn } from '../support/proxy-setup.ts'
import { until } from '../support/until.ts'

scenario('only me: the page follows what the watch finds', { needs: ['nginx'] }, async () => {
  const estate = await startDiagnosisEstate({ everyMs: 1000 })
  const headers = { Host: `auth.home.localhost:${estate.port}` }
  const page = async (host: string): Promise<string> => {
    const address = `http://127.0.0.1:${estate.gatePort}/_gatehouse/status?host=${host}`
    const answer = await fetch(address, { headers })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('set-cookie')).toBeNull()
    return answer.text()
  }
  try {
    // Turned away, and led to the page.
    const cookie = await signIn('alice', estate.port)
    const refused = await fetch(`http://127.0.0.1:${estate.port}/api/x`, {
      headers: { Host: `app.home.localhost:${estate.port}`, Cookie: cookie, Accept: 'text/html' },
    })
    expect(refused.status).toBe(403)
    const status = `http://auth.home.localhost:${estate.port}/_gatehouse/status?host=app.home.localhost`
    expect(await refused.text()).toContain(status)
    // All is well: it may be her.
    const becomes = async (...texts: readonly string[]): Promise<string> => {
      let shown = ''
      await until(
        async () => {
          shown = await page('app.home.localhost')
          return texts.every((text) => shown.includes(text))
        },
        () => `${texts.join(' and ')} in ${shown}`,
      )
      return shown
    }
    await becomes('answers strangers', 'It works for others', 'What one person alone can have')
    // The proxy is gone: it is everybody.
    await estate.nginx.stop()
    const broken = await becomes(
      'It is not only you',
      'The way to the services is broken for everyone since',
    )
    expect(broken).not.toContain('127.0.0.1')
  } finally {
    await estate.stop()
  }
})

scenario('only me: without a watch the page says so', { needs: ['nginx'] }, async () => {
  const estate = await startDiagnosisEstate({ watch: false })
  try {
    const answer = await fetch(`http://127.0.0.1:${estate.gatePort}/_gatehouse/status`, {
      headers: { Host: `auth.home.localhost:${estate.port}` },
    })
    expect(await answer.text()).toContain('Nothing watches this gate')
  } finally {
    await estate.stop()
  }
})
