// What is read out of wrk's output.
import { expect, test } from 'bun:test'
import { parseSummary, roundOf } from './wrk.ts'

const output = `Running 2s test @ http://127.0.0.1:9000/
  1 threads and 64 connections
Requests/sec:  50000.00
{"requests":100000,"microseconds":2000000,"bytes":1,"notOk":3,"socketErrors":0,"p50":500.0,"p99":2500.0,"max":9.0}
`

test('parseSummary takes the JSON line out of what else wrk prints', () => {
  expect(parseSummary(output)).toMatchObject({ requests: 100_000, p99: 2500, notOk: 3 })
})

test('parseSummary rejects output without one', () => {
  expect(() => parseSummary('unable to connect')).toThrow('wrk said nothing that can be read')
})

test('roundOf counts by the clock and by the processor time of the server', () => {
  expect(roundOf(parseSummary(output), 1)).toEqual({
    requests: 100_000,
    perSecond: 50_000,
    perProcessorSecond: 100_000,
    busy: 0.5,
    p50: 0.5,
    p99: 2.5,
    notOk: 3,
    socketErrors: 0,
  })
})

test('roundOf says nothing about a cost that was too small to be measured', () => {
  expect(roundOf(parseSummary(output), 0).perProcessorSecond).toBe(0)
})
