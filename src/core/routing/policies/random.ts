/**
 * random: floor(draw * n)
 *
 * For: it needs no data, so none can be stale or forged, and threads do not herd.
 * Against: it gives a small line, or one that never fulfills, as much as any other.
 * Source: the baseline of load balancing; equal-cost multipath in IP routers, without its hash of the flow.
 */
import { unit } from '../../values/draw.ts'
import type { Policy } from '../candidate.ts'

export const random: Policy = {
  name: 'random',
  summary: 'any account, each as likely as the next',
  pick: (candidates, choice) => Math.floor(unit(choice.draw) * candidates.length),
}
