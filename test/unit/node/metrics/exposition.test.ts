import { expect, test } from 'vitest'
import { exposition } from '../../../../src/node/metrics/exposition.ts'
import { Histogram } from '../../../../src/node/metrics/histogram.ts'

test('counters and gauges → help, type and a line each; what has a quote, a backslash or a line end in it is escaped', () => {
  const text = exposition([
    { name: 'a_total', help: 'Some\nthing.', type: 'counter', samples: [{ labels: { who: 'x"y\\z\n' }, value: 3 }] },
    { name: 'b', help: 'Large.', type: 'gauge', samples: [{ labels: {}, value: -9007199254740993n }] },
    { name: 'c', help: 'None.', type: 'gauge', samples: [] },
  ])
  expect(text).toBe(
    '# HELP a_total Some\\nthing.\n# TYPE a_total counter\na_total{who="x\\"y\\\\z\\n"} 3\n# HELP b Large.\n# TYPE b gauge\nb -9007199254740993\n',
  )
})

test('a histogram → buckets add up, sum and count', () => {
  const histogram = new Histogram()
  for (const ms of [1, 2, 2, 40_000]) histogram.observe(ms)
  const text = exposition([{ name: 'h', help: 'x', type: 'histogram', samples: [{ labels: { thread: 't0' }, buckets: histogram.figures() }] }])
  const lines = text.split('\n')
  expect(lines).toEqual(
    expect.arrayContaining(['h_bucket{thread="t0",le="0.001"} 1', 'h_bucket{thread="t0",le="0.0025"} 3', 'h_bucket{thread="t0",le="30"} 3']),
  )
  expect(lines.slice(-4)).toEqual(['h_bucket{thread="t0",le="+Inf"} 4', 'h_sum{thread="t0"} 40.005', 'h_count{thread="t0"} 4', ''])
})
