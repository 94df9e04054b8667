// The table of faults and the page that shows them: every entry is complete and says what to do.
import { describe, expect, test } from 'bun:test'
import { faultPage } from '../pages/sign-in-pages.tsx'
import { type SignInFaultEntry, signInFaults } from './faults.ts'

const entries: readonly (readonly [string, SignInFaultEntry])[] = Object.entries(signInFaults)

describe('faultPage', () => {
  for (const [code, entry] of entries)
    test(`tells of ${code} what happened, why, and what one can do`, async () => {
      const response = faultPage({
        code,
        entry,
        requestId: 'r-7',
        retry: null,
        observed: ['Something <was> seen'],
        quoted: '',
      })
      const html = await response.text()
      expect(response.status).toBe(entry.status)
      expect([400, 403, 503]).toContain(response.status)
      expect(response.headers.get('retry-after')).toBe(entry.status === 503 ? '5' : null)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(html).toContain(`<h1>${entry.title}</h1>`)
      expect(html).toContain(`Reason <code>${code}</code>`)
      expect(html).toContain('Request <code>r-7</code>')
      expect(html).toContain('Something &lt;was>')
      expect(html).not.toContain('Try again</a>')
      for (const help of entry.helps) expect(html).toContain(help)
      expect(entry.title).not.toMatch(/\.$|n't/)
      expect(entry.text).toMatch(/\.$/)
    })

  test('quotes the provider as text and links to where one can try again', async () => {
    const response = faultPage({
      code: 'denied',
      entry: signInFaults.denied,
      requestId: 'r-7',
      retry: '/_gatehouse/sign-in?rd=https%3A%2F%2Fa.test%2F%22&x=1',
      observed: [],
      quoted: '"><img src=x>',
    })
    const html = await response.text()
    expect(html).not.toContain('<img')
    expect(html).toContain('href="/_gatehouse/sign-in?rd=https%3A%2F%2Fa.test%2F%22&amp;x=1"')
  })
})
