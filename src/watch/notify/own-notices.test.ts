// Notices that no incident stands behind: a channel that fails, and the test of a person.
import { describe, expect, test } from 'bun:test'
import { channelNotice } from './channel-trouble.ts'
import { trialNotice } from './trial.ts'

const since = Date.UTC(2026, 3, 18, 12, 0)
const outage = { since, detail: 'Answered 401: "unauthorized"', carrier: null }

describe('channelNotice()', () => {
  test('opens and closes one pair, the same for the same outage', () => {
    const opened = channelNotice('phone', outage, null)
    const closed = channelNotice('phone', outage, since + 5_400_000)
    expect([opened.key, closed.key]).toEqual([
      `channel-phone-${since}#1`,
      `channel-phone-${since}#2`,
    ])
    expect([opened.kind, closed.kind]).toEqual(['opened', 'closed'])
    expect(closed.subject).toBe('Channel "phone" takes notifications again after 1h 30m')
    expect(channelNotice('phone', outage, null)).toEqual(opened)
    expect(channelNotice('phone', { ...outage, since: since + 1 }, null).key).not.toBe(opened.key)
  })

  test('says what the channel said, and waits for the morning', () => {
    const { labels, layer, text, urgency } = channelNotice('phone', outage, null)
    expect(text).toContain('It said: Answered 401: "unauthorized"')
    expect([urgency, layer]).toEqual(['notice', null])
    expect(labels).toEqual({
      alertname: 'GatehouseNotificationsFail',
      channel: 'phone',
      cause_id: 'channel:phone',
      severity: 'warning',
    })
  })
})

describe('trialNotice()', () => {
  test('cannot be taken for an incident', () => {
    const notice = trialNotice(since, 'gate.example.com', 'abc')
    expect(notice.subject).toBe('TEST from gate.example.com: nothing is wrong')
    expect(notice).toMatchObject({ kind: 'test', key: 'test-abc#1', layer: null, closedAt: null })
    expect(notice.labels['severity']).toBe('info')
  })
  test('a machine with a strange name breaks no line', () => {
    expect(trialNotice(since, 'a\r\nBcc: b', 'x').subject).toBe(
      'TEST from a Bcc: b: nothing is wrong',
    )
  })
})
