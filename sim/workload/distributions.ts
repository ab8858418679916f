/** How latencies and amounts are written in scenario files. */
import { z } from 'zod'
import { keys, oneOf } from '../../src/files/forms.ts'
import { duration, money } from '../../src/files/scalars.ts'
import type { AmountDistribution, Latency } from './plan.ts'
import { positive } from './scalars.ts'

export function latency(description: string) {
  const logNormal = keys({ median: duration('Half are shorter.'), sigma: positive('Of the logarithm.'), cap: duration('What is longer becomes this.') })
  return oneOf<Latency>({
    description,
    plain: duration('Always the same.').transform((ms): Latency => ({ kind: 'constant', ms })),
    forms: {
      uniform: between(duration('Shortest, longest.')).transform(([lowMs, highMs]): Latency => ({ kind: 'uniform', lowMs, highMs })),
      logNormal: logNormal.transform(({ median, sigma, cap }): Latency => ({ kind: 'logNormal', medianMs: median, sigma, capMs: cap })),
    },
  })
}

export function amounts(description: string) {
  const logNormal = keys({
    median: positive('Half are smaller.'),
    mean: z.exactOptional(positive('The mean without the cap; or give sigma.')),
    sigma: z.exactOptional(positive('Of the logarithm; or give mean.')),
    cap: money('What is larger becomes this.'),
  })
    .refine(({ mean, sigma }) => (mean === undefined) !== (sigma === undefined), { error: 'needs either mean or sigma' })
    .refine(({ median, mean }) => mean === undefined || mean > median, { path: ['mean'], error: 'the mean of a log-normal is above its median' })
    .refine(({ cap }) => cap > 0n, { path: ['cap'], error: 'is not above 0' })
  return oneOf<AmountDistribution>({
    description,
    plain: money('Always the same.').transform((amount): AmountDistribution => ({ kind: 'constant', amount })),
    forms: {
      uniform: between(money('Smallest, largest.')).transform(([low, high]): AmountDistribution => ({ kind: 'uniform', low, high })),
      logNormal: logNormal.transform(
        ({ median, mean = median, sigma = Math.sqrt(2 * Math.log(mean / median)), cap }): AmountDistribution => ({ kind: 'logNormal', median, sigma, cap }),
      ),
    },
  })
}

/** `[20ms, 30ms]` */
function between<T extends number | bigint>(bound: z.ZodType<T>) {
  return z
    .tuple([bound, bound], { error: 'is not a pair; write [lowest, highest]' })
    .refine(([low, high]) => low <= high, { error: 'the first of the pair is above the second' })
}
