/** `faults:` of a scenario: each kind with its own keys. What stands beside who and when goes into the plan as it is read. */
import { z } from 'zod'
import { keys, oneOrMany } from '../../src/files/forms.ts'
import { count, duration, flag, name, word } from '../../src/files/scalars.ts'
import { suggestion } from '../../src/files/usageError.ts'
import { latency } from './distributions.ts'
import { odds, threadId } from './scalars.ts'

const optional = z.exactOptional

const since = duration('Default 0s.').prefault('0s')
const until = optional(duration('Default: the end.'))
const lines = oneOrMany('Lines by their names; those of a connector or of an endpoint by theirs; or any.', name('A line, a connector, an endpoint, or any.'))
const connectors = oneOrMany('Connectors, or any: each for itself.', name('A connector, or any.'))

/** Falls again and again, or at given times. */
function strike<K extends string, T extends z.core.$ZodLooseShape>(kind: K, about: string, facts: T, who = connectors) {
  return keys({
    kind: z.literal(kind).describe(about),
    who,
    every: optional(duration('Again and again, with this mean between them (Poisson). Or give at.', 1)),
    at: optional(oneOrMany('At exactly these times. Or give every.', duration('A time.'))),
    since,
    until,
    ...facts,
  })
}

/** Falls on single messages. */
function passing<K extends string, T extends z.core.$ZodLooseShape>(kind: K, about: string, facts: T, who = connectors) {
  return keys({
    kind: z.literal(kind).describe(about),
    who,
    odds: odds('For each that passes.'),
    since,
    until,
    ...facts,
  })
}

const arrives = optional(odds('Share of the commands on their way to the store, the first of them, that it still gets. Default: drawn each time.'))
const lateBy = latency('How long after the cut the last of these comes in. Default uniform: [0ms, 100ms].').prefault({ uniform: ['0ms', '100ms'] })
const midStep = odds('Odds that it falls between two effects of the next step; otherwise between two inputs. Default 50%.').prefault('50%')
const restartAfter = latency('Default 100ms.').prefault('100ms')

const crash = strike('crash', 'A thread dies with all that it had in memory, and starts again after `restartAfter`.', {
  thread: optional(threadId('Which. Default any of them.')),
  midStep,
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

const pause = strike(
  'pause',
  'A thread does nothing for `lasts`, while what comes waits for it. With `abandonAfter` another life is started meanwhile, which the first does not know of.',
  {
    thread: optional(threadId('Which. Default any of them.')),
    midStep,
    lasts: latency('How long. Default uniform: [10ms, 5s].').prefault({ uniform: ['10ms', '5s'] }),
    abandonAfter: optional(latency('When it is taken for dead, and another life is started. Default never.')),
  },
)
const clock = strike(
  'clock',
  'A clock goes wrong by `by`, forwards or backwards, and from then on by up to `drift` parts in a million; after `lasts` it is set right.',
  {
    thread: optional(threadId("Whose. Default any thread's.")),
    store: optional(flag("The store's.")),
    by: latency('How far. Default uniform: [0ms, 250ms], so that two clocks are at most 500 ms apart (S3).').prefault({ uniform: ['0ms', '250ms'] }),
    driftPpm: count('Fast or slow. Default 0.', { least: 0, most: 100_000 }).prefault(0),
    lasts: optional(latency('Default: until `until`.')),
  },
)
const partition = strike(
  'partition',
  'Nothing gets through a line for `lasts`.',
  {
    lasts: latency('How long. Default uniform: [100ms, 5s].').prefault({ uniform: ['100ms', '5s'] }),
    ways: word('both, or one of them, drawn each time. Default both.', ['both', 'one']).prefault('both'),
    how: word('refused: connections are refused, and broken where they are. silent: nothing is heard. Default refused.', ['refused', 'silent']).prefault(
      'refused',
    ),
  },
  lines,
)

const threadLeaves = strike(
  'thread-leaves',
  "The last of the connector's threads leaves under load, where no farm needs it: farms are dealt anew, what it holds goes back, and its book is closed.",
  {},
)
const threadJoins = strike('thread-joins', 'A thread comes under load, up to two more than `threads`: farms are dealt anew.', {})

const drop = passing(
  'drop',
  'A prepare, a reply or an announcement is lost, with the connection that it came by.',
  {
    refused: odds('Odds that a lost prepare had no connection at all: its sender knows that it was not taken. Default 20%.').prefault('20%'),
    noticedAfter: optional(latency('When the sender of a prepare notices that its connection is broken. Default never: only time ends it.')),
  },
  lines,
)
const repeat = passing(
  'repeat',
  'What may be sent again comes twice: an announcement, or a prepare with a Request-Id. https gives nothing twice of itself, and who sends a POST again must know that it may.',
  { after: latency('Default 50ms.').prefault('50ms') },
  lines,
)
const delay = passing('delay', 'A message takes longer.', { by: latency('Default uniform: [0ms, 3s].').prefault({ uniform: ['0ms', '3s'] }) }, lines)
const reorder = passing(
  'reorder',
  'A message is overtaken by the next in its direction.',
  { by: latency('It waits for the next no longer. Default 500ms.').prefault('500ms') },
  lines,
)

const storeCommandLost = passing(
  'store-command-lost',
  'A command to the store is lost, and all after it, until its thread gives the connection up after 2s.',
  {},
)
const storeReplyLost = passing(
  'store-reply-lost',
  'The store applies a command, and its reply is lost, and all after it, until its thread gives the connection up after 2s.',
  {},
)
const storeDelay = passing('store-delay', 'A command to the store takes longer, and those behind it on its connection, which keep their order.', {
  by: latency('Default uniform: [0ms, 3s]; after 2s the connection is given up.').prefault({ uniform: ['0ms', '3s'] }),
})
const storeReorder = passing(
  'store-reorder',
  "A thread's connection to the store breaks behind a command, which comes in after those of the next connection.",
  {
    by: latency('How much later. Default uniform: [0ms, 500ms].').prefault({ uniform: ['0ms', '500ms'] }),
  },
)
const storeRepeat = passing('store-repeat', 'The store applies a command twice.', { after: latency('Default 50ms.').prefault('50ms') })
const storeError = passing(
  'store-error',
  'The store does nothing of a command, and answers that it cannot now: the thread makes a new connection, and asks again.',
  {},
)

const wakeLost = passing('wake-lost', 'A hint between two threads of the connector is lost.', {})
const wakeLate = passing('wake-late', 'A hint between two threads comes late.', { by: latency('Default 500ms.').prefault('500ms') })
const wakeRepeat = passing('wake-repeat', 'A hint between two threads comes twice.', { after: latency('Default 50ms.').prefault('50ms') })

const kinds = [
  crash,
  pause,
  clock,
  storeRestart,
  storeFailover,
  storeStall,
  storeCut,
  storeCommandLost,
  storeReplyLost,
  storeDelay,
  storeReorder,
  storeRepeat,
  storeError,
  threadLeaves,
  threadJoins,
  partition,
  drop,
  repeat,
  delay,
  reorder,
  wakeLost,
  wakeLate,
  wakeRepeat,
] as const

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
