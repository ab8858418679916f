/** `faults:` of a scenario: each kind with its own keys. What stands beside who and when goes into the plan as it is read. */
import { z } from 'zod'
import { keys, oneOrMany } from '../../src/files/forms.ts'
import { duration, name } from '../../src/files/scalars.ts'
import { suggestion } from '../../src/files/usageError.ts'
import { latency } from './distributions.ts'
import { odds, threadId } from './scalars.ts'

const optional = z.exactOptional

const since = duration('Default 0s.').prefault('0s')
const until = optional(duration('Default: the end.'))
const connectors = oneOrMany('Connectors, or any: each for itself.', name('A connector, or any.'))

/** Falls again and again, or at given times. */
function strike<K extends string, T extends z.core.$ZodLooseShape>(kind: K, about: string, facts: T) {
  return keys({
    kind: z.literal(kind).describe(about),
    who: connectors,
    every: optional(duration('Again and again, with this mean between them (Poisson). Or give at.', 1)),
    at: optional(oneOrMany('At exactly these times. Or give every.', duration('A time.'))),
    since,
    until,
    ...facts,
  })
}

/** Falls on single messages. */
function passing<K extends string, T extends z.core.$ZodLooseShape>(kind: K, about: string, facts: T) {
  return keys({
    kind: z.literal(kind).describe(about),
    who: connectors,
    odds: odds('For each that passes.'),
    since,
    until,
    ...facts,
  })
}

const arrives = optional(odds('Share of the commands on their way to the store, the first of them, that it still gets. Default: drawn each time.'))
const lateBy = latency('How long after the cut the last of these comes in. Default uniform: [0ms, 100ms].').prefault({ uniform: ['0ms', '100ms'] })
const restartAfter = latency('Default 100ms.').prefault('100ms')

const crash = strike('crash', 'A thread dies with all that it had in memory, and starts again after `restartAfter`.', {
  thread: optional(threadId('Which. Default any of them.')),
  midStep: odds('Odds that it falls between two effects of the next step; otherwise between two inputs. Default 50%.').prefault('50%'),
  restartAfter,
  arrives,
  lateBy,
})
const storeRestart = strike('store-restart', 'The store dies and comes back after `restartAfter`; every connection breaks.', {
  restartAfter,
  arrives,
  loses: optional(latency('It comes back, whole, as it was so long before. Default: with all its data. See durability.')),
})
const storeFailover = strike('store-failover', 'One of three nodes of the store dies; its replica takes over after `restartAfter`; every connection breaks.', {
  restartAfter,
  arrives,
  loses: latency('The shards of that node come back as they were so long before. Default 100ms. See durability.').prefault('100ms'),
})
const storeCut = strike('store-cut', "A thread's connection to the store breaks, and it makes a new one.", {
  thread: optional(threadId('Which. Default any of them.')),
  arrives,
  lateBy,
})
const storeStall = strike('store-stall', 'The store stands still for `lasts`; a thread whose command is not answered within 2s gives its connection up.', {
  lasts: latency('How long.'),
  arrives,
  lateBy,
})

const wakeLost = passing('wake-lost', 'A hint between two threads of the connector is lost.', {})
const wakeLate = passing('wake-late', 'A hint between two threads comes late.', { by: latency('Default 500ms.').prefault('500ms') })
const wakeRepeat = passing('wake-repeat', 'A hint between two threads comes twice.', { after: latency('Default 50ms.').prefault('50ms') })

const kinds = [crash, storeRestart, storeFailover, storeStall, storeCut, wakeLost, wakeLate, wakeRepeat] as const

const KINDS: readonly string[] = kinds.map(({ shape }) => shape.kind.value)

export const fault = z
  .discriminatedUnion('kind', kinds, {
    error: (issue) => {
      const { input } = issue
      if (issue.code !== 'invalid_union') return 'is not a map; write who, kind and when'
      const kind = typeof input === 'object' && input !== null && 'kind' in input ? input.kind : undefined
      return kind === undefined ? `is missing; write one of ${KINDS.join(', ')}` : `'${kind}' is not known; ${suggestion(String(kind), KINDS)}`
    },
  })
  .refine((given) => 'odds' in given || (given.every === undefined) !== (given.at === undefined), { error: 'needs either every or at' })
  .refine(({ since, until }) => until === undefined || since < until, { path: ['until'], error: 'is not after since' })
