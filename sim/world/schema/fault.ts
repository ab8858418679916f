/** What goes wrong at a connector, as it happens. */
import { z } from 'zod'
import type { ConnectorStrike, LineStrike, Slip } from '../../faults/fault.ts'
import { describes, named } from './shape.ts'
import { count, threadId } from './values.ts'

const cut = named(
  'Cut',
  'What becomes of the commands that are on their way when a connection to the store is cut.',
  z.strictObject({
    arrives: z.number().min(0).max(1).describe('Share of them, the first, that the store still gets.'),
    lateUs: count.describe('When the last of these comes in, after the cut.'),
  }),
)
const cuts = z.array(cut).describe('For each thread, in their order.')

export const fault = named(
  'Fault',
  'Something that goes wrong at a connector.',
  z.discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('crash'),
        thread: threadId,
        midStep: z.exactOptional(z.number().min(0).max(1)).describe('In its next step it dies after this share of the effects. Left out: it dies at once.'),
        cut,
        restartUs: count.describe('From its death to the start of its next life.'),
      })
      .describe('A thread dies with all that it had in memory.'),
    z
      .strictObject({
        type: z.literal('pause'),
        thread: threadId,
        midStep: z.exactOptional(z.number().min(0).max(1)).describe('In its next step it pauses after this share of the effects. Left out: it pauses at once.'),
        lastsUs: count,
        abandonUs: z.exactOptional(count).describe('From its beginning until another life is started, and claims its book. Left out: it wakes before.'),
      })
      .describe('A thread does nothing for a time; what comes waits for it.'),
    z
      .strictObject({
        type: z.literal('clock'),
        clock: z.union([threadId, z.literal('store')]),
        byUs: z.int().describe('Forwards; backwards where negative.'),
        driftPpm: z.int().describe('Parts in a million; slow where negative.'),
        lastsUs: z.exactOptional(count).describe('Then it is set right. Left out: when its entry of the plan is over.'),
      })
      .describe('A clock goes wrong: what its thread sees as `at` differs from the virtual time of the line.'),
    z
      .strictObject({ type: z.literal('store-restart'), restartUs: count, cuts, losesUs: z.exactOptional(count.describe('Left out: nothing.')) })
      .describe('The store dies, and comes back as it was so long before.'),
    z
      .strictObject({ type: z.literal('store-failover'), restartUs: count, cuts, losesUs: count, node: count })
      .describe('One node of the store dies, and its shards come back as they were so long before.'),
    z.strictObject({ type: z.literal('store-cut'), thread: threadId, cut }).describe("A thread's connection to the store breaks."),
    z.strictObject({ type: z.literal('thread-leaves') }).describe("The last of the connector's threads leaves (B11)."),
    z.strictObject({ type: z.literal('thread-joins') }).describe('A thread comes, behind the last (B11).'),
    z.strictObject({ type: z.literal('store-stall'), lastsUs: count, cuts }).describe('The store applies and answers nothing for a time.'),
  ]),
)

export const lineFault = named(
  'LineFault',
  'Something that goes wrong on a line.',
  z
    .strictObject({
      type: z.literal('partition'),
      lastsUs: count,
      ways: z.enum(['both', 'forth', 'back']).describe("forth: nothing gets through from its first end, of a user's line the user."),
      how: z.enum(['refused', 'silent']).describe('Connections are refused, and broken; or nothing is heard.'),
    })
    .describe('Nothing gets through.'),
)

export const slip = named(
  'Slip',
  'Something that goes wrong with a single message.',
  z.discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('drop'),
        isRefused: z.boolean().describe('Of a prepare: there was no connection, and its sender knows that it was not taken.'),
        noticedUs: z.exactOptional(count).describe('When the sender of the prepare notices that its connection is broken. Left out: never.'),
      })
      .describe('The message of the next line is lost.'),
    z
      .strictObject({ type: z.literal('repeat'), afterUs: count })
      .describe('The message of the next line comes once more, so long after; what the other end replies to that is heard by nobody.'),
    z.strictObject({ type: z.literal('delay'), byUs: count }).describe('The message of the next line takes so much longer.'),
    z
      .strictObject({ type: z.literal('reorder'), byUs: count })
      .describe('The message of the next line comes after the next in its direction, or so much later.'),
    z
      .strictObject({ type: z.literal('store-command-lost') })
      .describe('The command that its thread sends now is lost, and all after it by this connection, which is given up when it was not answered in time.'),
    z
      .strictObject({ type: z.literal('store-reply-lost') })
      .describe('The command that its thread sends now is applied; no reply is heard any more by this connection, which is given up then.'),
    z
      .strictObject({ type: z.literal('store-delay'), byUs: count })
      .describe('The command that its thread sends now takes so much longer, and those behind it wait for it.'),
    z
      .strictObject({ type: z.literal('store-reorder'), byUs: count })
      .describe('The connection breaks behind the command that its thread sends now: what was on its way comes in by then.'),
    z.strictObject({ type: z.literal('store-repeat'), afterUs: count }).describe('The command that its thread sends now is applied once more, so long after.'),
    z
      .strictObject({ type: z.literal('store-error') })
      .describe('Nothing is done of the command that its thread sends now; when it hears so, it gives the connection up.'),
    z.strictObject({ type: z.literal('wake-lost') }).describe('A hint to a thread is lost.'),
    z.strictObject({ type: z.literal('wake-late'), byUs: count }).describe('A hint to a thread comes so much later.'),
    z.strictObject({ type: z.literal('wake-repeat'), afterUs: count }).describe('A hint to a thread comes once more, so long after.'),
  ]),
)

describes<typeof fault, ConnectorStrike>()
describes<typeof lineFault, LineStrike>()
describes<typeof slip, Slip>()
