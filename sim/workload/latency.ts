import type { Latency } from './plan.ts'

/** The longest that can be drawn. */
export function longestMs(latency: Latency): number {
  switch (latency.kind) {
    case 'constant':
      return latency.ms
    case 'uniform':
      return latency.highMs
    case 'logNormal':
      return latency.capMs
  }
}
