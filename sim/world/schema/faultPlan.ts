/** What goes wrong, in the plan. */
import { z } from 'zod'
import type { FaultPlan } from '../../workload/faultPlan.ts'
import { describes, named } from './shape.ts'
import { count, name, threadId } from './values.ts'

export const milliseconds = z.number().min(0)
export const odds = z.number().min(0).max(1)

export const latency = named(
  'Latency',
  'One-way, ms.',
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('constant'), ms: milliseconds }),
    z.strictObject({ kind: z.literal('uniform'), lowMs: milliseconds, highMs: milliseconds }),
    z.strictObject({ kind: z.literal('logNormal'), medianMs: milliseconds, sigma: z.number(), capMs: milliseconds }),
  ]),
)

const entry = {
  name: name.describe('Its entry of the scenario.'),
  who: z.string().describe('A connector, or a line by its name.'),
  fromMs: milliseconds,
  untilMs: milliseconds,
}
const times = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('every'), meanMs: milliseconds }).describe('Poisson, with this mean.'),
  z
    .strictObject({
      kind: z.literal('at'),
      atMs: z.array(milliseconds),
      draws: z.exactOptional(z.array(count)).describe('For each time, which draw of this entry it is. Left out: counted from 1.'),
    })
    .describe('At exactly these times.'),
])

/** Falls at a time. */
function strike<K extends string, T extends z.core.$ZodLooseShape>(kind: K, facts: T) {
  return z.strictObject({ ...entry, times, kind: z.literal(kind), ...facts })
}

/** Falls on single messages. */
function passing<K extends string, T extends z.core.$ZodLooseShape>(kind: K, facts: T) {
  return z.strictObject({ ...entry, odds: odds.describe('For each message that passes.'), kind: z.literal(kind), ...facts })
}

const cut = {
  arrives: z.exactOptional(odds.describe('Share of the commands on their way to the store, the first, that it still gets. Left out: drawn each time.')),
  lateBy: latency.describe('How long after the cut the last of these comes in.'),
}

export const fault = z.discriminatedUnion('kind', [
  strike('crash', {
    thread: z.exactOptional(threadId.describe('Left out: any.')),
    midStep: odds.describe('That it falls between two effects of the next step; otherwise between two inputs.'),
    restartAfter: latency,
    ...cut,
  }).describe('A thread dies with all that it had in memory, and starts again under a new epoch.'),
  strike('pause', {
    thread: z.exactOptional(threadId.describe('Left out: any.')),
    midStep: odds.describe('That it falls between two effects of the next step; otherwise between two inputs.'),
    lasts: latency,
    abandonAfter: z.exactOptional(latency.describe('When another life is started, while the first may yet wake. Left out: never.')),
  }).describe('A thread does nothing for a time, while what comes waits for it.'),
  strike('clock', {
    thread: z.exactOptional(threadId.describe("Whose. Left out: any, but where it is the store's.")),
    store: z.exactOptional(z.boolean()),
    by: latency.describe('How far, forwards or backwards.'),
    driftPpm: milliseconds.describe('Parts in a million, at most, fast or slow.'),
    lasts: z.exactOptional(latency.describe('Left out: until untilMs.')),
  }).describe('A clock goes wrong, and is set right.'),
  strike('partition', { lasts: latency, ways: z.enum(['both', 'one']), how: z.enum(['refused', 'silent']) }).describe('Nothing gets through a line.'),
  strike('store-restart', { restartAfter: latency, arrives: cut.arrives, loses: z.exactOptional(latency.describe('Left out: nothing.')) }).describe(
    'The store dies and comes back as it was so long before; every connection breaks.',
  ),
  strike('store-failover', { restartAfter: latency, arrives: cut.arrives, loses: latency }).describe(
    'One node of the store dies, and its shards come back as they were so long before; every connection breaks.',
  ),
  strike('store-cut', { thread: z.exactOptional(threadId.describe('Left out: any.')), ...cut }).describe(
    "A thread's connection to the store breaks, and it makes a new one.",
  ),
  strike('store-stall', { lasts: latency, ...cut }).describe('The store stands still; a connection with a command that is not answered in time is given up.'),
  strike('thread-leaves', {}).describe("The last of the connector's threads leaves, where no farm needs it."),
  strike('thread-joins', {}).describe('A thread comes, behind the last.'),
  passing('drop', {
    refused: odds.describe('That a lost prepare had no connection, so that its sender knows that it was not taken.'),
    noticedAfter: z.exactOptional(latency.describe('When its sender notices that the connection is broken. Left out: never.')),
  }).describe('A message is lost, with the connection that it came by.'),
  passing('repeat', { after: latency }).describe('An announcement, or a prepare with an id, comes twice.'),
  passing('delay', { by: latency }).describe('A message takes so much longer.'),
  passing('reorder', { by: latency }).describe('A message is overtaken by the next in its direction, or comes so much later.'),
  passing('store-command-lost', {}).describe('A command to the store is lost, and all after it by its connection.'),
  passing('store-reply-lost', {}).describe('A command to the store is applied; its reply is lost, and all after it by its connection.'),
  passing('store-delay', { by: latency }).describe('A command to the store, and those behind it on its connection, take so much longer.'),
  passing('store-reorder', { by: latency }).describe('A connection to the store breaks behind a command, which comes in after those of the next one.'),
  passing('store-repeat', { after: latency }).describe('The store applies a command twice.'),
  passing('store-error', {}).describe('The store does nothing of a command, and answers that it cannot now.'),
  passing('wake-lost', {}).describe('A hint between two threads is lost.'),
  passing('wake-late', { by: latency }).describe('A hint between two threads comes late.'),
  passing('wake-repeat', { after: latency }).describe('A hint between two threads comes twice.'),
])

describes<typeof fault, FaultPlan>()
